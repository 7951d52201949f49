import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CosClient } from 'cos-presign'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createEmulator, type Emulator, type EmulatorOptions, type InjectResponse } from '../../src/index.ts'
import { createTemporaryKeys } from '../../src/sts/temporary-keys.ts'
import { callV1, keyOf, type StsCaller, type TemporaryCaller } from './call-sts.ts'

const bucket = 'examplebucket-1250000000'
const startMs = 1_700_000_000_000
const root = { secretId: 'AKIDroot000000001', secretKey: 'test-secret-root' }
const Policy = encodeURIComponent(
  '{"version":"2.0","statement":[{"effect":"allow","action":"*","resource":"*"}]}',
)

function create(options: EmulatorOptions = {}): Emulator {
  return createEmulator({ credentials: [root], buckets: [bucket], now: () => startMs, ...options })
}

async function issue(emulator: Emulator): Promise<TemporaryCaller> {
  return keyOf(await callV1(emulator, root, { params: { Name: 'test', Policy } }))
}

/** HEAD of the bucket with a key, its token in a header and so not signed. */
async function ask(emulator: Emulator, key: StsCaller, token?: string): Promise<InjectResponse> {
  const host = `${bucket}.cos.ap-guangzhou.myqcloud.com`
  const client = new CosClient({
    Domain: host,
    SecretId: key.secretId,
    SecretKey: key.secretKey,
    Now: () => emulator.clock.now(),
  })
  const authorization = client.getAuth({ Method: 'GET', Bucket: bucket, Key: 'o' })
  const headers = token === undefined ? {} : { 'x-cos-security-token': token }
  return await emulator.inject({ method: 'GET', target: '/o', headers: { host, authorization, ...headers } })
}

const codeOf = ({ body }: InjectResponse): string => /<Code>(.*)<\/Code>/.exec(body.toString())?.[1] ?? 'none'

describe('a temporary key', () => {
  let emulator: Emulator
  beforeAll(() => {
    emulator = create()
  })
  afterAll(() => emulator.close())
  beforeEach(() => emulator.clock.reset())

  it('opens what its policy allows, with its token, until its end', async () => {
    const key = await issue(emulator)
    expect(codeOf(await ask(emulator, key, key.securityToken))).toBe('NoSuchKey')
    expect(codeOf(await ask(emulator, key))).toBe('InvalidAccessKeyId')
    emulator.clock.advance(1800)
    expect(codeOf(await ask(emulator, key, key.securityToken))).toBe('NoSuchKey')
    emulator.clock.advance(1)
    const late = await ask(emulator, key, key.securityToken)
    expect([late.statusCode, codeOf(late)]).toEqual([400, 'ExpiredToken'])
  })

  it('with a token changed anywhere is refused, as with any other text', async () => {
    const key = await issue(emulator)
    const token = key.securityToken
    const changed = fc.nat(token.length - 1).chain((at) =>
      fc
        .constantFrom(...'ABCabc019-_')
        .filter((char) => char !== token[at])
        .map((char) => token.slice(0, at) + char + token.slice(at + 1)),
    )
    const other = fc.oneof(changed, fc.stringMatching(/^[\w+/=-]{1,300}$/), fc.constant(`${token}=`))
    await fc.assert(
      fc.asyncProperty(other, async (text) => {
        const answer = await ask(emulator, key, text)
        expect([answer.statusCode, codeOf(answer)]).toEqual([403, 'InvalidAccessKeyId'])
      }),
      { numRuns: 300 },
    )
  })

  it('does not go with the token of another', async () => {
    const [mine, other] = [await issue(emulator), await issue(emulator)]
    expect(codeOf(await ask(emulator, mine, other.securityToken))).toBe('InvalidAccessKeyId')
    expect(codeOf(await ask(emulator, { ...mine, secretId: other.secretId }, mine.securityToken))).toBe(
      'InvalidAccessKeyId',
    )
  })

  it('has an id that cannot be made up', async () => {
    const key = await issue(emulator)
    const forged = { ...key, secretId: `AKID${'A'.repeat(40)}` }
    expect(codeOf(await ask(emulator, forged, key.securityToken))).toBe('InvalidAccessKeyId')
    const answer = await ask(emulator, forged, key.securityToken)
    expect(answer.body.toString()).not.toContain('token')
  })

  it('is unknown to an emulator with another secret, and good in one with the same', async () => {
    const key = await issue(emulator)
    const stranger = create()
    expect(codeOf(await ask(stranger, key, key.securityToken))).toBe('InvalidAccessKeyId')
    await stranger.close()
    const twins = [
      create({ tokenSecret: 'shared-by-the-twins' }),
      create({ tokenSecret: 'shared-by-the-twins' }),
    ]
    const [first, second] = twins as [Emulator, Emulator]
    const shared = await issue(first)
    expect(codeOf(await ask(second, shared, shared.securityToken))).toBe('NoSuchKey')
    await Promise.all(twins.map((twin) => twin.close()))
  })
})

describe('with a data directory', () => {
  it('temporary keys outlive a restart, and the secret is in a file that only its owner reads', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'cos-presign-tokens-'))
    const first = create({ dataDir })
    const key = await issue(first)
    await first.close()
    const second = create({ dataDir })
    expect(codeOf(await ask(second, key, key.securityToken))).toBe('NoSuchKey')
    await second.close()
    const fresh = create({ dataDir, tokenSecret: 'a secret of this run' })
    expect(codeOf(await ask(fresh, key, key.securityToken))).toBe('InvalidAccessKeyId')
    await fresh.close()

    const path = join(dataDir, 'secrets', 'token-secret')
    expect((await readFile(path, 'utf8')).length).toBeGreaterThan(40)
    expect((await stat(path)).mode & 0o077).toBe(0)
    await rm(dataDir, { recursive: true })
  })
})

describe('createTemporaryKeys', () => {
  const keys = createTemporaryKeys(Buffer.from('a secret for this test'))

  it('gives back what was granted, and holds to 4096 bytes', () => {
    fc.assert(
      fc.property(fc.nat(), fc.string({ unit: 'grapheme', maxLength: 9000 }), (expiresAt, session) => {
        const grant = { expiresAt, policies: { session } }
        const key = keys.issue(grant)
        if (key === undefined) {
          expect(session.length).toBeGreaterThan(1000)
          return
        }
        const { secretId, secretKey, securityToken } = key
        expect(securityToken.length).toBeLessThanOrEqual(4096)
        expect(keys.find(secretId, ['x', securityToken])).toEqual({ secretKey, securityToken, grant })
      }),
    )
  })

  it('knows an id without its token, and tells nobody which token it would be', () => {
    const { secretId = '', secretKey } = keys.issue({ expiresAt: 1, policies: {} }) ?? {}
    const [first, second] = [keys.find(secretId, []), keys.find(secretId, [])]
    expect(first).toEqual({ secretKey, securityToken: expect.any(String) })
    expect(first?.securityToken).not.toBe(second?.securityToken)
  })

  it('makes nothing of hostile ids and tokens', () => {
    const { secretId = '' } = keys.issue({ expiresAt: 1, policies: {} }) ?? {}
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(keys.find(text, [text])).toBeUndefined()
        expect(keys.find(`AKID${text}`, [text])).toBeUndefined()
        expect(keys.find(secretId, [text])?.grant).toBeUndefined()
      }),
    )
  })
})
