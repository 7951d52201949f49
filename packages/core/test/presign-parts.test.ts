import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import {
  type PresignedRequest,
  parsePresignedUrl,
  presignPair,
  presignParts,
  verifyRequest,
} from '../src/index.ts'
import { clientOf, host, keys, object } from './fixtures.ts'

/** A client whose clock runs: a second each time it is looked at. */
function running(): ReturnType<typeof clientOf> {
  let seconds = 1_700_000_000
  return clientOf({
    Now: () => {
      seconds += 1
      return seconds * 1000
    },
  })
}

const accepts = ({ url }: PresignedRequest, method: string): boolean =>
  verifyRequest(
    { method, target: url.slice(`https://${host}`.length), headers: { host } },
    () => ({ secretKey: keys.SecretKey }),
    { now: () => 1_700_000_001_000 },
  ).ok

describe('presignPair', () => {
  it('presigns GET and HEAD, each for itself, with one window', () => {
    const { get, head } = presignPair(running(), { ...object, Filename: 'a.pdf', Expired: 60 })
    expect([get.method, head.method]).toEqual(['GET', 'HEAD'])
    expect([head.startsAt, head.expiresAt]).toEqual([get.startsAt, get.expiresAt])
    expect([accepts(get, 'GET'), accepts(head, 'HEAD'), accepts(get, 'HEAD')]).toEqual([true, true, false])
    expect(() => presignPair(running(), { ...object, Method: 'GET' } as never)).toThrow(
      /no parameter "Method"/,
    )
  })
})

describe('presignParts', () => {
  const params = { ...object, UploadId: '1585130821cbb7df1d11846c' }

  it('presigns each part, and the requests that end the upload or look at it, with one window', () => {
    const { parts, complete, abort, list } = presignParts(running(), { ...params, Parts: 3, Expired: 600 })
    expect(parts.map(({ partNumber }) => partNumber)).toEqual([1, 2, 3])
    for (const part of parts) {
      expect(parsePresignedUrl(part.url).params).toEqual([
        ['partNumber', `${part.partNumber}`],
        ['uploadId', params.UploadId],
      ])
      expect(accepts(part, 'PUT')).toBe(true)
    }
    expect([accepts(complete, 'POST'), accepts(abort, 'DELETE'), accepts(list, 'GET')]).toEqual([
      true,
      true,
      true,
    ])
    const ends = [...parts, complete, abort, list].map(({ expiresAt }) => expiresAt)
    expect(new Set(ends).size).toBe(1)
    expect(inspect(parts)).not.toContain('q-signature')
  })

  it('presigns the parts that are asked for', () => {
    const { parts } = presignParts(clientOf(), { ...params, Parts: [7, 10_000] })
    expect(parts.map(({ partNumber }) => partNumber)).toEqual([7, 10_000])
  })

  it.each([0, 10_001, 1.5, [0], [1, '2'], 'all', undefined])('takes no %j for parts', (Parts) => {
    expect(() => presignParts(clientOf(), { ...params, Parts: Parts as number })).toThrow(/"Parts"/)
  })

  it('needs an upload', () => {
    expect(() => presignParts(clientOf(), { ...params, UploadId: '', Parts: 1 })).toThrow(/"UploadId"/)
  })
})
