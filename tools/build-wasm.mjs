// Protects the promise that the WebAssembly in `cos-presign/bulk` is what its source says. Compiles packages/core/assembly
// with AssemblyScript and embeds the module in packages/core/src/bulk/wasm-module.ts, as part of every build. The compiler takes
// seconds, so a build that finds the digest of the same sources and compiler in that file leaves it alone; with `--check` it compiles in any
// case, and fails unless the embedded module is, byte for byte, what comes out. Usage: node tools/build-wasm.mjs [--check]

import { createHash } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { filesBelow, ROOT, read, report } from './lib/workspace.mjs'

const SOURCE = 'packages/core/assembly'
const EMBEDDED = 'packages/core/src/bulk/wasm-module.ts'
const FLAGS = [
  '-O3',
  '--noAssert',
  // Four messages at once in vectors of 128 bits.
  '--enable',
  'simd',
  // Nothing is ever freed: buffers are allocated once.
  '--runtime',
  'stub',
  // Nothing can fail in a way that would need a message.
  '--use',
  'abort=',
]

const isCheck = process.argv.includes('--check')
const digest = digestOfSources()
const embedded = existsSync(join(ROOT, EMBEDDED)) ? read(EMBEDDED) : ''
if (isCheck || !embedded.includes(digest)) {
  const module = await compile()
  const text = `// Written by tools/build-wasm.mjs from ${SOURCE}, not for editing. Sources: ${digest}

/** The module, in base64: ${module.length} bytes. */
export const WASM_BASE64: string =
  '${Buffer.from(module).toString('base64')}'
`
  if (!isCheck) writeFileSync(join(ROOT, EMBEDDED), text)
  else {
    const faults =
      embedded === text ? [] : [`${EMBEDDED} is not what ${SOURCE} compiles to; run: npm run build`]
    report(faults, `The embedded module is what its source compiles to: ${module.length} bytes.`)
  }
}

async function compile() {
  const { main } = await import('assemblyscript/asc')
  let module
  const { error, stderr } = await main([`${SOURCE}/index.ts`, '--outFile', 'module.wasm', ...FLAGS], {
    readFile: (name) => (existsSync(join(ROOT, name)) ? read(name) : null),
    writeFile: (name, contents) => {
      if (name === 'module.wasm') module = contents
    },
    listFiles: () => [],
  })
  if (error || module === undefined) throw new Error(`The compiler failed:\n${stderr}`)
  return module
}

/** Of the sources, the compiler and how it is called. */
function digestOfSources() {
  const hash = createHash('sha256')
  for (const path of filesBelow(SOURCE, (file) => file.endsWith('.ts')))
    hash.update(`${path}\n${read(path)}\n`)
  hash.update(JSON.parse(read('node_modules/assemblyscript/package.json')).version)
  hash.update(JSON.stringify(FLAGS))
  return hash.digest('hex')
}
