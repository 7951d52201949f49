import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createEmulator, type Emulator } from '@cos-presign/emulator'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { type Outcome, runCli } from './run-cli.ts'

const bucket = 'examplebucket-1250000000'
const folder = `cos://${bucket}/users/42/`
const secretId = 'AKIDcommandline001'
const secretKey = 'test-secret-of-the-command-line'
const keys = { COS_SECRET_ID: secretId, COS_SECRET_KEY: secretKey, COS_REGION: 'ap-guangzhou' }
const roleArn = 'qcs::cam::uin/100000000001:roleName/uploader'

let emulator: Emulator
let port: number
let root: string
let home: string
beforeAll(async () => {
  emulator = createEmulator({
    credentials: [{ secretId, secretKey }],
    roles: [{ arn: roleArn, webIdentity: { providerId: 'tke', token: 'web-token' } }],
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

type Surroundings = Partial<Parameters<typeof runCli>[1]>

async function cli(argv: readonly string[], { env = keys, ...more }: Surroundings = {}): Promise<Outcome> {
  const outcome = await runCli(argv, { env, home, ...more })
  expect(outcome.stdout + outcome.stderr).not.toContain(secretKey)
  return outcome
}

async function write(name: string, content: object | string): Promise<string> {
  const path = join(home, name)
  await mkdir(join(path, '..'), { recursive: true })
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content))
  await chmod(path, 0o600)
  return path
}

const allow = (action: string | string[], resource = '*', more: object = {}): object => ({
  version: '2.0',
  statement: [{ effect: 'allow', action, resource, ...more }],
})

describe('sts', () => {
  const sts = (argv: readonly string[], surroundings?: Surroundings): Promise<Outcome> =>
    cli(['sts', '--sts-endpoint', `127.0.0.1:${port}`, '--sts-scheme', 'http', ...argv], surroundings)

  /** Uploads with what `sts -f env` printed. */
  async function upload(env: Readonly<Record<string, string>>, address: string): Promise<Outcome> {
    const file = await write('photo.jpg', 'a picture')
    return await cli(['put', file, address], {
      env: { ...env, COS_ENDPOINT: `localhost:${port}`, COS_SCHEME: 'http' },
    })
  }

  /** What a shell makes of `export` lines. */
  function variables(lines: string): Record<string, string> {
    return Object.fromEntries(
      [...lines.matchAll(/^export (\w+)='?([^'\n]*)'?$/gm)].map(([, name = '', value = '']) => [name, value]),
    )
  }

  it('prints a key that is good for the addresses, and for nothing else', async () => {
    const { status, stdout, stderr } = await sts(['--allow', 'upload', '-f', 'env', folder])
    expect({ status, stderr }).toEqual({ status: 0, stderr: expect.stringContaining('The key lives for') })
    const env = variables(stdout)
    expect(Object.keys(env)).toEqual(['COS_SECRET_ID', 'COS_SECRET_KEY', 'COS_TOKEN', 'COS_TOKEN_EXPIRES_AT'])
    expect(await upload(env, `${folder}photo.jpg`)).toMatchObject({ status: 0 })
    expect(await upload(env, `cos://${bucket}/users/43/photo.jpg`)).toMatchObject({
      status: 3,
      stderr: expect.stringContaining('AccessDenied'),
    })
  })

  it('prints JSON by default, and a profile for the configuration file', async () => {
    const before = Math.floor(Date.now() / 1000)
    const json = JSON.parse((await sts(['--allow', 'download', '--duration', '15m', folder])).stdout)
    expect(json).toMatchObject({
      secretId: expect.any(String),
      secretKey: expect.any(String),
      requestId: expect.any(String),
    })
    expect(json.expiresAt - json.startsAt).toBe(900)
    expect(json.startsAt - before).toBeLessThan(60)

    const { stdout } = await sts(['--allow', 'upload', '-f', 'profile', folder])
    expect(parseYaml(stdout)).toMatchObject({ profiles: { temporary: { token: expect.any(String) } } })
    await write('.config/cos-presign/config.yaml', stdout)
    const url = await cli(['url', '--profile', 'temporary', `${folder}photo.jpg`], {
      env: { COS_REGION: 'ap-guangzhou' },
    })
    expect(url.stdout).toContain('x-cos-security-token=')
  })

  it('takes a policy of its own, or a role', async () => {
    const policy = await write('policy.json', allow('name/cos:PutObject'))
    const own = variables((await sts(['--policy', policy, '-f', 'env'])).stdout)
    expect(await upload(own, `cos://${bucket}/anywhere`)).toMatchObject({ status: 0 })
    const piped = await sts(['--policy', '-'], { stdin: JSON.stringify(allow('name/cos:PutObject')) })
    expect(piped.status).toBe(0)
    const role = variables((await sts(['--role-arn', roleArn, '-f', 'env'])).stdout)
    expect(await upload(role, `cos://${bucket}/anywhere`)).toMatchObject({ status: 0 })
  })

  it('says what is not enforced, and what covers more than it seems', async () => {
    const { stderr } = await sts([
      '--allow',
      'resumable-upload',
      '--max-size',
      '5MB',
      `cos://${bucket}/users/4*`,
    ])
    expect(stderr).toContain('warning: The prefix "users/4" covers')
    expect(stderr).toContain('warning: maxSizeBytes is not enforced: An upload in parts passes')
  })

  it.each<[string, string[], number, string]>([
    ['nothing to be good for', [], 2, 'An address is missing'],
    ['no operation', [folder], 2, 'Say with --allow what is to be allowed'],
    ['another operation', ['--allow', 'everything', folder], 2, 'must be one of upload, resumable-upload'],
    [
      'a whole bucket',
      ['--allow', 'upload', `cos://${bucket}`],
      2,
      'add a prefix with a slash at its end, or --whole-bucket',
    ],
    [
      'two buckets',
      ['--allow', 'upload', folder, 'cos://other-1250000000/a/'],
      2,
      'All addresses must be in one bucket',
    ],
    ['a folder above', ['--allow', 'upload', `cos://${bucket}/a/../b/`], 2, 'must not hold "." or ".."'],
    [
      'a size in words',
      ['--allow', 'upload', '--max-size', 'big', folder],
      2,
      '--max-size must be a whole number',
    ],
    [
      'too long a life',
      ['--allow', 'upload', '--duration', '2d', folder],
      2,
      '"durationSeconds" must be a whole number from 1 to 129600',
    ],
    ['addresses and a policy', ['--policy', 'p.json', folder], 2, 'Give addresses or --policy, not both'],
    [
      'a role that is none',
      ['--role-arn', 'qcs::cam::uin/100000000001:roleName/other'],
      3,
      'ResourceNotFound.RoleNotFound',
    ],
    [
      'the key on the command line',
      ['--secret-key', 'x', '--allow', 'upload', folder],
      2,
      '--secret-key does not exist',
    ],
  ])('is refused with %s', async (_, argv, status, message) => {
    expect(await sts(argv)).toMatchObject({ status, stdout: '', stderr: expect.stringContaining(message) })
  })

  it('shows a refusal of STS with its code and the next step', async () => {
    const env = { ...keys, COS_SECRET_KEY: 'another' }
    const { status, stderr } = await sts(['--allow', 'upload', folder], { env })
    expect(status).toBe(3)
    expect(stderr).toContain('AuthFailure.SignatureFailure')
    expect(stderr).toContain('The SecretKey is not the one of this SecretId')
  })

  it('fails with 4 where nobody answers', async () => {
    const nobody = [
      'sts',
      '--sts-endpoint',
      '127.0.0.1:1',
      '--sts-scheme',
      'http',
      '--allow',
      'upload',
      folder,
    ]
    expect(await cli(nobody)).toMatchObject({
      status: 4,
      stderr: expect.stringContaining('No connection to http://127.0.0.1:1/'),
    })
  })

  it('asks with the key of another tool where there is no other', async () => {
    const env = { COS_REGION: 'ap-guangzhou' }
    const argv = ['--verbose', '--allow', 'upload', folder]
    expect(await sts(argv, { env })).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('No credential'),
    })
    const coscli = (disableencryption: string): object => ({
      cos: { base: { secretid: secretId, secretkey: secretKey, sessiontoken: '', disableencryption } },
    })
    await write('.cos.yaml', coscli('false'))
    expect(await sts(argv, { env })).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('coscli has encrypted for itself'),
    })
    await write('.cos.yaml', coscli('true'))
    expect(await sts(argv, { env })).toMatchObject({
      status: 0,
      stderr: expect.stringContaining('.cos.yaml'),
    })
    await write('.tencentcloud/credentials', `[default]\nsecret_id=${secretId}\nsecret_key=${secretKey}\n`)
    expect(await sts(argv, { env })).toMatchObject({
      status: 0,
      stderr: expect.stringContaining('.tencentcloud/credentials'),
    })
  })

  it('asks the metadata service of an instance when told to', async () => {
    const answers: Record<string, string> = {
      '': 'uploader',
      uploader: JSON.stringify({
        Code: 'Success',
        TmpSecretId: secretId,
        TmpSecretKey: secretKey,
        Token: 'role-token',
        ExpiredTime: 2_000_000_000,
      }),
    }
    const asked: string[] = []
    const fetch: typeof globalThis.fetch = (url) => {
      asked.push(String(url))
      return Promise.resolve(
        new Response(answers[String(url).split('security-credentials/')[1] ?? ''] ?? null),
      )
    }
    const argv = ['url', '--instance-role', '--region', 'ap-guangzhou', `cos://${bucket}/o`]
    const { status, stdout } = await cli(argv, { env: {}, io: { fetch } })
    expect(status).toBe(0)
    expect(stdout).toContain('x-cos-security-token=role-token')
    expect(asked[0]).toBe('http://metadata.tencentyun.com/latest/meta-data/cam/security-credentials/')
    expect(await cli([...argv, '--secret-id', 'AKID'], { env: {} })).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('Give --instance-role or --secret-id, not both'),
    })
    const nowhere = () => Promise.reject(new TypeError('fetch failed'))
    expect(await cli(argv, { env: {}, io: { fetch: nowhere } })).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('This machine has no metadata service'),
    })
  })
})

describe('policy make', () => {
  it('prints the policy alone, compact in a pipe', async () => {
    const { status, stdout, stderr } = await cli([
      'policy',
      'make',
      '--allow',
      'upload,list',
      '--content-type',
      'image/*',
      folder,
    ])
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toMatch(/^\{"version":"2\.0",.*\}\n$/)
    expect(JSON.parse(stdout)).toEqual({
      version: '2.0',
      statement: [
        {
          effect: 'allow',
          action: ['name/cos:PutObject', 'name/cos:PostObject'],
          resource: [`qcs::cos:ap-guangzhou:uid/1250000000:${bucket}/users/42/*`],
          condition: { string_like: { 'cos:content-type': 'image/*' } },
        },
        {
          effect: 'allow',
          action: ['name/cos:GetBucket'],
          resource: [`qcs::cos:ap-guangzhou:uid/1250000000:${bucket}/users/42/*`],
        },
      ],
    })
  })

  it('takes every constraint', async () => {
    const { stdout } = await cli([
      'policy',
      'make',
      '--allow',
      'upload',
      '--size',
      '5MiB',
      '--forbid-overwrite',
      '--storage-class',
      'STANDARD_IA',
      '--acl',
      'private',
      '--client-ip',
      '10.0.0.0/8',
      '--client-ip',
      '::1',
      '--speed-limit',
      '819200',
      '--json',
      `cos://${bucket}/a.jpg`,
      `cos://${bucket}/b.jpg`,
    ])
    const { policy, grants, warnings } = JSON.parse(stdout)
    expect(policy.statement[0]).toEqual({
      effect: 'allow',
      action: ['name/cos:PutObject'],
      resource: [
        `qcs::cos:ap-guangzhou:uid/1250000000:${bucket}/a.jpg`,
        `qcs::cos:ap-guangzhou:uid/1250000000:${bucket}/b.jpg`,
      ],
      condition: {
        ip_equal: { 'qcs:ip': ['10.0.0.0/8', '::1'] },
        string_equal: {
          'cos:x-cos-storage-class': 'STANDARD_IA',
          'cos:x-cos-acl': 'private',
          'cos:x-cos-forbid-overwrite': 'true',
        },
        numeric_equal: { 'cos:content-length': 5_242_880 },
      },
    })
    expect(grants[0].notEnforced).toMatchObject([{ constraint: 'speedLimitBitsPerSecond' }])
    expect(warnings).toMatchObject([{ code: 'post-left-out' }, { code: 'post-left-out' }])
  })

  it('needs a region, and no key', async () => {
    expect(await cli(['policy', 'make', '--allow', 'upload', folder], { env: {} })).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('No region'),
    })
    const flag = ['policy', 'make', '--allow', 'upload', '--region', 'ap-beijing', folder]
    expect((await cli(flag, { env: {} })).stdout).toContain('qcs::cos:ap-beijing:')
  })
})

describe('policy explain', () => {
  const images = allow('name/cos:PutObject', `qcs::cos:ap-guangzhou:uid/1250000000:${bucket}/users/42/*`, {
    sid: 'images',
    condition: { string_like: { 'cos:content-type': 'image/*' }, ip_equal: { 'qcs:ip': '10.0.0.0/8' } },
  })
  const ask = ['PutObject', `${folder}photo.jpg`, '-H', 'Content-Type: image/png', '--client-ip', '10.1.1.1']

  it('says what allows a request', async () => {
    const policy = await write('policy.json', images)
    expect(await cli(['policy', 'explain', policy, ...ask])).toEqual({
      status: 0,
      stdout: 'Allowed  yes\nBy       statement[0] (images) of the policy\n',
      stderr: '',
    })
  })

  it('says what is missing, and fails with 1', async () => {
    const policy = await write('policy.json', images)
    const { status, stdout, stderr } = await cli([
      'policy',
      'explain',
      policy,
      'PostObject',
      `${folder}photo.jpg`,
      '--client-ip',
      '10.1.1.1',
    ])
    expect(status).toBe(1)
    expect(stdout).toBe(
      [
        'Allowed        no',
        'Nearest        statement[0] (images) of the policy',
        'Its action     name/cos:PutObject; asked: name/cos:PostObject',
        'Its condition  string_like cos:content-type image/*; asked: nothing',
        '',
      ].join('\n'),
    )
    expect(stderr).toContain('error: No statement of "policy" allows this.')
  })

  it('asks the policy of the issuer too', async () => {
    const policy = await write('policy.json', images)
    const issuer = await write('issuer.json', {
      version: '2.0',
      statement: [{ effect: 'deny', action: 'name/cos:Put*', resource: '*' }],
    })
    const { status, stdout } = await cli(['policy', 'explain', policy, ...ask, '--issuer', issuer])
    expect(status).toBe(1)
    expect(stdout).toContain('Denied by  statement[0] of the issuer')
  })

  it('prints the whole answer with --json, and reads standard input', async () => {
    const { status, stdout } = await cli(['policy', 'explain', '-', 'GetObject', `${folder}o`, '--json'], {
      stdin: JSON.stringify(images),
    })
    expect(status).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      isAllowed: false,
      code: 'not-allowed',
      lacks: [{ part: 'action' }, {}, {}],
    })
  })

  it('reads parameters and the scheme', async () => {
    const policy = await write(
      'policy.json',
      allow('name/cos:GetBucket', '*', {
        condition: { string_equal: { 'cos:prefix': 'a%2F' }, bool_equal: { 'cos:secure-transport': 'true' } },
      }),
    )
    const list = ['policy', 'explain', policy, 'GetBucket', `cos://${bucket}`, '-P', 'prefix=a/']
    expect((await cli(list)).status).toBe(0)
    expect((await cli([...list, '--scheme', 'http'])).status).toBe(1)
    const service = ['policy', 'explain', await write('all.json', allow('*')), 'GetService']
    expect((await cli(service, { env: {} })).status).toBe(0)
  })

  it('names the place of a mistake in the policy', async () => {
    const policy = await write('policy.json', {
      version: '2.0',
      statement: [{ effect: 'allow', action: [], resource: '*' }],
    })
    expect(await cli(['policy', 'explain', policy, 'GetObject', folder])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining(
        '"statement[0].action" must be a text or a list of texts; got an empty list',
      ),
    })
  })
})

describe('policy check', () => {
  it('is content with a key for uploads and downloads', async () => {
    const policy = await write(
      'policy.json',
      allow(['name/cos:PutObject', 'name/cos:GetObject'], `qcs::cos:::${bucket}/*`),
    )
    expect(await cli(['policy', 'check', policy])).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('nothing else'),
    })
  })

  it('names what goes beyond, and fails with 1', async () => {
    const policy = await write('policy.json', allow('name/cos:*'))
    const { status, stdout } = await cli(['policy', 'check', policy])
    expect(status).toBe(1)
    expect(stdout).toMatch(
      /^statement\[0\] allows name\/cos:GetService and \d+ more, .*\nstatement\[0\] is for \*, which is every bucket/,
    )
    const json = await cli(['policy', 'check', policy, '--json'])
    expect(JSON.parse(json.stdout).findings).toHaveLength(2)
  })
})
