// Where the time of a URL goes in `cos-presign bulk`: measures each stage and draws docs/bulk-stages.svg.
// Usage: node bench/bulk-stages.mjs [--draw]   (without --draw it only prints)

import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CosClient } from 'cos-presign'
import { createBulkSigner } from 'cos-presign/bulk'
import { CREDENTIAL, median, RAM_DIRECTORY } from './lib/processes.mjs'

const BATCH = 1024
const ROUNDS = 400
const INPUT_BYTES = 128 * 1024
const OUTPUT_BYTES = 512 * 1024
/** Compressions of a URL's five, and lanes they are done in. */
const COMPRESSIONS = 5
const LANES = 4

// The signer configures an instance of the module and keeps it to itself; to time its steps, take it as it is made.
let module
const { Instance } = WebAssembly
WebAssembly.Instance = class extends Instance {
  constructor(...args) {
    super(...args)
    module = this.exports
  }
}
const client = new CosClient({ Region: 'ap-guangzhou', ...CREDENTIAL })
const signer = await createBulkSigner(client, { Bucket: 'examplebucket-1250000000' })
let number = 0
const key = () => `photos/2026/11/picture-${number++}.jpg\n`
signer.push(Buffer.from(key()), () => undefined)

const input = module.allocate(INPUT_BYTES)
const output = module.allocate(OUTPUT_BYTES)
const state = module.allocate(80)
const block = module.allocate(256)
const directory = mkdtempSync(join(RAM_DIRECTORY ?? tmpdir(), 'cos-presign-stages-'))
const file = openSync(join(directory, 'urls'), 'w')
const times = { split: [], sign: [], hash: [], put: [], write: [] }
let bytes = 0
try {
  for (let round = 0; round < ROUNDS; round++) measureBatch()
} finally {
  closeSync(file)
  rmSync(directory, { recursive: true })
}
const of = Object.fromEntries(Object.entries(times).map(([name, all]) => [name, median(all)]))
const stages = [
  ['split lines, check keys', of.split],
  ['HttpString, lanes, hex', of.sign - of.hash],
  ['SHA-1, five compressions', of.hash],
  ['percent-encode, put the URL together', of.put],
  ['write the file (/dev/shm)', of.write],
]
const total = stages.reduce((sum, [, time]) => sum + time, 0)
for (const [name, time] of stages) console.log(`${name.padEnd(40)} ${time.toFixed(0).padStart(5)} ns`)
console.log(
  `${'together'.padEnd(40)} ${total.toFixed(0).padStart(5)} ns a key, of which ${((100 * of.hash) / total).toFixed(0)} % is the hash; ${bytes} bytes a URL`,
)
if (process.argv.includes('--draw')) {
  writeFileSync(fileURLToPath(new URL('../docs/bulk-stages.svg', import.meta.url)), draw())
}

/** One batch, each step timed; nanoseconds a key. */
function measureBatch() {
  const text = Buffer.from(Array.from({ length: BATCH + 1 }, key).join(''))
  new Uint8Array(module.memory.buffer, input, text.length).set(text)
  module.position.value = input
  module.inputEnd.value = input + text.length
  module.isLast.value = 0
  module.output.value = output
  module.outputEnd.value = output + OUTPUT_BYTES
  time('split', () => module.readBatch())
  time('sign', () => module.signBatch())
  time('put', () => module.writeBatch())
  const length = module.output.value - output
  bytes = Math.round(length / BATCH)
  time('write', () => writeSync(file, new Uint8Array(module.memory.buffer, output, length)))
  time('hash', () => {
    for (let compression = 0; compression < (COMPRESSIONS * BATCH) / LANES; compression++)
      module.compress(state, block)
  })
}

function time(stage, work) {
  const at = process.hrtime.bigint()
  work()
  times[stage].push(Number(process.hrtime.bigint() - at) / BATCH)
}

function draw() {
  const width = 760
  const scale = 420 / Math.max(...stages.map(([, value]) => value))
  const rows = stages.map(([name, value], at) => {
    const y = 48 + 34 * at
    return `  <text x="250" y="${y + 16}" text-anchor="end">${name}</text>
  <rect x="260" y="${y}" width="${(value * scale).toFixed(1)}" height="22" fill="${name.startsWith('SHA-1') ? '#c2571a' : '#2f6f9f'}"/>
  <text x="${(268 + value * scale).toFixed(1)}" y="${y + 16}">${value.toFixed(0)}</text>`
  })
  const note = `${total.toFixed(0)} ns together. One core of ${cpus()[0]?.model.trim()}, Node.js ${process.version}, ${new Date().toISOString().slice(0, 10)}; medians of ${ROUNDS} batches of ${BATCH} keys.`
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${72 + 34 * stages.length}" font-family="sans-serif" font-size="13" role="img">
  <title>Nanoseconds a URL, stage by stage</title>
  <rect width="100%" height="100%" fill="#fff"/>
  <text x="16" y="26" font-size="15" font-weight="bold">Nanoseconds a URL, stage by stage, in cos-presign bulk</text>
${rows.join('\n')}
  <text x="16" y="${60 + 34 * stages.length}" font-size="11" fill="#555">${note}</text>
</svg>
`
}
