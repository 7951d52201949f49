import { describe, expect, it } from 'vitest'
import { checkPresigningKey, createPolicy } from '../../src/index.ts'

const bucket = 'qcs::cos:ap-guangzhou:uid/1250000000:examplebucket-1250000000/*'
const policy = (...statement: object[]): object => ({ version: '2.0', statement })
const allow = (action: string | string[], resource = bucket): object => ({
  effect: 'allow',
  action,
  resource,
})
const actionsOf = (...statement: object[]): string[] =>
  checkPresigningKey(policy(...statement)).flatMap(({ actions }) => actions)

describe('checkPresigningKey', () => {
  it('finds nothing in a key for uploads and downloads', () => {
    const { policy: own } = createPolicy({
      bucket: 'examplebucket-1250000000',
      region: 'ap-guangzhou',
      grants: [{ operations: ['upload', 'resumable-upload', 'append', 'download'], keyPrefix: 'u/' }],
    })
    expect(checkPresigningKey(own)).toEqual([])
  })

  it('finds what goes beyond, by name or by wildcard, and names it', () => {
    expect(checkPresigningKey(policy(allow(['name/cos:PutObject', 'cos:DeleteObject'])))).toEqual([
      {
        code: 'action',
        statement: 0,
        actions: ['name/cos:DeleteObject'],
        message:
          'statement[0] allows name/cos:DeleteObject, which presigned uploads and downloads do not need.',
      },
    ])
    expect(actionsOf(allow('name/cos:PutObject*'))).toEqual([
      'name/cos:PutObjectACL',
      'name/cos:PutObjectTagging',
    ])
    expect(actionsOf(allow('name/cos:GetObject'), allow('name/cos:*Policy'))).toContain(
      'name/cos:DeleteBucketPolicy',
    )
    expect(actionsOf(allow('*')).length).toBeGreaterThan(30)
    expect(actionsOf(allow('name/cvm:StopInstances'))).toEqual(['name/cvm:StopInstances'])
  })

  it('does not count what is denied everywhere, but what is denied here and there', () => {
    const deny = (resource: string, more: object = {}): object => ({
      effect: 'deny',
      action: 'name/cos:Delete*',
      resource,
      ...more,
    })
    expect(actionsOf(allow('name/cos:DeleteObject'), deny('*'))).toEqual([])
    expect(actionsOf(allow('name/cos:DeleteObject'), deny(bucket))).toEqual(['name/cos:DeleteObject'])
    const condition = { ip_equal: { 'qcs:ip': '10.0.0.1' } }
    expect(actionsOf(allow('name/cos:DeleteObject'), deny('*', { condition }))).toEqual([
      'name/cos:DeleteObject',
    ])
  })

  it('finds a key for every bucket', () => {
    for (const resource of ['*', 'qcs::cos:::*', 'qcs::cos:ap-guangzhou:uid/1250000000:*/u/*']) {
      expect(checkPresigningKey(policy(allow('name/cos:GetObject', resource)))).toMatchObject([
        { code: 'resource', statement: 0, message: expect.stringContaining(resource) },
      ])
    }
  })
})
