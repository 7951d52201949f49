// Protects the closing line of CI from wishful arithmetic: `N passed, N failed, N skipped` is counted from vitest's own JSON,
// test by test. Without it, a file that failed before its first test counts as no failure at all, and a report left over from
// an earlier run counts as today's. Usage: node tools/test-summary.mjs REPORT EXIT-STATUS-OF-VITEST

import { readFileSync } from 'node:fs'

const [path = '.tmp/test-report.json', exitStatus = '0'] = process.argv.slice(2)
const counts = { passed: 0, failed: 0, skipped: 0 }

for (const file of readReport().testResults) {
  for (const { status } of file.assertionResults) {
    if (status === 'passed') counts.passed++
    else if (status === 'failed') counts.failed++
    else counts.skipped++
  }
  if (file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed')) {
    counts.failed++
    console.log(`${file.name} failed outside its tests: ${String(file.message).split('\n')[0]}`)
  }
}
// An error that belongs to no test (in a global set-up, after the last test) makes vitest fail with no failed test.
if (exitStatus !== '0' && counts.failed === 0) counts.failed = 1

console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`)
process.exitCode = counts.failed === 0 && counts.passed > 0 ? 0 : 1

function readReport() {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    console.log(
      `No test report at ${path} (${error.message.split('\n')[0]}): the tests did not run to their end`,
    )
    counts.failed = 1
    return { testResults: [] }
  }
}
