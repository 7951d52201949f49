import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { createCredential, type PostCondition, type SignOptions, signPostPolicy } from '../src/index.ts'
import { bucket, keys, now, token } from './fixtures.ts'

const credential = createCredential({ secretId: keys.SecretId, secretKey: keys.SecretKey })
const conditions: readonly PostCondition[] = [
  { bucket },
  ['starts-with', '$key', 'users/値/'],
  ['content-length-range', 0, 1_048_576],
]

/** The policy in a form's fields, as a server reads it. */
function policyIn(fields: Readonly<Record<string, string>>): { expiration: string; conditions: unknown[] } {
  return JSON.parse(Buffer.from(fields.policy as string, 'base64').toString('utf8'))
}

describe('signPostPolicy', () => {
  it('adds the end of the signature and the conditions on its fields', () => {
    const { fields, startsAt, expiresAt } = signPostPolicy(conditions, credential, { now })
    expect({ startsAt, expiresAt }).toEqual({ startsAt: 1_699_999_940, expiresAt: 1_700_000_300 })
    expect(policyIn(fields)).toEqual({
      expiration: '2023-11-14T22:18:20.000Z',
      conditions: [
        ...conditions,
        { 'q-sign-algorithm': 'sha1' },
        { 'q-ak': keys.SecretId },
        { 'q-sign-time': '1699999940;1700000300' },
      ],
    })
  })

  it('signs the text that it is given as the one that it writes', () => {
    const { fields } = signPostPolicy(conditions, credential, { now })
    const text = Buffer.from(fields.policy as string, 'base64').toString('utf8')
    expect(signPostPolicy(text, credential, { now }).fields).toEqual(fields)
  })

  it('ends with the temporary key, and carries its token', () => {
    const temporary = {
      ...credential,
      secretId: keys.SecretId,
      secretKey: keys.SecretKey,
      securityToken: token,
    }
    const { fields, expiresAt } = signPostPolicy(
      conditions,
      { ...temporary, expiresAt: 1_700_000_010 },
      { now },
    )
    expect(expiresAt).toBe(1_700_000_010)
    expect(fields['x-cos-security-token']).toBe(token)
    expect(policyIn(fields).expiration).toBe('2023-11-14T22:13:30.000Z')
    expect(() => signPostPolicy(conditions, { ...temporary, expiresAt: 1_700_000_000 }, { now })).toThrow(
      expect.objectContaining({ code: 'ERR_CREDENTIAL_EXPIRED' }),
    )
  })

  it('says the end of a text that ends before its signature', () => {
    const { fields } = signPostPolicy(conditions, credential, { now })
    const policy = { ...policyIn(fields), expiration: '2023-11-14T22:14:00.500Z' }
    expect(signPostPolicy(JSON.stringify(policy), credential, { now }).expiresAt).toBe(1_700_000_040)
  })

  it.each<[string, unknown, SignOptions]>([
    ['policy', undefined, {}],
    ['policy', {}, {}],
    ['policy[0]', [{}], {}],
    ['policy[0]', [{ a: '1', b: '2' }], {}],
    ['policy[0]', [{ a: 1 }], {}],
    ['policy[0]', [{ a: '\ud800' }], {}],
    ['policy[1]', [{ bucket }, ['eq', 'key', 'a']], {}],
    ['policy[0]', [['eq', '$', 'a']], {}],
    ['policy[0]', [['eq', '$key', 'a', 'b']], {}],
    ['policy[0]', [['content-length-range', 2, 1]], {}],
    ['policy[0]', [['content-length-range', '0', 1]], {}],
    ['policy[0]', [['contains', '$key', 'a']], {}],
    ['policy[0]', [{ 'q-ak': 'other' }], {}],
    ['policy', '{', {}],
    ['policy', '[]', {}],
    ['expiration', '{"conditions":[{"bucket":"b-1"}]}', {}],
    ['expiration', '{"expiration":"tomorrow","conditions":[{"bucket":"b-1"}]}', {}],
    ['conditions', '{"expiration":"2030-01-31T12:00:00Z","conditions":[]}', {}],
    ['q-sign-algorithm', '{"expiration":"2030-01-31T12:00:00Z","conditions":[{"bucket":"b-1"}]}', {}],
    ['nowhere', conditions, { nowhere: 1 } as SignOptions],
  ])('names %s when it is not as it must be: %j', (name, policy, options) => {
    const attempt = (): unknown =>
      signPostPolicy(policy as readonly PostCondition[], credential, { now, ...options })
    expect(attempt).toThrow(TypeError)
    expect(attempt).toThrow(name)
  })

  it('refuses a text that was written for another time, or another key', () => {
    const { fields } = signPostPolicy(conditions, credential, { now })
    const text = Buffer.from(fields.policy as string, 'base64').toString('utf8')
    expect(() => signPostPolicy(text, credential, { now: () => now() + 1000 })).toThrow(/q-sign-time/)
    expect(() => signPostPolicy(text, { secretId: 'AKIDother', secretKey: 'k' }, { now })).toThrow(/q-ak/)
  })

  it('prints without signature and token, and is whole as JSON', () => {
    const form = signPostPolicy(
      conditions,
      { secretId: keys.SecretId, secretKey: keys.SecretKey, securityToken: token },
      { now },
    )
    const printed = inspect(form, { depth: 9 })
    expect(printed).not.toContain(token)
    expect(printed).not.toContain(form.fields['q-signature'])
    expect(JSON.parse(JSON.stringify(form))).toEqual(form)
  })
})
