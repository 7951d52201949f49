import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { address, main, type Outcome, outcomeOf, pathsOf, runBulk, startBulk } from './bulk-process.ts'

/* `cos-presign bulk` as people run it: real processes, files and pipes. */

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cos-presign-bulk-'))
})
afterAll(() => rm(directory, { recursive: true }))

const path = (name: string): string => join(directory, name)
const start = (args: readonly string[]): ChildProcess => startBulk(directory, args)
const bulk = (args: readonly string[], input?: string | Uint8Array): Promise<Outcome> =>
  runBulk(directory, args, input)

/** The same of many, as one text: comparing long lists takes long. */
const textOf = (output: Buffer): string => pathsOf(output.toString()).join()

const many = Array.from({ length: 50_000 }, (_, at) => `photos/2026/11/picture-${at}.jpg`)

describe('cos-presign bulk', () => {
  it('signs the lines of standard input', async () => {
    const { status, stdout, stderr } = await bulk([], 'a\nb 值\r\n/c')
    expect(status).toBe(0)
    expect(pathsOf(stdout)).toEqual(['a', 'b%20%E5%80%BC', 'c'])
    expect(stderr).toMatch(/^Signed 3 keys in /)
  })

  it('keeps the order over threads, of plain and compressed files, into a file', async () => {
    await writeFile(path('one.txt'), many.join('\n'))
    await writeFile(path('two.gz'), gzipSync(`${many.join('\n')}\n`))
    // Threads are for more than 4 MiB.
    const files = [path('one.txt'), path('two.gz'), path('one.txt'), path('one.txt')]
    expect(await bulk([...files, '-o', path('urls.txt'), '--jobs', '3'])).toMatchObject({
      status: 0,
      stdout: '',
    })
    expect(textOf(await readFile(path('urls.txt')))).toBe([...many, ...many, ...many, ...many].join())
  })

  it('keeps the order over threads that start when enough has come', async () => {
    const { status, stdout } = await bulk(['--jobs', '2'], `${many.join('\n')}\n`.repeat(4))
    expect(status).toBe(0)
    expect(pathsOf(stdout).join()).toBe([...many, ...many, ...many, ...many].join())
  })

  it('makes the same with one thread as with many, compressed or not', async () => {
    await writeFile(path('keys.txt'), many.join('\n'))
    for (const flags of [['-j1'], ['-j4', '--gzip']]) {
      const keys = path('keys.txt')
      expect((await bulk([keys, keys, keys, '-o', path('out'), ...flags])).status).toBe(0)
      const output = await readFile(path('out'))
      const text = textOf(flags.includes('--gzip') ? gunzipSync(output) : output)
      expect(text).toBe([...many, ...many, ...many].join())
    }
  })

  it('writes TSV and JSON lines, with a prefix', async () => {
    const tsv = await bulk(['--format', 'tsv', '--prefix', 'p/'], 'a')
    expect(tsv.stdout).toMatch(/^p\/a\thttps:\S+\n$/)
    const jsonl = await bulk(['--format', 'jsonl', '--prefix', 'p/', '-0'], 'a\nb\0')
    const { key, url } = JSON.parse(jsonl.stdout)
    expect([key, pathsOf(`${url}\n`)]).toEqual(['p/a\nb', ['p/a%0Ab']])
  })

  it('reads an inventory by its manifest, or a column by its number; keys are percent-encoded there', async () => {
    await writeFile(path('manifest.json'), '{"fileFormat":"CSV","fileSchema":"Appid, Bucket, Key, Size"}')
    await writeFile(path('part.csv.gz'), gzipSync('"1","b","x%2Fy%20z",7\n1,b,"%E5%80%BC\n",8\n'))
    const named = await bulk(['--inventory', path('manifest.json'), path('part.csv.gz')])
    expect(pathsOf(named.stdout)).toEqual(['x/y%20z', '%E5%80%BC%0A'])
    const numbered = await bulk(['--column', '3'], '1,b,a%20b\n')
    expect(pathsOf(numbered.stdout)).toEqual(['a%20b'])
    const raw = await bulk(['--column', '1', '--raw-keys'], 'a%20b,1\n')
    expect(pathsOf(raw.stdout)).toEqual(['a%2520b'])
    const noCsv = await bulk(['--raw-keys', '-0'], 'a%20b')
    expect([noCsv.status, noCsv.stderr]).toEqual([2, expect.stringContaining('--raw-keys is for CSV; give')])
    expect((await bulk(['--column', 'Key'], '')).stderr).toContain('--column must be a number')
    expect((await bulk(['--inventory', path('part.csv.gz')], '')).stderr).toContain('has no fileSchema')
  })

  it('reads line ends within quotes of a CSV file, wherever they are in it', async () => {
    await writeFile(path('quoted.csv'), many.map((key) => `1,"${key}\n\n"\n`).join(''))
    expect(await bulk([path('quoted.csv'), '--column', '2', '-o', path('quoted')])).toMatchObject({
      status: 0,
    })
    expect(textOf(await readFile(path('quoted')))).toBe(many.map((key) => `${key}%0A%0A`).join())
  })

  it('signs for a method, headers and parameters', async () => {
    const { stdout } = await bulk(['-X', 'PUT', '-H', 'x-cos-acl: private', '-P', 'a=b', '-e', '2h'], 'k')
    expect(stdout).toMatch(
      /q-header-list=host%3Bx-cos-acl&q-url-param-list=a&q-signature=[0-9a-f]{40}&a=b\n$/,
    )
  })

  it('stops at the first bad key with its file and line, and leaves no file', async () => {
    await writeFile(path('bad.txt'), `${many.join('\n')}\n\nlast\n`)
    const { status, stdout, stderr } = await bulk([path('keys.txt'), path('bad.txt'), '-o', path('none.txt')])
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).toContain(`${path('bad.txt')}, line 50001: the key is empty`)
    expect((await readdir(directory)).filter((name) => /none|\.part$/.test(name))).toEqual([])
  })

  it('leaves bad keys out and lists them with line and reason, when told to', async () => {
    const input = Buffer.concat([
      Buffer.from('a\n\nb\n..\n'),
      Buffer.from([0xff, 0x0a]),
      Buffer.from(`${'x'.repeat(851)}\nc\n`),
    ])
    const { status, stdout, stderr } = await bulk(['--skip-errors', path('skipped')], input)
    expect(status).toBe(0)
    expect(pathsOf(stdout)).toEqual(['a', 'b', 'c'])
    expect(stderr).toContain('Signed 3 keys')
    expect(stderr).toContain(`4 left out, see ${path('skipped')}`)
    expect(await readFile(path('skipped'), 'utf8')).toBe(
      `2\tempty\t\n4\tends-in-dots\t..\n5\tnot-utf8\t\ufffd\n6\ttoo-long\t${'x'.repeat(851)}\n`,
    )
  })

  it('counts lines across blocks and starts again with each file', async () => {
    await writeFile(path('late.txt'), `${many.join('\n')}\n\n`)
    const args = [
      path('late.txt'),
      path('late.txt'),
      '-o',
      path('out'),
      '-j',
      '2',
      '--skip-errors',
      path('skipped'),
    ]
    expect((await bulk(args)).status).toBe(0)
    const line = `${path('late.txt')}:50001\tempty\t\n`
    expect(await readFile(path('skipped'), 'utf8')).toBe(line + line)
  })

  it('takes a record of any length, and an input without a line end', async () => {
    const input = `a\n${'x'.repeat(3_000_000)}\nb\n${'y'.repeat(2_000_000)}`
    const { status, stdout } = await bulk(['--skip-errors', path('skipped')], input)
    expect([status, pathsOf(stdout)]).toEqual([0, ['a', 'b']])
    expect((await readFile(path('skipped'), 'utf8')).split('\n').map((line) => line.slice(0, 10))).toEqual([
      '2\ttoo-long',
      '4\ttoo-long',
      '',
    ])
  })

  it('goes on with a whole row after a quote that nothing closes', async () => {
    const rows = many.map((key, at) => `${at},${at === 9 ? 'a"b' : key}\n`).join('')
    await writeFile(path('quote.csv'), rows)
    const args = [path('quote.csv'), '--column', '2', '--skip-errors', path('skipped')]
    const { status, stdout } = await bulk(args)
    const given = new Set(many)
    expect([status, pathsOf(stdout).filter((key) => !given.has(key))]).toEqual([0, []])
    expect(pathsOf(stdout).slice(0, 9)).toEqual(many.slice(0, 9))
    expect(pathsOf(stdout).at(-1)).toBe(many.at(-1))
    expect(await readFile(path('skipped'), 'utf8')).toMatch(/^10\ttoo-long\t9,a"b[^\n]*\n$/)
  })

  it('knows gzip by its first bytes, even if they come one by one', async () => {
    const child = start([])
    const compressed = gzipSync('a\nb\n')
    child.stdin?.write(compressed.subarray(0, 1))
    const later = setTimeout(() => child.stdin?.end(compressed.subarray(1)), 1000)
    let output = ''
    child.stdout?.on('data', (text) => {
      output += text
    })
    await once(child, 'close')
    clearTimeout(later)
    expect(pathsOf(output)).toEqual(['a', 'b'])
  })

  it('keeps every byte of a compressed file that is read in many pieces', async () => {
    // What does not compress: the file has some MiB.
    const keys = Array.from({ length: 150_000 }, (_, at) =>
      createHash('sha256').update(`${at}`).digest('hex'),
    )
    await writeFile(path('large.gz'), gzipSync(keys.join('\n'), { level: 1 }))
    expect((await stat(path('large.gz'))).size).toBeGreaterThan(5 * 1024 * 1024)
    expect((await bulk([path('large.gz'), '-o', path('out')])).status).toBe(0)
    expect(textOf(await readFile(path('out')))).toBe(keys.join())
  })

  it.each([[[]], [['--column', '1']]])(
    'takes a byte order mark for no part of the first key: %j',
    async (flags) => {
      const child = start(flags)
      const outcome = outcomeOf(child, null)
      // Even if it comes in two pieces.
      child.stdin?.write(Buffer.of(0xef, 0xbb))
      await new Promise((resolve) => setTimeout(resolve, 500))
      child.stdin?.end(Buffer.from('\ufeffa\n\ufeffb\n').subarray(2))
      expect(pathsOf((await outcome).stdout)).toEqual(['a', '%EF%BB%BFb'])
    },
  )

  it('takes one for a part of a key that ends in NUL', async () => {
    expect(pathsOf((await bulk(['-0'], '\ufeffa\0')).stdout)).toEqual(['%EF%BB%BFa'])
  })

  it('says that a gzip file is cut short, and refuses an address with a key', async () => {
    await writeFile(path('cut.gz'), gzipSync(many.join('\n')).subarray(0, 1000))
    const cut = await bulk([path('cut.gz'), '-o', path('none.txt')])
    expect([cut.status, cut.stderr]).toEqual([1, expect.stringContaining('cut.gz is no whole gzip file')])
    const child = spawn(process.execPath, [main, 'bulk', `${address}/photos`])
    expect(await once(child, 'close')).toEqual([2, null])
  })

  it.each(['1', '2'])('says that the temporary key has died meanwhile, with -j %s', async (threads) => {
    const expiresAt = Math.floor(Date.now() / 1000) + 3
    const child = startBulk(directory, ['-j', threads, '-o', path('none.txt')], {
      COS_TOKEN: 'test-token',
      COS_TOKEN_EXPIRES_AT: String(expiresAt),
    })
    const outcome = outcomeOf(child, null)
    child.stdin?.write(`${many.join('\n')}\n`.repeat(4))
    await new Promise((resolve) => setTimeout(resolve, expiresAt * 1000 - Date.now() + 100))
    child.stdin?.end(many.join('\n'))
    const { status, stderr } = await outcome
    expect([status, stderr]).toEqual([
      2,
      expect.stringContaining(`error: The key ends at ${expiresAt}; get another\n`),
    ])
    expect((await readdir(directory)).filter((name) => /none|\.part$/.test(name))).toEqual([])
  })

  it('ends with whole lines and a status when the reader of its output goes away', async () => {
    const child = start([path('late.txt'), '--skip-errors', path('skipped')])
    await once(child.stdout as NonNullable<ChildProcess['stdout']>, 'data')
    child.stdout?.destroy()
    const [status] = await once(child, 'close')
    expect(status).toBe(141)
  })

  it.each(['SIGINT', 'SIGTERM'] as const)('leaves nothing half-done after %s', async (signal) => {
    const child = start(['-o', path('interrupted.txt')])
    child.stdin?.on('error', () => undefined)
    child.stdin?.write(`${many.join('\n')}\n`)
    for (let wait = 0; wait < 200; wait++) {
      if ((await readdir(directory)).some((name) => name.endsWith('.part'))) break
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    // Standard input stays open, and says nothing more.
    child.kill(signal)
    const [status] = await once(child, 'close')
    expect(status).toBe(130)
    expect((await readdir(directory)).filter((name) => /interrupted|\.part$/.test(name))).toEqual([])
  })
})
