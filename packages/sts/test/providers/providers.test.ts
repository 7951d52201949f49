import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import type { CredentialProvider } from 'cos-presign'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parse as parseYaml } from 'yaml'
import {
  createChainProvider,
  createCloudSdkProfileProvider,
  createCoscliProvider,
  createEnvironmentProvider,
  createInstanceRoleProvider,
  createProfileProvider,
  createStaticProvider,
  createWebIdentityProvider,
  StsError,
} from '../../src/index.ts'
import { createDefaultProvider, readTextFile } from '../../src/node.ts'
import { type FakeAnswer, type FakeSts, keyAnswer, refusalAnswer, startFakeSts } from '../client/fake-sts.ts'

const SECRET = 'very-secret-key-1'

async function failureOf(provider: () => Promise<unknown>): Promise<StsError> {
  const error: unknown = await provider().catch((reason: unknown) => reason)
  if (!(error instanceof StsError)) throw new Error(`no StsError: ${inspect(error)}`)
  expect(inspect(error)).not.toContain(SECRET)
  return error
}

const code = async (provider: () => Promise<unknown>): Promise<string> => (await failureOf(provider)).code

describe('the static provider', () => {
  it('gives its key, which prints redacted', async () => {
    const key = await createStaticProvider({ secretId: 'AKIDstatic000001', secretKey: SECRET })()
    expect(key).toMatchObject({ secretId: 'AKIDstatic000001', secretKey: SECRET })
    expect(inspect(key)).not.toContain(SECRET)
  })
})

describe('the environment provider', () => {
  it('reads the names of COS before those of the cloud SDK', async () => {
    const cloud = {
      TENCENTCLOUD_SECRET_ID: 'AKIDcloud',
      TENCENTCLOUD_SECRET_KEY: SECRET,
      TENCENTCLOUD_SESSION_TOKEN: 't',
    }
    expect(await createEnvironmentProvider(cloud)()).toMatchObject({
      secretId: 'AKIDcloud',
      securityToken: 't',
    })
    const both = {
      ...cloud,
      COS_SECRET_ID: 'AKIDcos',
      COS_SECRET_KEY: SECRET,
      COS_TOKEN: 'x',
      COS_TOKEN_EXPIRES_AT: '1767225600',
    }
    expect(await createEnvironmentProvider(both)()).toMatchObject({
      secretId: 'AKIDcos',
      securityToken: 'x',
      expiresAt: 1_767_225_600,
    })
  })

  it('never mixes the two', async () => {
    const mixed = createEnvironmentProvider({ COS_SECRET_ID: 'AKIDcos', TENCENTCLOUD_SECRET_KEY: SECRET })
    const error = await failureOf(mixed)
    expect(error.code).toBe('ERR_PROVIDER_INVALID')
    expect(error.message).toBe(
      'the environment has COS_SECRET_ID but not COS_SECRET_KEY; a key comes whole from one place',
    )
  })

  it('counts an empty variable as none, and has nothing to say to an empty environment', async () => {
    expect(await code(createEnvironmentProvider({ COS_SECRET_ID: '', COS_SECRET_KEY: '' }))).toBe(
      'ERR_PROVIDER_EMPTY',
    )
  })

  it.each([
    [{ COS_SECRET_ID: 'AKID', COS_SECRET_KEY: ` ${SECRET}` }, '"secretKey" has white space around it'],
    [
      { COS_SECRET_ID: 'AKID', COS_SECRET_KEY: SECRET, COS_TOKEN_EXPIRES_AT: '2026-01-01' },
      'COS_TOKEN_EXPIRES_AT',
    ],
    [{ COS_TOKEN: SECRET }, 'has COS_TOKEN but not COS_SECRET_ID and COS_SECRET_KEY'],
  ])('refuses what cannot be a key', async (env, message) => {
    const error = await failureOf(createEnvironmentProvider(env))
    expect(error.code).toBe('ERR_PROVIDER_INVALID')
    expect(error.message).toContain(message)
  })
})

describe('profile files', () => {
  const file = (text: string | undefined) => ({
    path: '/some/file',
    readText: () => Promise.resolve(text),
    parseYaml,
  })

  it('of this project give the key of the profile', async () => {
    const text = `profiles:\n  default:\n    secretId: AKIDa\n    secretKey: ${SECRET}\n  ci:\n    secretId: AKIDb\n    secretKey: ${SECRET}\n    token: t\n    tokenExpiresAt: 1767225600\n    region: ap-guangzhou\n  place:\n    region: ap-guangzhou\n`
    expect(await createProfileProvider(file(text))()).toMatchObject({ secretId: 'AKIDa' })
    expect(await createProfileProvider({ ...file(text), profile: 'ci' })()).toMatchObject({
      secretId: 'AKIDb',
      securityToken: 't',
      expiresAt: 1_767_225_600,
    })
    for (const profile of ['place', 'other', 'constructor']) {
      expect(await code(createProfileProvider({ ...file(text), profile }))).toBe('ERR_PROVIDER_EMPTY')
    }
    expect(await code(createProfileProvider(file(undefined)))).toBe('ERR_PROVIDER_EMPTY')
    expect(await code(createProfileProvider(file('')))).toBe('ERR_PROVIDER_EMPTY')
    expect(await code(createProfileProvider(file(`profiles: [${SECRET}`)))).toBe('ERR_PROVIDER_INVALID')
  })

  it('of the cloud SDK give the key of the section', async () => {
    const text = `; comment\n[default]\r\nsecret_id = AKIDa\r\nsecret_key="${SECRET}"\n\n# more\n[ci]\nSECRET_ID=AKIDb\nsecret_key=${SECRET}\ntoken = to=ken\nodd line\n`
    expect(await createCloudSdkProfileProvider(file(text))()).toMatchObject({
      secretId: 'AKIDa',
      secretKey: SECRET,
    })
    expect(await createCloudSdkProfileProvider({ ...file(text), section: 'ci' })()).toMatchObject({
      secretId: 'AKIDb',
      securityToken: 'to=ken',
    })
    expect(await code(createCloudSdkProfileProvider({ ...file(text), section: 'x' }))).toBe(
      'ERR_PROVIDER_EMPTY',
    )
    expect(await code(createCloudSdkProfileProvider(file('[default]\nsecret_id=AKIDa\n')))).toBe(
      'ERR_PROVIDER_INVALID',
    )
  })

  it('of coscli give the key where it is not encrypted, and say why not where it is', async () => {
    const base = (lines: string): string =>
      `cos:\n  base:\n    secretid: AKIDa\n    secretkey: ${SECRET}\n    sessiontoken: ""\n${lines}  buckets:\n  - name: b-1\n`
    const plain = await createCoscliProvider(file(base('    disableencryption: "true"\n')))()
    expect(plain).toMatchObject({ secretId: 'AKIDa', secretKey: SECRET })
    expect(plain.securityToken).toBeUndefined()
    expect(await createCoscliProvider(file(base('    disableencryption: true\n')))()).toMatchObject({
      secretId: 'AKIDa',
    })
    for (const encrypted of ['', '    disableencryption: "false"\n']) {
      const error = await failureOf(createCoscliProvider(file(base(encrypted))))
      expect(error.code).toBe('ERR_PROVIDER_INVALID')
      expect(error.message).toContain('coscli has encrypted for itself')
    }
    expect(
      await code(createCoscliProvider(file('cos:\n  base:\n    mode: CvmRole\n    cvmrolename: r\n'))),
    ).toBe('ERR_PROVIDER_EMPTY')
    expect(await code(createCoscliProvider(file('other: 1')))).toBe('ERR_PROVIDER_EMPTY')
  })
})

describe('the chain', () => {
  const without = createEnvironmentProvider({})
  const half = createEnvironmentProvider({ COS_SECRET_ID: 'AKID' })
  const one = createStaticProvider({ secretId: 'AKIDone', secretKey: SECRET })
  const other = createStaticProvider({ secretId: 'AKIDother', secretKey: SECRET })

  it('gives the first key there is', async () => {
    expect(await createChainProvider([without, one, other])()).toMatchObject({ secretId: 'AKIDone' })
  })

  it('ends at what is half or broken', async () => {
    expect(await code(createChainProvider([without, half, one]))).toBe('ERR_PROVIDER_INVALID')
    await expect(createChainProvider([() => Promise.reject(new Error('odd')), one])()).rejects.toThrow('odd')
  })

  it('says where it looked when there is none', async () => {
    const error = await failureOf(createChainProvider([without, without]))
    expect(error.message).toBe(
      'There is no key: COS_SECRET_ID and TENCENTCLOUD_SECRET_ID are not set; COS_SECRET_ID and TENCENTCLOUD_SECRET_ID are not set',
    )
    expect(await code(createChainProvider([]))).toBe('ERR_PROVIDER_EMPTY')
  })
})

describe('the instance role provider', () => {
  const key = {
    TmpSecretId: 'AKIDrole',
    TmpSecretKey: SECRET,
    Token: 'tok',
    ExpiredTime: 1_767_225_600,
    Code: 'Success',
  }
  const base = '/latest/meta-data/cam/security-credentials/'

  async function metadata(answers: Readonly<Record<string, FakeAnswer>>): Promise<FakeSts> {
    return await startFakeSts((request, response) => {
      const answer = answers[request.url ?? '']
      if (typeof answer === 'function') return answer(request, response)
      if (answer === undefined) response.statusCode = 404
      response.end(typeof answer === 'object' ? JSON.stringify(answer) : answer)
    })
  }
  const provider = (server: FakeSts, role?: string): CredentialProvider =>
    createInstanceRoleProvider({ baseUrl: `http://${server.endpoint}`, role })

  it('finds the role and gives its key', async () => {
    const server = await metadata({ [base]: 'uploader\nother\n', [`${base}uploader`]: key })
    expect(await provider(server)()).toMatchObject({
      secretId: 'AKIDrole',
      secretKey: SECRET,
      securityToken: 'tok',
      expiresAt: 1_767_225_600,
    })
    expect(await provider(server, 'uploader')()).toMatchObject({ secretId: 'AKIDrole' })
    expect(server.calls.map(({ url }) => url)).toEqual([base, `${base}uploader`, `${base}uploader`])
  })

  it('is empty on a machine without a role, and on one without such a service', async () => {
    expect(await code(provider(await metadata({})))).toBe('ERR_PROVIDER_EMPTY')
    expect(await code(provider(await metadata({ [base]: '' })))).toBe('ERR_PROVIDER_EMPTY')
    expect(await code(provider(await metadata({}), 'uploader'))).toBe('ERR_PROVIDER_EMPTY')
    expect(await code(createInstanceRoleProvider({ baseUrl: 'http://127.0.0.1:1' }))).toBe(
      'ERR_PROVIDER_EMPTY',
    )
    const silent = await metadata({ [base]: () => undefined })
    expect(
      await code(createInstanceRoleProvider({ baseUrl: `http://${silent.endpoint}`, timeoutMs: 50 })),
    ).toBe('ERR_PROVIDER_EMPTY')
  })

  it.each<[string, FakeAnswer, string]>([
    ['a failure', { ...key, Code: 'Failure' }, 'ERR_PROVIDER_INVALID'],
    ['no JSON', 'hello', 'ERR_PROVIDER_INVALID'],
    ['half a key', { ...key, TmpSecretKey: undefined }, 'ERR_PROVIDER_INVALID'],
    ['an error of its own', (_, response) => void response.writeHead(500).end(), 'ERR_STS_UNAVAILABLE'],
  ])('says so when it gets %s', async (_, answer, expected) => {
    expect(await code(provider(await metadata({ [base]: 'r', [`${base}r`]: answer })))).toBe(expected)
  })

  it('asks for no name that would be a path', () => {
    expect(() => createInstanceRoleProvider({ role: '../../user-data' })).toThrow('"role" must be')
  })
})

describe('the web identity provider', () => {
  const env = {
    TKE_ROLE_ARN: 'qcs::cam::uin/100000000001:roleName/pod',
    TKE_PROVIDER_ID: 'tke-provider',
    TKE_WEB_IDENTITY_TOKEN_FILE: '/var/run/token',
    TKE_REGION: 'ap-guangzhou',
  }
  const readText = (): Promise<string> => Promise.resolve('the.web.token\n')

  it('exchanges the token in the file for a key', async () => {
    const sts = await startFakeSts(keyAnswer())
    const provider = createWebIdentityProvider({ env, readText, scheme: 'http', endpoint: sts.endpoint })
    expect(await provider()).toMatchObject({ secretId: 'AKIDtemporary0001', expiresAt: 1_557_991_553 })
    expect(JSON.parse(sts.calls[0]?.body ?? '')).toEqual({
      ProviderId: 'tke-provider',
      WebIdentityToken: 'the.web.token',
      RoleArn: env.TKE_ROLE_ARN,
      RoleSessionName: 'cos-presign',
      DurationSeconds: 3600,
    })
    expect(sts.calls[0]?.headers).toMatchObject({ authorization: 'SKIP', 'x-tc-region': 'ap-guangzhou' })
  })

  it('is empty outside such a pod, and says what is missing in one', async () => {
    expect(await code(createWebIdentityProvider({ env: {}, readText }))).toBe('ERR_PROVIDER_EMPTY')
    const error = await failureOf(createWebIdentityProvider({ env: { ...env, TKE_REGION: '' }, readText }))
    expect(error).toMatchObject({
      code: 'ERR_PROVIDER_INVALID',
      message: expect.stringContaining('TKE_REGION is missing'),
    })
    const unread = createWebIdentityProvider({ env, readText: () => Promise.resolve(undefined) })
    expect(await code(unread)).toBe('ERR_PROVIDER_INVALID')
  })

  it('passes a refusal of STS on', async () => {
    const sts = await startFakeSts(refusalAnswer('InvalidParameter.WebIdentityTokenError'))
    const provider = createWebIdentityProvider({ env, readText, scheme: 'http', endpoint: sts.endpoint })
    expect(await failureOf(provider)).toMatchObject({
      upstreamCode: 'InvalidParameter.WebIdentityTokenError',
    })
  })
})

describe('the default provider', () => {
  async function home(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'cos-presign-sts-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    return folder
  }
  const noNetwork = (): Promise<Response> => Promise.reject(new TypeError('fetch failed'))
  const at = (homeDirectory: string, env: Record<string, string> = {}) =>
    createDefaultProvider({ homeDirectory, env, parseYaml, fetch: noNetwork })
  async function write(folder: string, path: string, text: string, mode = 0o600): Promise<void> {
    await mkdir(join(folder, path, '..'), { recursive: true })
    await writeFile(join(folder, path), text)
    await chmod(join(folder, path), mode)
  }
  const profile = `profiles:\n  default:\n    secretId: AKIDprofile\n    secretKey: ${SECRET}\n`

  it('looks in the environment, in the profiles, and last at the metadata service', async () => {
    const folder = await home()
    expect((await failureOf(at(folder))).message).toContain('This machine has no metadata service')
    await write(
      folder,
      '.cos.yaml',
      `cos:\n  base:\n    secretid: AKIDcoscli\n    secretkey: ${SECRET}\n    disableencryption: "true"\n`,
    )
    expect(await at(folder)()).toMatchObject({ secretId: 'AKIDcoscli' })
    await write(folder, '.tencentcloud/credentials', `[default]\nsecret_id=AKIDsdk\nsecret_key=${SECRET}\n`)
    expect(await at(folder)()).toMatchObject({ secretId: 'AKIDsdk' })
    await write(folder, '.config/cos-presign/config.yaml', profile)
    expect(await at(folder)()).toMatchObject({ secretId: 'AKIDprofile' })
    expect(await createDefaultProvider({ homeDirectory: folder, env: {}, fetch: noNetwork })()).toMatchObject(
      { secretId: 'AKIDsdk' },
    )
    const env = { COS_SECRET_ID: 'AKIDenv', COS_SECRET_KEY: SECRET }
    expect(await at(folder, env)()).toMatchObject({ secretId: 'AKIDenv' })
  })

  it('refuses a profile that others can read', async () => {
    const folder = await home()
    await write(folder, 'xdg/cos-presign/config.yaml', profile, 0o644)
    const error = await failureOf(at(folder, { XDG_CONFIG_HOME: join(folder, 'xdg') }))
    expect(error.message).toContain('run: chmod 600')
  })

  it('refuses a file that is too long, or a directory', async () => {
    const folder = await home()
    await write(folder, 'long', 'x'.repeat(300_000))
    expect(await code(() => readTextFile(join(folder, 'long')))).toBe('ERR_PROVIDER_INVALID')
    expect(await code(() => readTextFile(folder))).toBe('ERR_PROVIDER_INVALID')
    expect(await readTextFile(join(folder, 'long/x'))).toBeUndefined()
  })
})
