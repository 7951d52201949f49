// What importing costs: a fresh process each time, 21 of each, in turn; the time around `import()` inside it. Ours may take an
// eighth of what cos-nodejs-sdk-v5 takes.
// Usage: node bench/import-time.mjs

import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const RUNS = 21
const LEAST_RATIO = 8
const HERE = fileURLToPath(new URL('.', import.meta.url))
const PACKAGES = ['cos-presign', 'cos-nodejs-sdk-v5', 'aws4fetch', '@aws-sdk/s3-request-presigner', 'ali-oss']

const times = new Map(PACKAGES.map((name) => [name, []]))
for (let run = 0; run < RUNS; run++) for (const name of PACKAGES) times.get(name).push(importTime(name))
const median = (name) => times.get(name).sort((a, b) => a - b)[RUNS >> 1]
const own = median('cos-presign')
console.log(`Importing, median of ${RUNS} fresh processes      ms    ratio`)
for (const name of PACKAGES) {
  console.log(
    `  ${name.padEnd(42)} ${median(name).toFixed(1).padStart(6)} ${(median(name) / own).toFixed(1).padStart(8)}`,
  )
}
const ratio = median('cos-nodejs-sdk-v5') / own
console.log(
  `\nImporting cos-presign takes 1/${ratio.toFixed(0)} of cos-nodejs-sdk-v5 (at most 1/${LEAST_RATIO} is promised).`,
)
process.exitCode = ratio >= LEAST_RATIO ? 0 : 1

function importTime(name) {
  const script = `const at = performance.now(); await import(${JSON.stringify(name)}); process.stdout.write(String(performance.now() - at))`
  return Number(
    execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: HERE, encoding: 'utf8' }),
  )
}
