import { describe, expect, it } from 'vitest'
import { assertConstraints, type UploadConstraints } from '../src/index.ts'

const allowed: readonly UploadConstraints[] = [
  {},
  { key: 'users/42/photo.jpg' },
  { keyPrefix: 'users/42/' },
  { key: undefined, keyPrefix: '値/' },
  { contentType: 'image/png' },
  { contentType: 'image/*' },
  { contentType: 'application/vnd.api+json; charset=utf-8' },
  { sizeBytes: 0 },
  { sizeBytes: 5 * 1024 ** 3 },
  { minSizeBytes: 1 },
  { maxSizeBytes: 10 },
  { minSizeBytes: 10, maxSizeBytes: 10 },
  { contentMd5: 'mQ/fVh815F3k6TAUm8m0eg==' },
  { forbidOverwrite: true },
  { forbidOverwrite: false },
  { storageClass: 'MAZ_STANDARD_IA' },
  { acl: 'public-read' },
  { speedLimitBitsPerSecond: 819_200 },
  {
    clientIps: ['203.0.113.7', '10.0.0.0/8', '2001:db8::1', '::/0', '::ffff:203.0.113.7', '1:2:3:4:5:6:7:8'],
  },
]

const refused: readonly (readonly [name: string, given: object | undefined, type: string])[] = [
  ['constraints', undefined, 'TypeError'],
  ['maxSize', { maxSize: 1 }, 'TypeError'],
  ['key', { key: 1 }, 'TypeError'],
  ['key', { key: '' }, 'RangeError'],
  ['key', { key: '/a' }, 'RangeError'],
  ['key', { key: '\\a' }, 'RangeError'],
  ['key', { key: 'k'.repeat(851) }, 'RangeError'],
  ['keyPrefix', { keyPrefix: '' }, 'RangeError'],
  ['keyPrefix', { key: 'a', keyPrefix: 'a' }, 'TypeError'],
  ['contentType', { contentType: 'image' }, 'RangeError'],
  ['contentType', { contentType: '*/*' }, 'RangeError'],
  ['contentType', { contentType: 'image/p*' }, 'RangeError'],
  ['contentType', { contentType: 'image/png\r\nx-cos-acl: public-read' }, 'RangeError'],
  ['contentType', { contentType: 'image/png ' }, 'RangeError'],
  ['sizeBytes', { sizeBytes: -1 }, 'RangeError'],
  ['sizeBytes', { sizeBytes: 1.5 }, 'RangeError'],
  ['sizeBytes', { sizeBytes: 5 * 1024 ** 3 + 1 }, 'RangeError'],
  ['sizeBytes', { sizeBytes: '1' }, 'TypeError'],
  ['maxSizeBytes', { sizeBytes: 1, maxSizeBytes: 2 }, 'TypeError'],
  ['minSizeBytes', { sizeBytes: 1, minSizeBytes: 1 }, 'TypeError'],
  ['minSizeBytes', { minSizeBytes: 3, maxSizeBytes: 2 }, 'RangeError'],
  ['contentMd5', { contentMd5: '990fdf561f35e45de4e930149bc9b47a' }, 'RangeError'],
  ['contentMd5', { contentMd5: 'mQ/fVh815F3k6TAUm8m0eh==' }, 'RangeError'],
  ['forbidOverwrite', { forbidOverwrite: 'true' }, 'TypeError'],
  ['storageClass', { storageClass: 'standard' }, 'RangeError'],
  ['acl', { acl: 'public-read-write' }, 'RangeError'],
  ['speedLimitBitsPerSecond', { speedLimitBitsPerSecond: 819_199 }, 'RangeError'],
  ['speedLimitBitsPerSecond', { speedLimitBitsPerSecond: 838_860_801 }, 'RangeError'],
  ['clientIps', { clientIps: '203.0.113.7' }, 'TypeError'],
  ['clientIps', { clientIps: [] }, 'RangeError'],
  ...[
    '203.0.113',
    '203.0.113.256',
    '203.0.113.07',
    '10.0.0.0/33',
    '10.0.0.0/',
    ':::',
    '1::2::3',
    '::/129',
  ].map((address) => ['clientIps[0]', { clientIps: [address] }, 'RangeError'] as const),
  ['clientIps[1]', { clientIps: ['10.0.0.0/8', 'example.com'] }, 'RangeError'],
  ['clientIps[0]', { clientIps: ['1:2:3:4:5:6:7:8:9'] }, 'RangeError'],
]

describe('assertConstraints', () => {
  it.each(allowed)('takes %j', (constraints) => {
    expect(() => assertConstraints(constraints)).not.toThrow()
  })

  it.each(refused)('refuses %s of %j with a %s', (name, given, type) => {
    const attempt = (): void => assertConstraints(given)
    expect(attempt).toThrow(expect.objectContaining({ name: type, message: expect.stringContaining(name) }))
  })

  it('calls the constraints what its caller calls them', () => {
    expect(() => assertConstraints({ sizeBytes: -1 }, 'grant.upload')).toThrow(/"grant\.upload\.sizeBytes"/)
  })
})
