// How many bytes of heap one call allocates: many calls with no collection among them, in a process with a large young generation.
// Ours must be below the vendor's. Usage: node bench/heap.mjs

import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const SCRIPT = fileURLToPath(new URL('lib/heap-of-calls.mjs', import.meta.url))
const bytes = (what) =>
  Number(
    execFileSync(
      process.execPath,
      ['--expose-gc', '--max-semi-space-size=256', '--min-semi-space-size=256', SCRIPT, what],
      { encoding: 'utf8' },
    ),
  )
const own = bytes('getPresignedUrl')
const auth = bytes('getAuth')
const rival = bytes('getObjectUrl')
console.log(
  `Bytes of heap a call: getPresignedUrl ${own}, getAuth ${auth}; getObjectUrl of cos-nodejs-sdk-v5 ${rival} (${(rival / own).toFixed(1)} times ours).`,
)
process.exitCode = own < rival && auth < rival ? 0 : 1
