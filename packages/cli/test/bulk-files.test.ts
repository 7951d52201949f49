import { once } from 'node:events'
import { link, lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { address, main, outcomeOf, pathsOf, runBulk, runShell, startBulk } from './bulk-process.ts'

/* Which files `cos-presign bulk` writes, and which it must leave alone. */

const directories: string[] = []
let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cos-presign-bulk-files-'))
  directories.push(directory)
  await writeFile(path('keys'), 'a\n\nb\n')
  await writeFile(path('keys.csv'), 'a,1\n,2\n')
  await writeFile(path('manifest.json'), '{"fileSchema":"Key, Size"}')
  await symlink('keys', path('link-to-keys'))
  await symlink('manifest.json', path('link-to-manifest'))
  await symlink('urls', path('link-to-urls'))
  await symlink('new', path('link-to-new'))
  await symlink('/dev/stdout', path('link-to-stdout'))
  await symlink('.', path('here'))
  await link(path('keys'), path('second-name'))
})
afterAll(async () => {
  for (const each of directories) await rm(each, { recursive: true })
})

const path = (name: string): string => join(directory, name)
const read = (name: string): Promise<string> => readFile(path(name), 'utf8')

describe('cos-presign bulk', () => {
  const csv = '--inventory manifest.json keys.csv'
  it.each([
    ['keys --skip-errors ./keys', '--skip-errors needs a file of its own: ./keys is an input'],
    ['keys --skip-errors link-to-keys', 'link-to-keys is an input'],
    ['link-to-keys --skip-errors here/keys', 'here/keys is an input'],
    ['keys -o urls --skip-errors here/here/urls', 'here/here/urls is the output'],
    ['keys -o new --skip-errors here/new', 'here/new is the output'],
    ['keys -o urls --skip-errors link-to-urls', 'link-to-urls is the output'],
    [`${csv} --skip-errors here/manifest.json`, 'here/manifest.json is the manifest'],
    [`${csv} --skip-errors link-to-manifest`, 'link-to-manifest is the manifest'],
    [`${csv} -o manifest.json`, '--output needs a file of its own: manifest.json is the manifest'],
    ['keys.csv keys -o link-to-keys', '--output needs a file of its own: link-to-keys is an input'],
    ['-o here/keys <keys', 'here/keys is an input'],
    ['- -o here/keys <keys', 'here/keys is an input'],
    ['keys --skip-errors urls >>urls', 'urls is the output'],
    ['keys -o /dev/stdout --skip-errors urls >>urls', 'urls is the output'],
    ['keys -o urls --skip-errors /dev/stderr 2>>urls', 'is the output'],
    ['keys -o link-to-new --skip-errors new', 'new is the output'],
    ['keys -o link-to-stdout --skip-errors urls >>urls', 'urls is the output'],
    ['keys --skip-errors list >>keys', '/dev/stdout is an input'],
    ['keys --skip-errors list -o /dev/fd/5 5>>keys', '/dev/fd/5 is an input'],
    ['- --skip-errors list <keys >>keys', '/dev/stdout is an input'],
    ['keys --skip-errors list >>second-name', '/dev/stdout is an input'],
    ['- --skip-errors list <second-name >>keys', '/dev/stdout is an input'],
    ['keys --skip-errors -', '--skip-errors needs a file; for standard error give /dev/stderr'],
  ])('replaces no file that it reads or writes otherwise: %s', async (args, message) => {
    await writeFile(path('urls'), 'as it was\n')
    const { status, stderr } = await runShell(directory, `bulk ${args}`)
    expect([status, stderr + (await read('urls'))]).toEqual([2, expect.stringContaining(message)])
    expect(await read('keys')).toBe('a\n\nb\n')
    expect(await read('keys.csv')).toBe('a,1\n,2\n')
    expect(await read('manifest.json')).toBe('{"fileSchema":"Key, Size"}')
    expect(await read('urls')).toMatch(/^as it was\n/)
  })

  it('writes the output and the list beside files that are others, and over a second name of one', async () => {
    const { status } = await runShell(directory, 'bulk keys -o link-to-urls --skip-errors second-name')
    expect(status).toBe(0)
    expect(pathsOf(await read('link-to-urls'))).toEqual(['a', 'b'])
    expect(await read('second-name')).toBe('2\tempty\t\n')
    expect(await read('keys')).toBe('a\n\nb\n')
    const nowhere = await runShell(directory, 'bulk keys -o /dev/null --skip-errors /dev/null </dev/null')
    expect(nowhere.status).toBe(0)
  })

  it.each(['/dev/stdout', '/dev/fd/1', '/proc/self/fd/1', '/dev/../dev/fd/1', '/dev/fd/5', 'link-to-stdout'])(
    'writes to the descriptor %s, not over the file behind it',
    async (name) => {
      const line = `exec 5>&1; echo before; bulk keys --skip-errors list -o ${name}; echo after`
      const { status } = await runShell(directory, `{ ${line}; } >all`)
      expect(status).toBe(0)
      const [before, a, b, after] = (await read('all')).split('\n')
      expect([before, ...pathsOf(`${a}\n${b}\n`), after]).toEqual(['before', 'a', 'b', 'after'])
    },
  )

  it('writes through a link to what is not there yet', async () => {
    expect((await runShell(directory, 'bulk keys --skip-errors list -o here/link-to-new')).status).toBe(0)
    expect((await lstat(path('link-to-new'))).isSymbolicLink()).toBe(true)
    expect(pathsOf(await read('new'))).toEqual(['a', 'b'])
  })

  it.each([
    ["''", 'Cannot write a file with an empty name'],
    ['new/', 'Cannot write new/: it is a directory; name a file'],
  ])('refuses a name that no file can have before it signs: -o %s', async (name, message) => {
    const { status, stderr } = await runShell(directory, `bulk keys --skip-errors list -o ${name}`)
    expect([status, stderr]).toEqual([1, expect.stringContaining(message)])
    expect(await readdir(directory)).not.toContain('list')
  })

  it('waits for the reader of a pipe that is standard output by another number, too', async () => {
    const many = Array.from({ length: 20_000 }, (_, at) => `${at}`)
    await writeFile(path('many'), many.join('\n'))
    const line = '{ bulk many -o /dev/fd/5 5>&1; echo "status $?" >&2; } | { sleep 2; cat >urls; }'
    const { stderr } = await runShell(directory, line)
    expect(stderr).toMatch(/^Signed 20,000 keys in [^\n]*\nstatus 0\n$/)
    expect(pathsOf(await read('urls')).join()).toBe(many.join())
    const left = await runShell(directory, '{ bulk many -o /dev/fd/5 5>&1; echo "status $?" >&2; } | true')
    expect(left.stderr).toMatch(/status 141\n$/)
  })

  it('adds the list to what goes to standard error, also where both streams are one file', async () => {
    const list = 'before\n2\tempty\t\nSigned 2 keys'
    await runShell(directory, '{ echo before >&2; bulk keys --skip-errors /dev/stderr; } 2>log')
    expect(await read('log')).toContain(list)
    await runShell(
      directory,
      '{ echo before >&2; bulk keys -o /dev/null --skip-errors /dev/stderr; } >log 2>&1',
    )
    expect(await read('log')).toContain(list)
    // A pipe, which Linux does not open by such a name when it is a socket.
    const piped = await runBulk(directory, [
      path('keys'),
      '-o',
      '/dev/stdout',
      '--skip-errors',
      '/dev/stderr',
    ])
    expect([piped.status, pathsOf(piped.stdout)]).toEqual([0, ['a', 'b']])
    expect(piped.stderr).toContain('2\tempty\t\nSigned 2 keys')
  })

  it.each(['--secret-key-file -', '- keys --secret-key-file -', '--secret-key-file keys --token-file -'])(
    'does not take keys and a secret from one input: %s',
    async (args) => {
      const { status, stderr } = await runShell(directory, `echo secret | bulk --secret-id AKIDbulk ${args}`)
      expect([status, stderr]).toEqual([2, expect.stringContaining('cannot be both the keys and a secret')])
    },
  )

  it.each([
    ['that nobody writes to', ['pipe']],
    ['that nobody reads', ['keys', '-o', 'pipe']],
    ['that nobody reads, for the list', ['keys', '-o', 'urls', '--skip-errors', 'pipe']],
  ])('ends at the first Ctrl-C while it opens a pipe %s', async (_, args) => {
    expect((await runShell(directory, 'mkfifo pipe')).status).toBe(0)
    const child = startBulk(
      directory,
      args.map((arg) => (arg.startsWith('-') ? arg : path(arg))),
    )
    const outcome = outcomeOf(child)
    await new Promise((resolve) => setTimeout(resolve, 1500))
    child.kill('SIGINT')
    const late = setTimeout(() => child.kill('SIGKILL'), 5000)
    const { stderr } = await outcome
    clearTimeout(late)
    expect([stderr, child.signalCode]).toEqual([expect.stringMatching(/^error: Interrupted/), 'SIGINT'])
    expect((await readdir(directory)).filter((name) => /^urls$|\.part$/.test(name))).toEqual([])
  })

  it('gives whole lines to a slow reader after an interrupt', async () => {
    const many = Array.from({ length: 200_000 }, (_, at) => `photos/${at}`)
    await writeFile(path('many'), many.join('\n'))
    const command = `"${process.execPath}" "${main}" bulk "${address}" many -j 1`
    // Takes what was on its way, so that the run hears of the interrupt, and rests in the middle of the next block for longer than
    // a process that was interrupted waits for what cannot be given up.
    const reader = '{ sleep 3; head -c 1000000; sleep 2; cat; } >urls'
    const line = `{ timeout --foreground --preserve-status 2 ${command}; echo $? >status; } | ${reader}`
    const { stderr } = await runShell(directory, line)
    expect([await read('status'), stderr]).toEqual(['130\n', expect.stringMatching(/^error: Interrupted/)])
    const paths = pathsOf(await read('urls'))
    expect(paths.length).toBeLessThan(many.length)
    expect(paths.join()).toBe(many.slice(0, paths.length).join())
    expect(await read('urls')).toMatch(/\n$/)
  })

  it('names a descriptor that is not open', async () => {
    const { status, stderr } = await runShell(directory, 'bulk keys --skip-errors list -o /dev/fd/9999')
    expect([status, stderr]).toEqual([
      1,
      expect.stringContaining('Cannot write /dev/fd/9999: no such descriptor is open for this'),
    ])
  })

  it('leaves no output without its list', async () => {
    const child = startBulk(directory, ['-o', path('urls'), '--skip-errors', path('list')])
    child.stdin?.write('a\n\n')
    for (let wait = 0; wait < 200; wait++) {
      if ((await readdir(directory)).filter((name) => name.endsWith('.part')).length === 2) break
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    // Meanwhile somebody takes the name of the list.
    await mkdir(path('list'))
    child.stdin?.end()
    const [status] = await once(child, 'close')
    expect(status).toBe(1)
    expect((await readdir(directory)).filter((name) => /^urls$|\.part$/.test(name))).toEqual([])
  })
})
