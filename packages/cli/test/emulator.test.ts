import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createNodeIo } from '../src/io.ts'
import { parseFault } from '../src/parse-fault.ts'
import { run } from '../src/run.ts'

/* `cos-presign emulator` with everything it has, as a process: what it prints is what people paste. */

const execute = promisify(execFile)
const main = fileURLToPath(new URL('../dist/main.js', import.meta.url))
const bucket = 'examplebucket-1250000000'

let directory: string
let emulator: ChildProcess
let complaints = ''
const env: Record<string, string> = {}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cos-presign-cli-emulator-'))
  const flags = ['--port', '0', '--tls-port', '0', '--admin', '0', '--bucket', bucket]
  const faults = ['--fault', 'slow-down,operation=PutObject,keyPrefix=slow/,count=1', '--clock-offset', '2m']
  emulator = spawn(process.execPath, [main, 'emulator', ...flags, ...faults], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH },
  })
  emulator.stderr?.setEncoding('utf8').on('data', (text) => {
    complaints += text
  })
  let output = ''
  emulator.stdout?.setEncoding('utf8').on('data', (text) => {
    output += text
  })
  while (!complaints.includes('then get, url')) await once(emulator.stderr as Readable, 'data')
  // Two pipes: what was written first may be read last.
  while (!output.includes('ADMIN_TOKEN=')) await once(emulator.stdout as Readable, 'data')
  for (const [, name = '', value = ''] of output.matchAll(/^export (\w+)=(.*)$/gm)) env[name] = value
  expect(output.replace(/^export \w+=.*\n/gm, '')).toBe('')
})
afterAll(async () => {
  emulator.kill('SIGINT')
  await once(emulator, 'close')
  await rm(directory, { recursive: true })
})

const shell = (extra: Record<string, string> = {}) => ({
  cwd: directory,
  env: { PATH: process.env.PATH ?? '', HOME: directory, ...env, ...extra },
})

/** What stderr has under a name, as people paste it. */
function settingsOf(name: string): string {
  const [, text = ''] = new RegExp(`^${name}:\\n((?:  .*\\n|\\n)+)`, 'm').exec(complaints) ?? []
  return text.replace(/^ {2}/gm, '')
}

describe('cos-presign emulator', () => {
  it('prints what a shell reads, and nothing else, on stdout', () => {
    expect(env).toMatchObject({
      COS_SECRET_ID: expect.stringMatching(/^AKIDdevelopment/),
      COS_ENDPOINT: expect.stringMatching(/^localhost:\d+$/),
      COS_SCHEME: 'http',
      NODE_EXTRA_CA_CERTS: expect.stringMatching(/ca\.pem$/),
      COS_EMULATOR_ADMIN: expect.stringMatching(/^http:/),
      COS_EMULATOR_ADMIN_TOKEN: expect.stringMatching(/^[\w-]{32}$/),
    })
  })

  it('prints settings for every program to stderr, without a secret', () => {
    for (const name of ['node', 'browser', 'python', 'coscli', 'curl', 'sts'])
      expect(settingsOf(name)).not.toBe('')
    expect(complaints).not.toContain(env.COS_SECRET_KEY)
    expect(complaints).not.toContain(env.COS_EMULATOR_ADMIN_TOKEN)
    expect(settingsOf('python')).toContain(`Port=${env.COS_ENDPOINT?.split(':')[1]}`)
    expect(settingsOf('browser')).toContain(`'{Bucket}.${env.COS_ENDPOINT}'`)
  })

  it('those for Node.js work as they are pasted', async () => {
    const script = `${settingsOf('node')}
await cos.putObject({ Bucket: '${bucket}', Region: 'ap-guangzhou', Key: 'pasted', Body: 'as it is' })
const { Body } = await cos.getObject({ Bucket: '${bucket}', Region: 'ap-guangzhou', Key: 'pasted' })
console.log(String(Body))`
    // Below the project, where the SDK is found.
    const path = fileURLToPath(new URL(`./pasted-${process.pid}.mjs`, import.meta.url))
    await writeFile(path, script)
    const { stdout } = await execute(process.execPath, [path], shell()).finally(() => rm(path))
    expect(stdout).toBe('as it is\n')
  })

  it('those for STS work as they are pasted', async () => {
    const script = `import { createRequire } from 'node:module'
const require = createRequire(import.meta.url)
${settingsOf('sts')}
const Policy = encodeURIComponent('{"version":"2.0","statement":[{"effect":"allow","action":"*","resource":"*"}]}')
console.log((await client.GetFederationToken({ Name: 'test', Policy })).Credentials.TmpSecretId)`
    const path = fileURLToPath(new URL(`./pasted-sts-${process.pid}.mjs`, import.meta.url))
    await writeFile(path, script)
    const { stdout } = await execute(process.execPath, [path], shell()).finally(() => rm(path))
    expect(stdout).toMatch(/^AKID/)
  })

  it('has the faults it was asked for, and more over its admin endpoint', async () => {
    await writeFile(join(directory, 'file'), 'x')
    const put = (key: string) =>
      execute(process.execPath, [main, 'put', 'file', `cos://${bucket}/${key}`], shell()).then(
        () => 0,
        (error) => error.code,
      )
    expect(await put('slow/1')).toBe(3)
    expect(await put('slow/1')).toBe(0)
    const ask = async (path: string, init: RequestInit = {}) => {
      const headers = { authorization: `Bearer ${env.COS_EMULATOR_ADMIN_TOKEN}` }
      return await (await fetch(`${env.COS_EMULATOR_ADMIN}${path}`, { ...init, headers })).json()
    }
    expect(await ask('/clock')).toMatchObject({ offsetSeconds: 120 })
    expect(await ask('/clock', { method: 'DELETE' })).toMatchObject({ offsetSeconds: 0 })
    expect(await ask('/faults')).toMatchObject({ faults: [{ fault: 'slow-down', struckCount: 1 }] })
    expect(complaints).toMatch(/503 PUT \/slow\/1\S* \d+ ms PutObject \[slow-down on demand\] SlowDown:/)
  })

  it('speaks TLS to whoever trusts the file it names', async () => {
    const port = /with TLS on :(\d+)/.exec(complaints)?.[1]
    const { stdout } = await execute('curl', [
      '-sS',
      '--cacert',
      env.NODE_EXTRA_CA_CERTS ?? '',
      `https://localhost:${port}/`,
    ])
    expect(stdout).toContain('<Code>AccessDenied</Code>')
    expect(await readFile(env.NODE_EXTRA_CA_CERTS ?? '', 'utf8')).not.toContain('PRIVATE KEY')
  })

  it('says in its log which line of a signed text differs', async () => {
    const { stdout } = await execute(process.execPath, [main, 'url', `cos://${bucket}/hello`], shell())
    await execute('curl', ['-sSI', stdout.trim()])
    await expect.poll(() => complaints).toContain('(line 1, method: signed for GET, sent as HEAD)')
  })
})

describe('flags that cannot be', () => {
  it.each([
    [['--fault', 'explode'], 'slow-down, cut, delay, wrong-etag'],
    [['--fault', 'cut,when=now'], '--fault has no when'],
    [['--fault', 'cut,rate=2'], '"rate"'],
    [['--clock-offset', 'tomorrow'], '--clock-offset'],
    [['--tls-cert', 'x.pem'], '--tls-port'],
    [['--role', 'x'], 'ARN'],
    [['--settings', 'cobol'], '--settings'],
    [['--tls-port', '0', '--tls-cert', main, '--tls-key', main], 'as PEM'],
  ])('%j are refused with a sentence', async (flags, sentence) => {
    let said = ''
    const real = createNodeIo()
    const sink = {
      ...real.stderr,
      write(text: string | Uint8Array) {
        said += String(text)
        return Promise.resolve()
      },
    }
    const status = await run(['emulator', '--port', '0', ...flags], {
      ...real,
      env: {},
      stdout: sink,
      stderr: sink,
    })
    expect([status, said]).toEqual([2, expect.stringContaining(sentence)])
  })
})

describe('a fault rule on the command line', () => {
  it('has names and numbers', () => {
    expect(parseFault('cut,operation=GetObject,keyPrefix=a=b,afterBytes=10,rate=0.5')).toEqual({
      fault: 'cut',
      operation: 'GetObject',
      keyPrefix: 'a=b',
      afterBytes: 10,
      rate: 0.5,
    })
  })
})
