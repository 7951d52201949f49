import { createHash, createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type KeyRecord,
  type PostCondition,
  type PostVerification,
  type ReceivedForm,
  signPostPolicy,
  verifyPostPolicy,
} from '../src/index.ts'
import { bucket, keys, now, token } from './fixtures.ts'
import { readVectors } from './read-vectors.ts'

const key: KeyRecord = { secretKey: keys.SecretKey }
const credential = { secretId: keys.SecretId, secretKey: keys.SecretKey }
const lookup = (secretId: string): KeyRecord | undefined => (secretId === keys.SecretId ? key : undefined)

const conditions: readonly PostCondition[] = [
  { bucket },
  ['starts-with', '$key', 'users/42/'],
  ['starts-with', '$Content-Type', 'image/'],
  ['eq', '$x-cos-storage-class', 'STANDARD'],
  ['content-length-range', 1, 100],
]
const others = { key: 'users/42/a.png', 'Content-Type': 'image/png', 'x-cos-storage-class': 'STANDARD' }

const fieldsOf = (policy: readonly PostCondition[] | string = conditions): Record<string, string> => ({
  ...others,
  ...signPostPolicy(policy, credential, { now }).fields,
})

const verify = (
  fields: ReceivedForm['fields'],
  more: Partial<ReceivedForm> = {},
  seconds = 0,
): PostVerification =>
  verifyPostPolicy({ fields, bucket, ...more }, lookup, { now: () => now() + seconds * 1000 })

const codeOf = (answer: PostVerification): string => (answer.ok ? 'ok' : answer.code)

describe('verifyPostPolicy', () => {
  it('accepts what signPostPolicy made, and says what is left to check', () => {
    expect(verify(fieldsOf())).toEqual({
      ok: true,
      secretId: keys.SecretId,
      key: 'users/42/a.png',
      startsAt: 1_699_999_940,
      expiresAt: 1_700_000_300,
      minSizeBytes: 1,
      maxSizeBytes: 100,
    })
  })

  it('accepts the form of the documentation', () => {
    const [vector] = readVectors<Record<string, string>>('post-policy')
    const fields = {
      acl: 'default',
      key: 'folder/subfolder/a.png',
      'Content-Type': 'image/png',
      success_action_redirect: 'https://my.website/done',
      'x-cos-server-side-encryption': 'AES256',
      policy: vector?.policyBase64 ?? '',
      'q-sign-algorithm': 'sha1',
      'q-ak': vector?.secretId ?? '',
      'q-key-time': vector?.keyTime ?? '',
      'q-signature': vector?.signature ?? '',
    }
    const record = { secretKey: vector?.secretKey ?? '' }
    const at = (seconds: number): PostVerification =>
      verifyPostPolicy({ fields, bucket }, () => record, { now: () => seconds * 1000 })
    expect(codeOf(at(1_567_150_700))).toBe('ok')
    expect(codeOf(at(1_567_150_691))).toBe('not-yet-valid')
    expect(codeOf(at(1_567_157_893))).toBe('policy-expired')
  })

  it('takes fields as pairs and in any letter case, and puts the name of the file into the key', () => {
    const fields = Object.entries({ ...fieldsOf(), key: `users/42/\${filename}` })
    const upper = fields.map(([name, value]): [string, string] => [name.toUpperCase(), value])
    expect(verify(upper, { fileName: "a$&$'.png" })).toMatchObject({ ok: true, key: "users/42/a$&$'.png" })
    expect(codeOf(verify({ ...fieldsOf(), key: `\${filename}` }, { fileName: 'users/42/b' }))).toBe('ok')
    expect(codeOf(verify({ ...fieldsOf(), key: `\${filename}` }, { fileName: 'users/43/b' }))).toBe(
      'condition-failed',
    )
  })

  it('puts no endless key together', () => {
    const fields = { ...fieldsOf(), key: `\${filename}`.repeat(1000) }
    expect(codeOf(verify(fields, { fileName: 'a'.repeat(1_000_000) }))).toBe('malformed')
  })

  it.each<[string, Record<string, string | undefined>]>([
    ['malformed', { key: undefined }],
    ['malformed', { 'q-signature': 'abc' }],
    ['malformed', { 'q-key-time': '1;' }],
    ['malformed', { 'q-ak': undefined }],
    ['malformed', { policy: undefined }],
    ['malformed', { Key: 'users/42/other.png' }],
    ['malformed', { key: 'users/42/\ud800' }],
    ['unsupported-algorithm', { 'q-sign-algorithm': 'md5' }],
    ['unknown-key', { 'q-ak': 'AKIDother' }],
    ['token-wrong', { 'x-cos-security-token': 'a' }],
    ['mismatch', { 'q-signature': '0'.repeat(40) }],
    ['mismatch', { policy: Buffer.from('{}').toString('base64') }],
    ['mismatch', { 'q-key-time': '1699999940;1700000301' }],
    ['policy-malformed', { policy: '{}' }],
    ['policy-malformed', { policy: '/w==' }],
    ['condition-failed', { key: 'users/43/a.png' }],
    ['condition-failed', { 'Content-Type': 'text/html' }],
    ['condition-failed', { 'Content-Type': undefined }],
    ['condition-failed', { 'x-cos-storage-class': 'ARCHIVE' }],
  ])('answers %s to %j', (code, changes) => {
    const fields = Object.entries({ ...fieldsOf(), ...changes }).filter((pair) => pair[1] !== undefined)
    expect(codeOf(verify(fields as [string, string][]))).toBe(code)
  })

  it('answers anonymous to a form without signature, and to another bucket condition-failed', () => {
    expect(codeOf(verify(others))).toBe('anonymous')
    const elsewhere = verify(fieldsOf(), { bucket: 'other-1250000000' })
    expect(elsewhere).toMatchObject({
      code: 'condition-failed',
      condition: { field: 'bucket', value: bucket },
    })
  })

  it.each([
    ['not-yet-valid', -61],
    ['ok', -60],
    ['ok', 300],
    ['policy-expired', 301],
  ])('answers %s at %d s', (code, seconds) => {
    expect(codeOf(verify(fieldsOf(), {}, seconds))).toBe(code)
  })

  it('knows a policy that ends before or after its signature', () => {
    const [own] = [JSON.parse(Buffer.from(fieldsOf().policy as string, 'base64').toString('utf8'))]
    const early = fieldsOf(JSON.stringify({ ...own, expiration: '2023-11-14T22:14:00Z' }))
    expect(verify(early, {}, 40)).toMatchObject({ ok: true, expiresAt: 1_700_000_040 })
    expect(verify(early, {}, 41)).toMatchObject({ code: 'policy-expired', policyExpiresAt: 1_700_000_040 })
    const late = fieldsOf(JSON.stringify({ ...own, expiration: '2030-01-31T12:00:00Z' }))
    expect(codeOf(verify(late, {}, 300))).toBe('ok')
    expect(codeOf(verify(late, {}, 301))).toBe('expired')
  })

  it('demands the token of a temporary key, and its life', () => {
    const temporary = { ...key, securityToken: token, expiresAt: 1_700_000_010 }
    const { fields } = signPostPolicy(
      conditions,
      { ...credential, ...temporary, secretKey: keys.SecretKey },
      { now },
    )
    const check = (changes: object, seconds = 0): string =>
      codeOf(
        verifyPostPolicy({ fields: { ...others, ...fields, ...changes }, bucket }, () => temporary, {
          now: () => now() + seconds * 1000,
        }),
      )
    expect(check({})).toBe('ok')
    expect(check({ 'x-cos-security-token': '' })).toBe('token-missing')
    expect(check({ 'x-cos-security-token': `${token}x` })).toBe('token-wrong')
    expect(check({}, 11)).toBe('token-expired')
  })

  it.each([
    ['a policy without a condition on q-ak', /"q-ak"/],
    ['a policy without a condition on q-sign-time', /"q-sign-time"/],
  ])('refuses %s', (_, name) => {
    const text = Buffer.from(fieldsOf().policy as string, 'base64').toString('utf8')
    const policy = JSON.parse(text) as { conditions: object[] }
    const without = policy.conditions.filter((condition) => !name.test(JSON.stringify(condition)))
    expect(codeOf(verify(signed(JSON.stringify({ ...policy, conditions: without }))))).toBe(
      'policy-malformed',
    )
  })

  it('finds no field in what every object has', () => {
    const text = Buffer.from(fieldsOf().policy as string, 'base64').toString('utf8')
    const policy = JSON.parse(text) as { conditions: object[] }
    for (const field of ['constructor', '__proto__', 'toString']) {
      const conditions = [...policy.conditions, ['starts-with', `$${field}`, '']]
      expect(verify(signed(JSON.stringify({ ...policy, conditions })))).toMatchObject({
        code: 'condition-failed',
        condition: { field },
      })
    }
  })

  it('never throws, whatever the form holds', () => {
    const names = fc.constantFrom('policy', 'q-ak', 'q-key-time', 'q-signature', 'q-sign-algorithm', 'key')
    const field = fc.tuple(
      fc.oneof(names, fc.string()),
      fc.oneof(fc.string(), fc.base64String(), fc.anything()),
    )
    fc.assert(
      fc.property(fc.oneof(fc.array(field), fc.anything()), fc.anything(), (fields, fileName) => {
        const form = { fields, bucket, fileName } as ReceivedForm
        expect(verifyPostPolicy(form, () => key, { now }).ok).toBe(false)
      }),
      { numRuns: 2000 },
    )
  })

  it('never throws, whatever a signed policy holds', () => {
    const condition = fc.oneof(
      fc.anything(),
      fc.tuple(fc.constantFrom('eq', 'starts-with', 'content-length-range'), fc.anything(), fc.anything()),
      fc.dictionary(fc.string(), fc.anything(), { maxKeys: 2 }),
    )
    const policy = fc.record({
      expiration: fc.oneof(fc.string(), fc.date(), fc.anything()),
      conditions: fc.array(condition),
    })
    fc.assert(
      fc.property(fc.oneof(policy, fc.anything(), fc.json()), (value) => {
        const text = typeof value === 'string' ? value : (stringify(value) ?? 'null')
        expect(verify(signed(text)).ok).toBe(false)
      }),
      { numRuns: 2000 },
    )
  })
})

/** The fields of a form with any text as its policy, signed as a holder of the key could. */
function signed(text: string): Record<string, string> {
  const fields = fieldsOf()
  const keyTime = fields['q-key-time'] as string
  const hmac = (secret: string, message: string): string =>
    createHmac('sha1', secret).update(message).digest('hex')
  const digest = createHash('sha1').update(text, 'utf8').digest('hex')
  return {
    ...fields,
    policy: Buffer.from(text, 'utf8').toString('base64'),
    'q-signature': hmac(hmac(keys.SecretKey, keyTime), digest),
  }
}

function stringify(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}
