// Runs measurements one after the other: `npm run bench` those of the signer, `npm run bench -- all` also those of the emulator and the service,
// `npm run bench -- sign memory` the named ones. Fails when one of them misses what is promised.

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const SIGNER = ['sign', 'heap', 'bulk', 'import-time', 'bundle-size']
const BULK = ['bulk-stages', 'bulk-growth']
const ALL = [
  ...SIGNER,
  ...BULK,
  'service',
  'emulator-speed',
  'emulator-start',
  'emulator-memory',
  'emulator-crash',
  'emulator-hostile',
]

const wanted = process.argv.slice(2)
const chosen = wanted.length === 0 ? SIGNER : wanted.includes('all') ? ALL : wanted
const unknown = chosen.filter((name) => !ALL.includes(name))
if (unknown.length > 0) {
  console.error(`No measurement ${unknown.join(', ')}; there are: ${ALL.join(', ')}, all`)
  process.exit(2)
}
for (const name of chosen) {
  console.log(`\n── ${name} ${'─'.repeat(70 - name.length)}`)
  const script = fileURLToPath(new URL(`${name}.mjs`, import.meta.url))
  if (spawnSync(process.execPath, [script], { stdio: 'inherit' }).status !== 0) process.exitCode = 1
}
