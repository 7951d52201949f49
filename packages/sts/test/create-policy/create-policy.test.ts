import type { UploadConstraints } from 'cos-presign'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type CreatedPolicy,
  createPolicy,
  explainPolicy,
  type PolicyGrant,
  type PolicyOperation,
  type PolicyRequest,
  parsePolicy,
} from '../../src/index.ts'

const place = { bucket: 'examplebucket-1250000000', region: 'ap-guangzhou' }
const create = (...grants: PolicyGrant[]): CreatedPolicy => createPolicy({ ...place, grants })
const under = (key: string): string => `qcs::cos:ap-guangzhou:uid/1250000000:examplebucket-1250000000/${key}`
const names = (...actions: string[]): string[] => actions.map((action) => `name/cos:${action}`)

function allows(
  { policy }: CreatedPolicy,
  action: string,
  key: string,
  headers: Record<string, string> = {},
  more: Partial<PolicyRequest> = {},
): boolean {
  return explainPolicy(policy, { action, resource: { ...place, key }, headers, ...more }).isAllowed
}

describe('createPolicy', () => {
  it('writes one statement for the same resource under the same conditions, and none more', () => {
    expect(create({ operations: ['upload', 'download', 'delete'], keyPrefix: 'users/42/' })).toEqual({
      policy: {
        version: '2.0',
        statement: [
          {
            effect: 'allow',
            action: names('PutObject', 'PostObject', 'GetObject', 'HeadObject', 'DeleteObject'),
            resource: [under('users/42/*')],
          },
        ],
      },
      text: expect.stringMatching(/^\{"version":"2\.0","statement":\[\{"effect":"allow",/),
      grants: [{ enforced: [], notEnforced: [] }],
      warnings: [],
    })
  })

  it('never lets two grants multiply: another pair of actions and resources is another statement', () => {
    const created = create(
      { operations: ['upload'], keyPrefix: 'in/' },
      { operations: ['download'], keyPrefix: 'out/' },
      { operations: ['download'], key: 'in/list.json' },
    )
    expect(created.policy.statement).toEqual([
      { effect: 'allow', action: names('PutObject', 'PostObject'), resource: [under('in/*')] },
      {
        effect: 'allow',
        action: names('GetObject', 'HeadObject'),
        resource: [under('out/*'), under('in/list.json')],
      },
    ])
    expect(allows(created, 'GetObject', 'in/x')).toBe(false)
    expect(allows(created, 'PutObject', 'out/x')).toBe(false)
  })

  it('has the whole bundle of a resumable upload, without its conditions where requests cannot meet them', () => {
    const created = create({
      operations: ['resumable-upload'],
      key: 'a/film.mp4',
      constraints: {
        contentType: 'video/*',
        clientIps: ['10.0.0.0/8'],
        forbidOverwrite: true,
        acl: 'private',
      },
    })
    const sender = { clientIp: '10.1.1.1' }
    const type = { 'content-type': 'video/mp4', 'x-cos-acl': 'private' }
    const keep = { 'x-cos-forbid-overwrite': 'true' }
    for (const action of ['InitiateMultipartUpload', 'PutObject']) {
      expect(allows(created, action, 'a/film.mp4', { ...type, ...keep }, sender), action).toBe(true)
      expect(allows(created, action, 'a/film.mp4', type, sender), action).toBe(false)
      expect(allows(created, action, 'a/film.mp4', keep, sender), action).toBe(false)
    }
    for (const action of ['UploadPart', 'ListParts', 'AbortMultipartUpload']) {
      expect(allows(created, action, 'a/film.mp4', {}, sender), action).toBe(true)
      expect(allows(created, action, 'a/film.mp4'), action).toBe(false)
    }
    expect(allows(created, 'CompleteMultipartUpload', 'a/film.mp4', keep, sender)).toBe(true)
    expect(allows(created, 'CompleteMultipartUpload', 'a/film.mp4', {}, sender)).toBe(false)
    const list = { ...sender, params: { prefix: 'a/film.mp4' } }
    expect(allows(created, 'ListMultipartUploads', '', {}, list)).toBe(true)
    expect(allows(created, 'ListMultipartUploads', '', {}, sender)).toBe(false)
  })

  it('allows nothing but what was granted (a law)', () => {
    const ACTIONS: Record<PolicyOperation, string[]> = {
      upload: ['PutObject', 'PostObject'],
      'resumable-upload': [
        'PutObject',
        'InitiateMultipartUpload',
        'ListMultipartUploads',
        'ListParts',
        'UploadPart',
        'CompleteMultipartUpload',
        'AbortMultipartUpload',
      ],
      append: ['AppendObject'],
      download: ['GetObject', 'HeadObject'],
      head: ['HeadObject'],
      list: ['GetBucket'],
      delete: ['DeleteObject'],
    }
    const every = [
      ...new Set(Object.values(ACTIONS).flat()),
      'PutObjectACL',
      'DeleteBucket',
      'GetBucketACL',
      'PutBucket',
    ]
    const text = fc
      .string({ unit: fc.constantFrom('a', 'b', '/'), minLength: 1, maxLength: 4 })
      .filter((one) => !one.startsWith('/'))
    const operations = fc.subarray(Object.keys(ACTIONS) as PolicyOperation[], { minLength: 1 })
    const grant = fc
      .record({ operations, text, isPrefix: fc.boolean() })
      .map(({ operations: given, text: keyText, isPrefix }) =>
        isPrefix
          ? { operations: given, keyPrefix: keyText }
          : { operations: given.filter((one) => one !== 'list'), key: keyText },
      )
      .filter((one) => one.operations.length > 0)
    let allowed = 0
    fc.assert(
      fc.property(
        fc.array(grant, { minLength: 1, maxLength: 4 }),
        fc.constantFrom(...every),
        text,
        (grants, action, key) => {
          const isGranted = grants.some(
            (one: PolicyGrant) =>
              one.operations.some((operation) => ACTIONS[operation].includes(action)) &&
              (one.key === undefined ? key.startsWith(one.keyPrefix ?? '') : key === one.key),
          )
          if (isGranted) allowed++
          const created = create(...grants)
          const { policy } = created
          expect(parsePolicy(policy, { kind: 'session' }).statements.length).toBeGreaterThan(0)
          expect(allows(created, action, key)).toBe(isGranted)
          // Of another bucket, region or account: nothing.
          for (const other of [
            { bucket: 'other-1250000000' },
            { region: 'ap-beijing' },
            { bucket: 'examplebucket-1250000001' },
          ]) {
            expect(explainPolicy(policy, { action, resource: { ...place, ...other, key } }).isAllowed).toBe(
              false,
            )
          }
        },
      ),
      { numRuns: 600 },
    )
    expect(allowed).toBeGreaterThan(30)
  })
})

describe('a constraint becomes a condition', () => {
  const good = { 'content-type': 'image/png', 'content-length': '500', 'x-cos-acl': 'private' }

  it.each<[UploadConstraints, Record<string, string>, Record<string, string>]>([
    [{ contentType: 'image/png' }, good, { ...good, 'content-type': 'image/jpeg' }],
    [{ contentType: 'image/png' }, good, { 'content-length': '500' }],
    [{ contentType: 'image/*' }, good, { ...good, 'content-type': 'text/html' }],
    [{ sizeBytes: 500 }, good, { ...good, 'content-length': '501' }],
    [{ minSizeBytes: 500 }, good, { ...good, 'content-length': '499' }],
    [{ maxSizeBytes: 500 }, good, { ...good, 'content-length': '501' }],
    [{ maxSizeBytes: 500 }, good, { 'content-type': 'image/png' }],
    [{ minSizeBytes: 400, maxSizeBytes: 500 }, good, { ...good, 'content-length': '399' }],
    [{ forbidOverwrite: true }, { 'x-cos-forbid-overwrite': 'true' }, good],
    [{ storageClass: 'ARCHIVE' }, { 'x-cos-storage-class': 'ARCHIVE' }, good],
    [{ storageClass: 'STANDARD' }, good, { 'x-cos-storage-class': 'ARCHIVE' }],
    [{ acl: 'private' }, good, { 'x-cos-acl': 'public-read' }],
    [{ acl: 'private' }, good, {}],
    [{ acl: 'default' }, {}, good],
  ])('%j', (constraints, passes, fails) => {
    const created = create({ operations: ['upload'], keyPrefix: 'u/', constraints })
    expect(allows(created, 'PutObject', 'u/o', passes)).toBe(true)
    expect(allows(created, 'PutObject', 'u/o', fails)).toBe(false)
    expect(created.grants).toEqual([{ enforced: Object.keys(constraints), notEnforced: [] }])
  })

  it('on addresses, for every operation', () => {
    const created = create({
      operations: ['download', 'list'],
      keyPrefix: 'u/',
      constraints: { clientIps: ['10.0.0.0/8', '::1'] },
    })
    expect(allows(created, 'GetObject', 'u/o', {}, { clientIp: '10.0.0.1' })).toBe(true)
    expect(allows(created, 'GetObject', 'u/o', {}, { clientIp: '11.0.0.1' })).toBe(false)
    expect(created.grants[0]?.enforced).toEqual(['clientIps'])
  })

  it('for the declaration that a presigned PUT and a form take, its key too', () => {
    const constraints = { keyPrefix: 'u/', maxSizeBytes: 9 }
    const created = create({ operations: ['upload'], constraints })
    expect(allows(created, 'PutObject', 'u/o', { 'content-length': '9' })).toBe(true)
    expect(created.grants[0]?.enforced).toEqual(['keyPrefix', 'maxSizeBytes'])
  })

  it('or is said not to be enforced, with the reason', () => {
    const open = (operations: PolicyOperation[], constraints: UploadConstraints): Record<string, string> =>
      Object.fromEntries(
        create({ operations, keyPrefix: 'u/', constraints }).grants[0]?.notEnforced.map(
          ({ constraint, reason }) => [constraint, reason],
        ) ?? [],
      )
    const any = expect.any(String)
    expect(
      open(['upload'], { contentMd5: 'XrY7u+Ae7tCTyyK7j1rNww==', speedLimitBitsPerSecond: 819_200 }),
    ).toEqual({
      contentMd5: expect.stringContaining('presigned PUT'),
      speedLimitBitsPerSecond: any,
    })
    expect(open(['upload', 'resumable-upload'], { maxSizeBytes: 9, contentType: 'a/b' })).toEqual({
      maxSizeBytes: expect.stringContaining('in parts'),
    })
    expect(open(['append'], { sizeBytes: 9, forbidOverwrite: true })).toEqual({
      sizeBytes: any,
      forbidOverwrite: any,
    })
    expect(open(['upload', 'delete'], { forbidOverwrite: true })).toEqual({
      forbidOverwrite: expect.stringContaining('delete the object first'),
    })
  })
})

describe('a warning', () => {
  const codes = (...grants: PolicyGrant[]): unknown[] =>
    create(...grants).warnings.map(({ code, grant }) => [code, grant])

  it('says what covers more than it seems', () => {
    expect(codes({ operations: ['upload'], keyPrefix: 'users/42/' })).toEqual([])
    expect(codes({ operations: ['upload'], keyPrefix: 'users/42' })).toEqual([['no-slash', 0]])
    expect(codes({ operations: ['upload'], keyPrefix: 'a*/' }, { operations: ['head'], key: 'b*' })).toEqual([
      ['wildcard', 0],
      ['wildcard', 1],
    ])
    expect(codes({ operations: ['download'], wholeBucket: true })).toEqual([['whole-bucket', 0]])
    const [warning] = create({ operations: ['upload'], keyPrefix: 'users/4' }).warnings
    expect(warning?.message).toBe(
      'The prefix "users/4" covers "users/4/…", and "users/42" as well; end it with a slash if a folder is meant.',
    )
  })

  it('says that a form cannot be limited in size, and leaves it out', () => {
    const created = create({ operations: ['upload'], keyPrefix: 'u/', constraints: { maxSizeBytes: 9 } })
    expect(created.warnings).toMatchObject([{ code: 'post-left-out', grant: 0 }])
    expect(allows(created, 'PostObject', 'u/o', { 'content-length': '1' })).toBe(false)
  })

  it('says that a policy is long', () => {
    const grants = Array.from(
      { length: 20 },
      (_, at): PolicyGrant => ({ operations: ['upload'], key: `some/longer/key/${at}` }),
    )
    expect(create(...grants).warnings).toMatchObject([{ code: 'long' }])
  })
})

describe('bad input', () => {
  const grant: PolicyGrant = { operations: ['upload'], keyPrefix: 'u/' }

  it.each<[unknown, string]>([
    [undefined, '"params" must be an object'],
    [{ ...place, bucket: 'examplebucket', grants: [grant] }, '"bucket" must be BucketName-APPID'],
    [{ ...place, bucket: '*-1', grants: [grant] }, '"bucket" must be BucketName-APPID'],
    [{ ...place, region: '*', grants: [grant] }, '"region" must be a region'],
    [{ ...place, grants: [] }, '"grants" must hold a grant'],
    [{ ...place, grants: grant }, '"grants" must be a list'],
    [{ ...place, grants: [{ ...grant, operations: [] }] }, '"grants[0].operations" must hold one of upload,'],
    [
      { ...place, grants: [{ ...grant, operations: ['*'] }] },
      '"grants[0].operations[0]" must be one of upload,',
    ],
    [{ ...place, grants: [{ ...grant, operations: 'upload' }] }, '"grants[0].operations" must be a list of'],
    [
      { ...place, grants: [{ ...grant, prefix: 'u/' }] },
      '"grants[0]" has no member "prefix"; it knows operations, key, keyPrefix',
    ],
    [
      { ...place, grants: [{ operations: ['upload'] }] },
      'must have one of "key", "keyPrefix" and "wholeBucket: true"',
    ],
    [{ ...place, grants: [{ operations: ['upload'], wholeBucket: false }] }, 'must have one of'],
    [{ ...place, grants: [{ ...grant, key: 'k' }] }, 'must have one of'],
    [
      { ...place, grants: [{ ...grant, keyPrefix: '' }] },
      'that is the whole bucket; if it is meant, say "wholeBucket: true"',
    ],
    [{ ...place, grants: [{ ...grant, keyPrefix: '/u/' }] }, 'must not start with a slash'],
    [{ ...place, grants: [{ ...grant, keyPrefix: 'u/../v/' }] }, 'must not hold "." or ".."'],
    [{ ...place, grants: [{ operations: ['head'], key: '..' }] }, 'must not hold "." or ".."'],
    [{ ...place, grants: [{ ...grant, constraints: { keyPrefix: 'u/' } }] }, 'is given twice'],
    [{ ...place, grants: [{ operations: ['list'], key: 'k' }] }, 'can hold "list" only with "keyPrefix"'],
    [
      { ...place, grants: [{ ...grant, constraints: { maxSize: 1 } }] },
      '"grants[0].constraints" has no parameter "maxSize"',
    ],
    [
      { ...place, grants: [{ operations: ['download'], keyPrefix: 'u/', constraints: { maxSizeBytes: 1 } }] },
      'holds "maxSizeBytes", which means nothing',
    ],
  ])('%j is refused with what is wrong', (params, message) => {
    expect(() => createPolicy(params as Parameters<typeof createPolicy>[0])).toThrow(message)
  })
})
