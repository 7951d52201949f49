import { describe, expect, it } from 'vitest'
import { type CorsRule, explainCors, generateCors, matchCors, type UploadMode } from '../src/index.ts'

const rule = (more: Partial<CorsRule> = {}): CorsRule => ({
  allowedOrigins: ['https://example.com'],
  allowedMethods: ['PUT', 'POST'],
  allowedHeaders: ['*'],
  exposeHeaders: ['ETag'],
  ...more,
})
const origin = 'https://example.com'

describe('matchCors', () => {
  it('takes the first rule that allows everything', () => {
    const rules = [rule({ allowedMethods: ['GET'] }), rule({ exposeHeaders: [] }), rule()]
    expect(matchCors(rules, { origin, method: 'PUT' })).toMatchObject({ index: 1, allowedOrigin: origin })
    expect(matchCors(rules, { origin, method: 'DELETE' })).toBeUndefined()
  })

  it.each([
    ['https://example.com', true],
    ['*', true],
    ['https://*.com', true],
    ['https://*', true],
    ['https://example.com*', true],
    ['https://example.com/', false],
    ['http://example.com', false],
    ['https://*.example.com', false],
    ['https://example.comexample.com*', false],
  ])('an origin %s fits: %s', (pattern, fits) => {
    const match = matchCors([rule({ allowedOrigins: [pattern] })], { origin, method: 'PUT' })
    expect(match !== undefined).toBe(fits)
  })

  it('compares headers in any letter case', () => {
    const rules = [rule({ allowedHeaders: ['Content-Type', 'X-COS-ACL'] })]
    expect(matchCors(rules, { origin, method: 'PUT', headers: ['content-type', 'x-cos-acl'] })?.index).toBe(0)
    expect(matchCors(rules, { origin, method: 'PUT', headers: ['content-md5'] })).toBeUndefined()
    expect(matchCors(rules, { origin: '', method: 'PUT' })).toBeUndefined()
  })
})

describe('explainCors', () => {
  it('says what the rules before lack, and what the one that matches does not expose', () => {
    const rules = [
      rule({ allowedOrigins: ['https://other.example'], allowedHeaders: [] }),
      rule({ allowedMethods: ['PUT'], exposeHeaders: [] }),
      rule(),
    ]
    const { ok, requests } = explainCors(rules, origin, 'multipart')
    expect(ok).toBe(false)
    expect(requests[0]).toMatchObject({ method: 'PUT', matches: 1, notExposed: ['ETag'] })
    expect(requests[0]?.passedOver).toEqual([{ index: 0, lacks: ['origin'] }])
    expect(requests[1]).toMatchObject({ method: 'POST', matches: 2, notExposed: [] })
    expect(requests[1]?.passedOver).toEqual([
      { index: 0, lacks: ['origin', 'header content-type'] },
      { index: 1, lacks: ['method'] },
    ])
  })

  it('says what every rule lacks when none matches, and that there is none', () => {
    expect(explainCors([rule()], 'https://evil.example', 'put').requests[0]).toMatchObject({
      matches: undefined,
      passedOver: [{ index: 0, lacks: ['origin'] }],
    })
    expect(explainCors([], origin, 'put')).toMatchObject({ ok: false, requests: [{ passedOver: [] }] })
  })

  it.each<UploadMode>(['put', 'post', 'multipart', 'sdk'])(
    'is content with the rule that generateCors makes for %s',
    (mode) => {
      expect(explainCors([generateCors([origin], [mode])], origin, mode).ok).toBe(true)
    },
  )

  it.each(['https://example.com/', 'example.com', 'https://example.com/page', ''])(
    'takes no %j for an origin',
    (wrong) => {
      expect(() => explainCors([], wrong, 'put')).toThrow(/"origin"/)
      expect(() => generateCors([wrong], ['put'])).toThrow(/"origin"/)
    },
  )

  it('names a mode that is none', () => {
    expect(() => explainCors([], origin, 'ftp' as never)).toThrow(/"mode" must be one of/)
  })
})
