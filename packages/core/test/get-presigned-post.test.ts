import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import {
  getPresignedPost,
  type PostParams,
  type PostVerification,
  type PresignedPost,
  type UploadConstraints,
  verifyPostPolicy,
} from '../src/index.ts'
import { bucket, clientOf, host, keys, now, token } from './fixtures.ts'

const client = clientOf()
const make = (constraints: UploadConstraints, params: Partial<PostParams> = {}): PresignedPost =>
  getPresignedPost(client, { Bucket: bucket, ...params }, constraints)

/** What a verifier says of the form with some of its fields changed. */
const verify = (
  { fields }: PresignedPost,
  changes: Readonly<Record<string, string | undefined>> = {},
  fileName = 'a.png',
): PostVerification => {
  const pairs = Object.entries({ ...fields, ...changes }).filter(
    (pair): pair is [string, string] => pair[1] !== undefined,
  )
  return verifyPostPolicy({ fields: pairs, bucket, fileName }, () => ({ secretKey: keys.SecretKey }), { now })
}

const anyKey = { keyPrefix: 'users/42/' }

describe('getPresignedPost', () => {
  it('makes a form that COS accepts, with all that its sender must know', () => {
    const form = make({ ...anyKey, contentType: 'image/*', minSizeBytes: 1, maxSizeBytes: 100 })
    expect(form).toMatchObject({
      url: `https://${host}/`,
      openFields: ['Content-Type'],
      startsAt: 1_699_999_940,
      expiresAt: 1_700_000_300,
      effectiveExpiresAt: 1_700_000_300,
      enforced: ['keyPrefix', 'contentType', 'minSizeBytes', 'maxSizeBytes'],
      notEnforced: [],
    })
    expect(Object.keys(form.fields)).toEqual([
      'key',
      'policy',
      'q-sign-algorithm',
      'q-ak',
      'q-key-time',
      'q-signature',
    ])
    expect(verify(form, { 'Content-Type': 'image/png' })).toMatchObject({
      ok: true,
      key: 'users/42/a.png',
      minSizeBytes: 1,
      maxSizeBytes: 100,
    })
    expect(verify(form, { 'Content-Type': 'text/html' })).toMatchObject({
      condition: { field: 'Content-Type' },
    })
    expect(verify(form)).toMatchObject({ condition: { field: 'Content-Type' } })
  })

  it.each<[UploadConstraints, string, string]>([
    [{ key: 'users/42/a.png' }, 'key', 'users/42/b.png'],
    [anyKey, 'key', 'users/43/a.png'],
    [{ ...anyKey, contentType: 'image/png' }, 'Content-Type', 'image/svg+xml'],
    [{ ...anyKey, storageClass: 'ARCHIVE' }, 'x-cos-storage-class', 'STANDARD'],
    [{ ...anyKey, acl: 'private' }, 'acl', 'public-read'],
    [{ ...anyKey, speedLimitBitsPerSecond: 819_200 }, 'x-cos-traffic-limit', '838860800'],
  ])('enforces %j by a condition on %s', (constraints, field, other) => {
    const form = make(constraints)
    expect(form.enforced).toEqual(Object.keys(constraints))
    expect(verify(form).ok).toBe(true)
    expect(verify(form, { [field]: other })).toMatchObject({ code: 'condition-failed', condition: { field } })
    if (field !== 'key')
      expect(verify(form, { [field]: undefined })).toMatchObject({ code: 'condition-failed' })
  })

  it('enforces sizes by a range', () => {
    expect(verify(make({ ...anyKey, sizeBytes: 7 }))).toMatchObject({ minSizeBytes: 7, maxSizeBytes: 7 })
    expect(verify(make({ ...anyKey, maxSizeBytes: 7 }))).toMatchObject({ minSizeBytes: 0, maxSizeBytes: 7 })
    expect(verify(make({ ...anyKey, minSizeBytes: 7 }))).toMatchObject({
      minSizeBytes: 7,
      maxSizeBytes: 5 * 1024 ** 3,
    })
  })

  it('does not claim an MD5, an overwrite or an address, and says why', () => {
    const constraints = {
      contentMd5: 'mQ/fVh815F3k6TAUm8m0eg==',
      forbidOverwrite: true,
      clientIps: ['203.0.113.7'],
    }
    const form = make({ ...anyKey, ...constraints })
    expect(form.enforced).toEqual(['keyPrefix'])
    expect(form.notEnforced.map(({ constraint }) => constraint)).toEqual(Object.keys(constraints))
    for (const { reason } of form.notEnforced) expect(reason).toMatch(/: use a /)
    // The field is there for honest senders; nothing keeps another one from leaving it out.
    expect(form.fields['Content-MD5']).toBe(constraints.contentMd5)
    expect(verify(form, { 'Content-MD5': undefined }).ok).toBe(true)
  })

  it('fixes the fields that it is given', () => {
    const Fields = { 'Content-Type': 'image/png', success_action_status: 200, 'x-cos-meta-user': '値' }
    const form = make({ ...anyKey, contentType: 'image/*' }, { Fields, Key: 'users/42/x.png' })
    expect(form.openFields).toEqual([])
    expect(form.fields).toMatchObject({ ...Fields, success_action_status: '200', key: 'users/42/x.png' })
    expect(verify(form)).toMatchObject({ ok: true, key: 'users/42/x.png' })
    for (const field of [...Object.keys(Fields), 'key'])
      expect(verify(form, { [field]: 'image/gif' }).ok).toBe(false)
  })

  it('carries the token of a temporary key and ends with it', () => {
    const temporary = clientOf({ Token: token, TokenExpiresAt: 1_700_000_060 })
    const form = getPresignedPost(temporary, { Bucket: bucket, Expired: 600 }, anyKey)
    expect(form).toMatchObject({ expiresAt: 1_700_000_060, effectiveExpiresAt: 1_700_000_060 })
    expect(form.fields['x-cos-security-token']).toBe(token)
    expect(inspect(form)).not.toContain(token)
    expect(inspect(form)).not.toContain(form.fields['q-signature'])
    expect(JSON.parse(JSON.stringify(form))).toEqual(form)
  })

  it.each<[string, UploadConstraints, Partial<PostParams>]>([
    ['key', { key: 'a' }, { Key: 'b' }],
    ['keyPrefix', anyKey, { Key: 'users/43/a' }],
    ['contentType', { ...anyKey, contentType: 'image/*' }, { Fields: { 'content-type': 'text/html' } }],
    ['acl', { ...anyKey, acl: 'private' }, { Fields: { acl: 'public-read' } }],
  ])('refuses what %s does not allow', (constraint, constraints, params) => {
    expect(() => make(constraints, params)).toThrow(
      expect.objectContaining({
        code: 'ERR_CONSTRAINT_BROKEN',
        message: expect.stringContaining(`"${constraint}"`),
      }),
    )
  })

  it.each<[RegExp, UploadConstraints, Partial<PostParams>]>([
    [/key or keyPrefix/, {}, {}],
    [/\$\{filename\}/, { key: `\${filename}` }, {}],
    [/\$\{filename\}/, { keyPrefix: `\${filename}/` }, {}],
    [/"Fields" must not hold "policy"/, anyKey, { Fields: { policy: 'x' } }],
    [/"Fields" must not hold "x-cos-security-token"/, anyKey, { Fields: { 'x-cos-security-token': 'x' } }],
    [/"Fields" must not hold "Content-MD5"/, anyKey, { Fields: { 'Content-MD5': 'x' } }],
    [/"Expired"/, anyKey, { Expired: 0 }],
    [/"Bucket"/, anyKey, { Bucket: 'x' }],
    [/no parameter "Params"/, anyKey, { Params: {} } as never],
  ])('says %s', (message, constraints, params) => {
    expect(() => make(constraints, params)).toThrow(message)
  })

  it('says that it needs a client', () => {
    expect(() => getPresignedPost({} as never, { Bucket: bucket }, anyKey)).toThrow(TypeError)
  })
})
