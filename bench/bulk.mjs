// Signing many keys, on one core (`taskset`, where there is one): a page of 1,000 by `signMany`, and files of keys into files of URLs on
// /dev/shm by `cos-presign bulk`, whole processes, against processes that loop over cos-nodejs-sdk-v5. Beside it how fast the hash
// alone is, which is the limit, and with two cores what a second one adds to one run, and what to two runs that know nothing of each other:
// memory and kernel are shared, so that no program scales better on the machine than those do.
// Usage: node bench/bulk.mjs [--keys 10000000] [--rounds 5]

import { execFile, execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { closeSync, createReadStream, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { writeKeys } from './lib/keys.mjs'
import { CREDENTIAL_ENV, median, pinned, RAM_DIRECTORY } from './lib/processes.mjs'

const LEAST = { signMany: 10, oneCore: 20, twoCores: 1.7 }
const { values } = parseArgs({
  options: { keys: { type: 'string', default: '10000000' }, rounds: { type: 'string', default: '5' } },
})
const keys = Number(values.keys)
const rounds = Number(values.rounds)
// The vendor's loop needs minutes for as many: it gets fewer, and its start is left out of its time.
const rivalKeys = 100_000
/** Of a key and its URL, and some more. */
const BYTES_A_KEY = 400
const HERE = fileURLToPath(new URL('.', import.meta.url))
const COMMAND = join(HERE, '../packages/cli/dist/main.js')

const directory = mkdtempSync(join(RAM_DIRECTORY ?? tmpdir(), 'cos-presign-bench-'))
const file = (name) => join(directory, name)
try {
  console.log(
    `${cpus()[0]?.model.trim()}, ${cpus().length} cores, Node.js ${process.version}, ${new Date().toISOString().slice(0, 10)}; files in ${directory}`,
  )
  assertRoom()
  writeKeys(file('keys'), keys)
  writeKeys(file('fewer'), rivalKeys)
  writeKeys(file('half'), keys / 2)
  const rates = { rival: [], page: [], rivalPage: [], one: [], two: [], apart: [], hash: [] }
  for (let round = 0; round < rounds; round++) {
    const page = JSON.parse(run('0', ['--expose-gc', join(HERE, 'lib/page.mjs')]))
    rates.rival.push(Number(run('0', [join(HERE, 'lib/rival-loop.mjs'), file('fewer'), file('rival-urls')])))
    rates.page.push(page.signMany)
    rates.rivalPage.push(page.rival)
    rates.hash.push(page.hash)
    rates.one.push(bulk('0', '1'))
    const paths = await verify()
    if (cpus().length > 1) rates.two.push(bulk('0,1', '2'))
    if ((await verify()) !== paths) throw new Error('One and two threads made different URLs')
    if (cpus().length > 1) rates.apart.push(await apart())
  }
  report(rates)
} finally {
  rmSync(directory, { recursive: true })
}

function assertRoom() {
  const { bavail, bsize } = statfsSync(directory)
  const bytes = keys * BYTES_A_KEY
  if (bavail * bsize < bytes)
    throw new Error(`${keys} keys need ${bytes} bytes in ${directory}: give less with --keys`)
}

/** Runs a program of ours on some cores and returns what it prints. */
function run(cores, args) {
  const [program, before] = pinned(cores)
  return execFileSync(program, [...before, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
}

/** Keys a second of the whole process, from start to exit. */
function bulk(cores, jobs) {
  const [program, before] = pinned(cores)
  const command = [COMMAND, 'bulk', 'cos://examplebucket-1250000000', file('keys'), '-o', file('urls')]
  makeRoom()
  const at = performance.now()
  execFileSync(program, [...before, ...command, '--jobs', jobs], {
    env: { ...process.env, ...CREDENTIAL_ENV },
    stdio: 'ignore',
  })
  return keys / ((performance.now() - at) / 1000)
}

/**
 * Takes the last output away, and uses as much memory once: a virtual machine is given it page by page by its host when it is touched first,
 * and takes longer for that than anybody for the keys. Whichever run came first would pay.
 */
function makeRoom() {
  rmSync(file('urls'), { force: true })
  const piece = Buffer.alloc(8 * 1024 * 1024, 1)
  const to = openSync(file('room'), 'w')
  for (let bytes = 0; bytes < keys * BYTES_A_KEY; bytes += piece.length) writeSync(to, piece)
  closeSync(to)
  rmSync(file('room'))
}

/** Keys a second of two processes at once, a core and half of the keys for each. */
async function apart() {
  makeRoom()
  const at = performance.now()
  await Promise.all(
    ['0', '1'].map(async (core) => {
      const [program, before] = pinned(core)
      const output = file(`urls-${core}`)
      const command = [
        COMMAND,
        'bulk',
        'cos://examplebucket-1250000000',
        file('half'),
        '-o',
        output,
        '--jobs',
        '1',
      ]
      await promisify(execFile)(program, [...before, ...command], {
        env: { ...process.env, ...CREDENTIAL_ENV },
      })
    }),
  )
  const rate = keys / ((performance.now() - at) / 1000)
  for (const core of ['0', '1']) rmSync(file(`urls-${core}`))
  return rate
}

/** That there is a URL for each key, and the digest of their paths: a fast wrong answer is none. */
async function verify() {
  const hash = createHash('sha1')
  let lines = 0
  for await (const line of createInterface({ input: createReadStream(file('urls')) })) {
    if (!/q-signature=[0-9a-f]{40}$/.test(line)) throw new Error(`No URL: ${line}`)
    hash.update(line.slice(0, line.indexOf('?')))
    lines++
  }
  if (lines !== keys) throw new Error(`${lines} URLs for ${keys} keys`)
  return hash.digest('hex')
}

function report(rates) {
  // Of each round by itself: the machine may become faster or slower from one to the next.
  const ratio = (name, base) => median(rates[name].map((rate, round) => rate / rates[base][round]))
  const row = (what, name, base) =>
    console.log(
      `  ${what.padEnd(52)} ${Math.round(median(rates[name])).toLocaleString('en').padStart(11)} ${ratio(name, base).toFixed(1).padStart(7)}`,
    )
  const hasTwo = rates.two.length > 0
  console.log(`\n${'Medians of '.concat(rounds, ' interleaved rounds').padEnd(54)}  per second    ratio`)
  row('1,000 keys, a loop over cos-nodejs-sdk-v5', 'rivalPage', 'rivalPage')
  row('1,000 keys, signMany', 'page', 'rivalPage')
  row('file to file, a loop over cos-nodejs-sdk-v5', 'rival', 'rival')
  row('file to file, cos-presign bulk, one core', 'one', 'rival')
  if (hasTwo) row('file to file, cos-presign bulk, two cores', 'two', 'rival')
  row('the hash alone: five compressions in four lanes', 'hash', 'rival')
  console.log(
    `\nOf what the hash allows, one core makes ${(100 * ratio('one', 'hash')).toFixed(0)} %, reading, writing and starting included.`,
  )
  judge('signMany', ratio('page', 'rivalPage'), LEAST.signMany)
  judge('cos-presign bulk on one core', ratio('one', 'rival'), LEAST.oneCore)
  if (hasTwo) {
    console.log(
      `Two runs at once, a core each, make ${ratio('apart', 'one').toFixed(2)} times as many as one: what the machine lets a second core add.`,
    )
    judge('two cores against one', ratio('two', 'one'), LEAST.twoCores)
  }
}

function judge(what, ratio, least) {
  console.log(`${what}: ${ratio.toFixed(2)} times (at least ${least} is promised)`)
  if (ratio < least) process.exitCode = 1
}
