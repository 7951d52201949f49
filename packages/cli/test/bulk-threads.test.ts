import { mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
// Built, as another thread only runs what is.
import { startThread } from '../dist/bulk/thread.js'
import { createLedger } from '../src/bulk/ledger.ts'
import { pathsOf, runShell } from './bulk-process.ts'

/* What threads of `cos-presign bulk` write to one file. */

/** Thousands of keys of one kind after each other, so that blocks differ: usual, short, long, all bad, and some of them bad. */
const KINDS: readonly ((at: number) => string)[] = [
  (at) => `photos/2026/11/picture-${at}.jpg`,
  (at) => `${at % 10}`,
  (at) => `${'long/'.repeat(160)}${at}`,
  () => '',
  (at) => (at % 3 === 0 ? '..' : `值 ${at}`),
]
const keys = Array.from({ length: 60_000 }, (_, at) =>
  (KINDS[Math.floor(at / 2500) % KINDS.length] as (at: number) => string)(at),
)

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cos-presign-bulk-threads-'))
  await writeFile(join(directory, 'keys'), keys.map((key) => `${key}\n`).join(''))
})
afterAll(() => rm(directory, { recursive: true }))

const read = (name: string): Promise<string> => readFile(join(directory, name), 'utf8')

const isGood = (key: string): boolean => key !== '' && key !== '..'

/** Of two long lists, which as a whole nobody would read. */
function firstDifference(actual: readonly unknown[], expected: readonly unknown[]): unknown {
  const length = Math.max(actual.length, expected.length)
  for (let at = 0; at < length; at++)
    if (actual[at] !== expected[at]) return { at, actual: actual[at], expected: expected[at] }
  return undefined
}

describe('threads of cos-presign bulk', () => {
  it.each([1, 2, 3, 8])('put what they sign where it belongs: %d of them', async (jobs) => {
    const { status } = await runShell(directory, `bulk keys keys -o urls --skip-errors list -j ${jobs}`)
    expect(status).toBe(0)
    const paths = keys.filter(isGood).map((key) => encodeURIComponent(key).replaceAll('%2F', '/'))
    expect(firstDifference(pathsOf(await read('urls')), [...paths, ...paths])).toBeUndefined()
    const lines = keys.flatMap((key, at) => (isGood(key) ? [] : [`keys:${at + 1}`]))
    const listed = (await read('list')).split('\n').slice(0, -1)
    const places = listed.map((line) => line.split('\t')[0])
    expect(firstDifference(places, [...lines, ...lines])).toBeUndefined()
  })

  it.each([1, 2, 4])('say that a file cannot hold it, and leave none: %d of them', async (jobs) => {
    // In units of 512 bytes: some ten megabytes, of more than thirty.
    const line = `ulimit -f 20000; bulk keys keys -o all --skip-errors /dev/null -j ${jobs}`
    const { status, stderr } = await runShell(directory, line)
    expect([status, stderr]).toEqual([
      1,
      'error: Cannot write all: it would be larger than a file may be here; see ulimit -f\n',
    ])
    expect((await readdir(directory)).filter((name) => /^all$|\.part$/.test(name))).toEqual([])
  })
})

describe('a thread', () => {
  const job = {
    client: { Region: 'ap-guangzhou', SecretId: 'AKIDthreads000001', SecretKey: 'test-secret-of-threads' },
    params: { Bucket: 'examplebucket-1250000000' },
    options: { input: 'lines', output: 'urls' },
    gzip: false,
  } as const
  const block = (): Uint8Array => new Uint8Array(Buffer.from('a\n'))

  it('that cannot write what it signs says so, and from then on', async () => {
    const file = await open(join(directory, 'keys'), 'r')
    const { size } = await file.stat()
    const thread = startThread(job)
    const signFile = (): Promise<void> => {
      const seat = createLedger(2, 0).admit(1)
      const source = { file: { fd: file.fd, path: 'the keys' }, size, separator: 0x0a }
      return thread.signFile({ seat, source, target: { fd: file.fd, path: 'the file' } }, () => undefined)
    }
    const failure = { code: 'ERR_CLI_FILE', message: expect.stringMatching(/^Cannot write the file: /) }
    try {
      await expect(signFile()).rejects.toMatchObject(failure)
      await expect(signFile()).rejects.toMatchObject(failure)
      await expect(thread.sign(block())).rejects.toMatchObject(failure)
      expect([thread.isReady(), thread.hasRoom()]).toEqual([false, false])
    } finally {
      await thread.close()
      await file.close()
    }
  })

  it('that has ended leaves nobody waiting', async () => {
    const thread = startThread(job)
    const signing = expect(thread.sign(block())).rejects.toThrow('A thread that signs has ended')
    await thread.close()
    await signing
    await expect(thread.sign(block())).rejects.toThrow('A thread that signs has ended')
  })
})
