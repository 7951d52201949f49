import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createEmulator, type Emulator } from '@cos-presign/emulator'
import { CosClient, parseAuthorization, parsePresignedUrl } from 'cos-presign'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { HttpRequest } from '../src/io/http.ts'
import type { Io } from '../src/io.ts'
import { node, type Outcome, runCli } from './run-cli.ts'

const bucket = 'examplebucket-1250000000'
const secretId = 'AKIDcommandline001'
const secretKey = 'test-secret-of-the-command-line'
const now = 1_700_000_000_000

let emulator: Emulator
let port: number
let root: string
let home: string

beforeAll(async () => {
  emulator = createEmulator({
    credentials: [{ secretId, secretKey }],
    buckets: [bucket],
    defaultBucket: bucket,
  })
  port = (await emulator.listen({ port: 0 })).port
  root = await mkdtemp(join(tmpdir(), 'cos-presign-cli-'))
})
afterAll(async () => {
  await emulator.close()
  await rm(root, { recursive: true })
})
beforeEach(async () => {
  home = await mkdtemp(join(root, 'home-'))
})

interface Surroundings {
  readonly env?: Readonly<Record<string, string>>
  readonly stdin?: string
  readonly io?: Partial<Io>
}

const keysInEnv = { COS_SECRET_ID: secretId, COS_SECRET_KEY: secretKey }
const emulatorEnv = (): Record<string, string> => ({
  ...keysInEnv,
  COS_ENDPOINT: `localhost:${port}`,
  COS_SCHEME: 'http',
})

async function cli(
  argv: readonly string[],
  { env = { ...keysInEnv, COS_REGION: 'ap-guangzhou' }, stdin = '', io = {} }: Surroundings = {},
): Promise<Outcome> {
  const outcome = await runCli(argv, { env, home, stdin, io })
  expect(outcome.stdout + outcome.stderr).not.toContain(secretKey)
  return outcome
}

const fixed: Partial<Io> = { now: () => now }

describe('url', () => {
  it('prints the URL of the core alone on stdout', async () => {
    const { status, stdout, stderr } = await cli(['url', `cos://${bucket}/a b?c#d%2F.txt`], { io: fixed })
    const client = new CosClient({
      Region: 'ap-guangzhou',
      SecretId: secretId,
      SecretKey: secretKey,
      Now: () => now,
    })
    const expected = client.getPresignedDownloadUrl({ Bucket: bucket, Key: '/a b?c#d%2F.txt' })
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: `${expected}\n`, stderr: '' })
  })

  it.each([
    ['cos://B//x', '//x'],
    ['cos://B/../y', '/../y'],
    ['cos://B/', '/'],
    ['cos://B', '/'],
    ['cos://B/?acl', '/?acl'],
  ])('takes the key of %s literally', async (address, path) => {
    const { stdout } = await cli(['url', address.replace('B', bucket)])
    expect(decodeURIComponent(stdout.slice(stdout.indexOf('.com/') + 4, stdout.indexOf('?q-sign')))).toBe(
      path,
    )
  })

  it('takes method, time, headers, parameters and host from flags', async () => {
    const { stdout, stderr } = await cli(
      [
        'url',
        '-X',
        'put',
        '--expires',
        '2h',
        '-H',
        'Content-Type: text/plain',
        '-H',
        'x-cos-acl:private',
        '-P',
        'a=b=c',
        '-P',
        'd',
        '--domain',
        'files.example.com',
        `cos://${bucket}/o`,
      ],
      { io: fixed },
    )
    const { headerList, urlParamList, keyTime } = parsePresignedUrl(stdout.trim())
    expect(headerList).toEqual(['content-type', 'host', 'x-cos-acl'])
    expect(urlParamList).toEqual(['a', 'd'])
    expect(keyTime.expiresAt).toBe(now / 1000 + 7200)
    expect(stdout).toMatch(/^https:\/\/files\.example\.com\/o\?.*&a=b%3Dc&d=\n$/)
    expect(stderr).toContain('Content-Type: text/plain')
  })

  it('--json prints everything, --curl a command that a shell can run', async () => {
    const { stdout } = await cli([
      'url',
      '-X',
      'PUT',
      '-H',
      "x-cos-meta-a: it's",
      '--json',
      `cos://${bucket}/o`,
    ])
    expect(JSON.parse(stdout)).toMatchObject({
      method: 'PUT',
      url: expect.stringContaining('q-signature='),
      bucket,
      key: 'o',
      headers: { 'x-cos-meta-a': "it's" },
    })
    const curl = await cli(['url', '-X', 'PUT', '-H', "x-cos-meta-a: it's", '--curl', `cos://${bucket}/o`])
    expect(curl.stdout).toMatch(/^curl .*'x-cos-meta-a: it'\\''s'/)
  })
})

it('auth prints an Authorization value', async () => {
  const { stdout } = await cli(['auth', '-X', 'DELETE', `cos://${bucket}/o`])
  expect(parseAuthorization(stdout.trim())).toMatchObject({ secretId, headerList: ['host'] })
})

it('decode explains a URL without showing its secrets', async () => {
  const url = (await cli(['url', `cos://${bucket}/o`])).stdout.trim()
  const { signature } = parsePresignedUrl(url)
  for (const { stdout, status } of [
    await cli(['decode', url]),
    await cli(['decode', '-'], { stdin: `${url}\n` }),
  ]) {
    expect(status).toBe(0)
    expect(stdout).toContain('host')
    expect(stdout).not.toContain(signature)
  }
  expect((await cli(['decode', '--show-secrets', url])).stdout).toContain(signature)
  expect(await cli(['decode', 'https://example.com/x'])).toMatchObject({ status: 2, stdout: '' })
})

describe('put and get', () => {
  it.each(['plain.txt', 'a//b', 'a/../b', '/leading', 'q?x=1#f', '100%', '🦊 値', '+ +'])(
    'carry %j both ways',
    async (key) => {
      const file = join(home, 'file')
      await writeFile(file, `bytes of ${key}`)
      const put = await cli(['put', file, `cos://${bucket}/${key}`], { env: emulatorEnv() })
      expect(put).toMatchObject({ status: 0, stdout: '', stderr: expect.stringContaining('Uploaded') })
      const back = join(home, 'back')
      expect(await cli(['get', `cos://${bucket}/${key}`, back], { env: emulatorEnv() })).toMatchObject({
        status: 0,
        stdout: '',
      })
      expect(await readFile(back, 'utf8')).toBe(`bytes of ${key}`)
      expect((await cli(['get', `cos://${bucket}/${key}`, '-'], { env: emulatorEnv() })).stdout).toBe(
        `bytes of ${key}`,
      )
    },
  )

  it('work over a *.localhost host and tell the stored type', async () => {
    const file = join(home, 'picture.png')
    await writeFile(file, 'png')
    const env = { ...emulatorEnv(), COS_ENDPOINT: `cos.ap-guangzhou.localhost:${port}` }
    const { stdout } = await cli(['put', '--json', file, `cos://${bucket}/picture.png`], { env })
    expect(JSON.parse(stdout)).toMatchObject({ bytes: 3, headers: { 'Content-Type': 'image/png' } })
  })

  it.each(['値 é', 'naïve', '"quotes" & more'])('send a header of %s as it was signed', async (value) => {
    const file = join(home, 'file')
    await writeFile(file, 'x')
    const argv = ['put', '-H', `x-cos-meta-a: ${value}`, file, `cos://${bucket}/header`]
    expect(await cli(argv, { env: emulatorEnv() })).toMatchObject({ status: 0 })
    const env = { ...emulatorEnv(), COS_DOMAIN: `127.0.0.1:${port}` }
    const { headers } = await fetch((await cli(['url', `cos://${bucket}/header`], { env })).stdout.trim())
    expect(Buffer.from(headers.get('x-cos-meta-a') ?? '', 'latin1').toString()).toBe(value)
  })

  it('say what the server said and what to do, and leave no file behind', async () => {
    const back = join(home, 'back')
    const missing = await cli(['get', `cos://${bucket}/missing`, back], { env: emulatorEnv() })
    expect(missing).toMatchObject({
      status: 3,
      stdout: '',
      stderr: expect.stringMatching(/NoSuchKey.*Check the key's spelling/),
    })
    const wrong = await cli(['get', `cos://${bucket}/missing`, back], {
      env: { ...emulatorEnv(), COS_SECRET_KEY: 'test-wrong' },
    })
    expect(wrong).toMatchObject({
      status: 3,
      stderr: expect.stringMatching(/SignatureDoesNotMatch.*COS has another SecretKey for this SecretId/),
    })
    const json = await cli(['get', '--json', `cos://${bucket}/missing`, back], { env: emulatorEnv() })
    expect(JSON.parse(json.stderr)).toMatchObject({
      error: { code: 'ERR_CLI_REFUSED', statusCode: 404, upstreamCode: 'NoSuchKey' },
    })
    expect(await readdir(home)).toEqual([])
  })

  it('say so when nothing listens, and when the connection ends in the middle', async () => {
    const server = createServer((_, response) => {
      response.writeHead(200, { 'content-length': '1000' })
      response.write('half')
      setTimeout(() => response.destroy(), 20)
    })
    const cut = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
    })
    const half = await cli(['get', `cos://${bucket}/o`, join(home, 'half')], {
      env: { ...emulatorEnv(), COS_ENDPOINT: `localhost:${cut}` },
    })
    expect(half).toMatchObject({ status: 4, stderr: expect.stringContaining('closed the connection') })
    await new Promise((resolve) => server.close(resolve))
    const none = await cli(['get', `cos://${bucket}/o`, join(home, 'none')], {
      env: { ...emulatorEnv(), COS_ENDPOINT: `localhost:${cut}` },
    })
    expect(none).toMatchObject({ status: 4, stderr: expect.stringContaining('Is the emulator running?') })
    expect(await readdir(home)).toEqual([])
  })

  it('leave the mode of a file that was there as it was', async () => {
    const file = join(home, 'private')
    await writeFile(file, 'before', { mode: 0o600 })
    await cli(['put', file, `cos://${bucket}/private`], { env: emulatorEnv() })
    for (const mode of [0o600, 0o640, 0o666, 0o400]) {
      await chmod(file, mode)
      expect((await cli(['get', `cos://${bucket}/private`, file], { env: emulatorEnv() })).status).toBe(0)
      expect((await stat(file)).mode & 0o777).toBe(mode)
    }
  })

  it('keep the file that was there when a download fails', async () => {
    const file = join(home, 'kept')
    await writeFile(file, 'before')
    await cli(['get', `cos://${bucket}/missing`, file], { env: emulatorEnv() })
    expect(await readFile(file, 'utf8')).toBe('before')
  })
})

describe('settings', () => {
  const idOf = async (argv: readonly string[], env: Record<string, string>): Promise<string> => {
    const { stdout, stderr } = await cli(['url', ...argv, `cos://${bucket}/o`], { env })
    return stdout === '' ? stderr : parsePresignedUrl(stdout.trim()).secretId
  }
  const vendor = {
    TENCENTCLOUD_SECRET_ID: 'AKIDvendor',
    TENCENTCLOUD_SECRET_KEY: 'test-vendor',
    TENCENTCLOUD_REGION: 'ap-beijing',
  }
  const writeProfile = async (text: string, mode = 0o600): Promise<string> => {
    const directory = join(home, '.config', 'cos-presign')
    await mkdir(directory, { recursive: true })
    const path = join(directory, 'config.yaml')
    await writeFile(path, text)
    await chmod(path, mode)
    return path
  }

  it('come from flags before COS_*, before the vendor’s variables, before a profile', async () => {
    await writeProfile(
      'profiles:\n  default:\n    secretId: AKIDprofile\n    secretKey: test-profile\n    region: ap-chengdu\n',
    )
    const file = join(home, 'key')
    await writeFile(file, 'test-flag\n', { mode: 0o600 })
    const flags = ['--secret-id', 'AKIDflag', '--secret-key-file', file]
    const cos = { ...keysInEnv, COS_REGION: 'ap-guangzhou' }
    expect(await idOf(flags, { ...vendor, ...cos })).toBe('AKIDflag')
    expect(await idOf([], { ...vendor, ...cos })).toBe(secretId)
    expect(await idOf([], vendor)).toBe('AKIDvendor')
    expect(await idOf([], {})).toBe('AKIDprofile')
  })

  it('of two places are never mixed in one credential', async () => {
    expect(await idOf([], { ...vendor, COS_SECRET_ID: 'AKIDhalf', COS_REGION: 'ap-guangzhou' })).toMatch(
      /COS_SECRET_KEY is not/,
    )
    const { stdout } = await cli(['url', `cos://${bucket}/o`], {
      env: { ...vendor, ...keysInEnv, TENCENTCLOUD_SESSION_TOKEN: 'test-token' },
    })
    expect(stdout).not.toContain('token')
  })

  it('of a place that is not used need not be whole', async () => {
    const half = { TENCENTCLOUD_SECRET_ID: 'AKIDhalf', TENCENTCLOUD_SESSION_TOKEN: 'test-left-over' }
    expect(await idOf([], { ...keysInEnv, COS_REGION: 'ap-guangzhou', ...half })).toBe(secretId)
    const file = join(home, 'key')
    await writeFile(file, 'test-flag\n', { mode: 0o600 })
    const flags = ['--secret-id', 'AKIDflag', '--secret-key-file', file]
    expect(await idOf(flags, { COS_TOKEN: 'test-left-over', COS_REGION: 'ap-guangzhou' })).toBe('AKIDflag')
  })

  it('in a profile that others can read are refused, with the command that mends it', async () => {
    const path = await writeProfile(
      'profiles:\n  default:\n    secretId: AKIDprofile\n    secretKey: test-profile\n    region: ap-chengdu\n',
      0o644,
    )
    const { status, stderr } = await cli(['url', `cos://${bucket}/o`], { env: {} })
    expect(status).toBe(2)
    expect(stderr).toContain(`chmod 600 ${path}`)
    expect((await stat(path)).mode & 0o777).toBe(0o644)
  })

  it('that are missing are asked for', async () => {
    expect(await cli(['url', `cos://${bucket}/o`], { env: {} })).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('COS_SECRET_ID'),
    })
    expect(await cli(['url', `cos://${bucket}/o`], { env: keysInEnv })).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--region'),
    })
  })

  it('that are secret cannot be given on the command line, nor are they repeated', async () => {
    for (const argv of [
      ['--secret-key', 'test-typed-secret'],
      ['--secret-key=test-typed-secret'],
      ['--token', 'test-typed-secret'],
    ]) {
      const { status, stderr } = await cli(['url', ...argv, `cos://${bucket}/o`])
      expect(status).toBe(2)
      expect(stderr).toContain('others can see command lines')
      expect(stderr).not.toContain('typed-secret')
    }
  })

  it('that are secret are not repeated when they are mistyped', async () => {
    for (const argv of [
      ['--secretkey=test-typed-secret'],
      ['--tokn=test-typed-secret'],
      ['-ktest-typed-secret'],
      ['--secret-id', 'AKIDx', '--secret-key-file', 'test-typed-secret'],
    ]) {
      for (const json of [[], ['--json']]) {
        const { status, stdout, stderr } = await cli(['url', ...argv, ...json, `cos://${bucket}/o`])
        expect(status).toBeGreaterThan(0)
        expect(stdout).toBe('')
        expect(stderr).toMatch(/unknown option '--?\w+'|the file of --secret-key-file: it does not exist/)
        expect(stderr).not.toContain('typed-secret')
      }
    }
  })

  it('--secret-key-file - reads standard input', async () => {
    const { stdout } = await cli(
      ['url', '--secret-id', 'AKIDstdin', '--secret-key-file', '-', `cos://${bucket}/o`],
      { stdin: 'test-from-stdin\n' },
    )
    expect(parsePresignedUrl(stdout.trim()).secretId).toBe('AKIDstdin')
  })
})

describe('a command line that is wrong', () => {
  it.each([
    [['ulr'], 'Did you mean url?'],
    [['url', '--expries', '5', 'x'], 'Did you mean --expires?'],
    [['url', 'https://x'], 'starts with cos://'],
    [['url', 'cos://nobucket/x'], 'BucketName-APPID'],
    [['url', '--expires', '5y', `cos://${bucket}/o`], '10m'],
    [['url', '-X', 'PATCH', `cos://${bucket}/o`], '--request must be one of'],
    [['get', `cos://${bucket}/`, 'x'], "add the object's key"],
    [['put', '/nonexistent/file', `cos://${bucket}/o`], 'does not exist'],
  ])('%j is told so', async (argv, hint) => {
    const { status, stdout, stderr } = await cli(argv)
    expect([1, 2]).toContain(status)
    expect(stdout).toBe('')
    expect(stderr).toContain(hint)
  })

  it('help shows an example before the flags', async () => {
    const { status, stdout } = await cli(['url', '--help'])
    expect(status).toBe(0)
    expect(stdout.indexOf('curl "$(cos-presign url')).toBeLessThan(stdout.indexOf('Options:'))
    expect(stdout).not.toContain('--secret-key ')
  })
})

describe('demo', () => {
  it('uploads, downloads and is refused, and says so', async () => {
    const { status, stdout } = await cli(['demo'], { env: {} })
    expect(status).toBe(0)
    expect(stdout.match(/✓/g)).toHaveLength(9)
    expect(stdout).toContain('Request has expired')
    expect(stdout).toContain('All as it should be')
    expect(stdout).not.toMatch(/q-signature=[0-9a-f]/)
  })

  it('takes any file', async () => {
    const file = join(home, 'a b#%?.bin')
    await writeFile(file, Buffer.alloc(3_000_000, 7))
    expect((await cli(['demo', file], { env: {} })).status).toBe(0)
    await writeFile(file, '')
    expect((await cli(['demo', file], { env: {} })).status).toBe(0)
  })

  it('fails when a byte comes back changed', async () => {
    const { send } = node
    const sabotage = async (request: HttpRequest) => {
      const response = await send(request)
      async function* changed(): AsyncGenerator<Uint8Array> {
        for await (const chunk of response.body) yield Buffer.from(chunk).fill(0, 0, 1)
      }
      return request.method === 'GET' && response.status === 200 ? { ...response, body: changed() } : response
    }
    const { status, stdout, stderr } = await cli(['demo'], { env: {}, io: { send: sabotage } })
    expect(status).toBe(1)
    expect(stdout).toContain('✗')
    expect(stderr).toContain('2 of the steps went wrong')
  })
})
