import { describe, expect, it } from 'vitest'
import type { ServiceOptions } from '../src/index.ts'
import { createFixture } from './fixture.ts'

describe('a body that is no request is refused with what is expected at each place, and the kind of what came', () => {
  it.each([
    ['must be an object, but is a list', '/v1/downloads', []],
    ['must be an object, but is null', '/v1/downloads', null],
    ['key: must be a string, but is missing', '/v1/downloads', {}],
    ['key: must be a string, but is a number', '/v1/downloads', { key: 5 }],
    ['key: must not be empty', '/v1/downloads', { key: '' }],
    ['key: must have 850 characters or fewer', '/v1/downloads', { key: 'a'.repeat(851) }],
    ['lifetimeSeconds: must be a whole number', '/v1/downloads', { key: 'a', lifetimeSeconds: 1.5 }],
    ['disposition: must be one of attachment, inline', '/v1/downloads', { key: 'a', disposition: 'x' }],
    ['unknown: "x", "y"', '/v1/downloads', { key: 'a', x: 1, y: 2 }],
    [
      'partNumbers[0]: must be a number, but is a string; partNumbers[1]: must be 1 or more; partNumbers[2]: must be 10000 or less',
      '/v1/multipart/id/parts',
      { key: 'a', partNumbers: ['1', 0, 10_001] },
    ],
    ['partNumbers: must not be empty', '/v1/multipart/id/parts', { key: 'a', partNumbers: [] }],
    [
      'headers["a b"]: its name is not one: must be the name of a header; headers.c: must be a string, but is null',
      '/v1/authorizations',
      { method: 'PUT', key: 'a', headers: { 'a b': 'x', c: null } },
    ],
    ['password: must have 4 characters or more', '/links', { key: 'a', password: 'abc' }],
  ])('%s', async (faults, path, json) => {
    const { ask } = await createFixture({ links: {} })
    const answer = await ask(path, { json })
    expect(answer.status).toBe(400)
    expect((await answer.json()).detail).toBe(`The body is invalid: ${faults}`)
  })

  it('and a query that is none', async () => {
    const { ask } = await createFixture()
    const { detail } = await (await ask('/v1/multipart/id/parts')).json()
    expect(detail).toBe('The query is invalid: key: must be a string, but is missing')
  })

  it('and is not sent back, however long its names are', async () => {
    const { ask } = await createFixture()
    const json = { key: 'a', headers: { ['n'.repeat(99_999)]: 'x' }, ['m'.repeat(99_999)]: 1, method: 'GET' }
    const text = await (await ask('/v1/authorizations', { json })).text()
    expect(text).toContain('nnnn…')
    expect(text).toContain('mmmm…')
    expect(text.length).toBeLessThan(1000)
  })
})

describe('options that cannot be are refused with what is expected, and no value', () => {
  const given = 'what-was-given'
  it.each([
    ['one of several kinds', { sts: given }, 'sts: must be an object, or false, but is a string'],
    [
      'one of several kinds, in its inside',
      { sts: { roleArn: [given] } },
      'sts.roleArn: must be a string, but is a list',
    ],
    [
      'claims of grants',
      {
        grants: [
          {
            name: 'g',
            bucket: 'b-1',
            key: 'k',
            operations: ['download'],
            callers: { claims: { c: [given, null] } },
          },
        ],
      },
      'grants[0].callers.claims.c[1]: must be a string, or true or false, or a number, but is null',
    ],
    [
      'an address',
      { links: { publicUrl: given } },
      'links.publicUrl: must be a URL that begins with http:// or https://',
    ],
    ['a function', { fetch: given }, 'fetch: must be a function'],
    [
      'what is always needed',
      { credential: undefined },
      'credential: must be a credential or a provider of such, but is missing',
    ],
    [
      'a secret',
      { authenticate: { tickets: { secret: given } } },
      'authenticate.tickets.secret: must have 32 bytes or more, or it could be guessed',
    ],
  ])('%s', async (_, options, fault) => {
    const failed = createFixture(options as unknown as Partial<ServiceOptions>)
    await expect(failed).rejects.toThrow(`The configuration is invalid: ${fault}`)
    await expect(failed).rejects.not.toThrow(given)
  })
})
