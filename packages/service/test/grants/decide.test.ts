import { describe, expect, it } from 'vitest'
import { type Caller, createCaller } from '../../src/caller.ts'
import { decide, type Wish } from '../../src/grants/decide.ts'
import { createGrant } from '../../src/grants/grant.ts'

const alice = createCaller('jwt', 'alice', { roles: ['member'] })
const bucket = 'examplebucket-1250000000'
const avatars = createGrant({
  name: 'avatars',
  bucket,
  key: 'avatars/{sub}/{uuid}.{ext}',
  operations: ['upload', 'download'],
  constraints: { contentType: 'image/*', maxSizeBytes: 1000 },
  maxLifetimeSeconds: 60,
})
const files = createGrant({
  name: 'files',
  bucket,
  key: 'files/{sub}/{path}',
  clientMayChooseKey: true,
  operations: ['upload', 'multipart', 'download'],
})
const reports = createGrant({
  name: 'reports',
  callers: { claims: { roles: 'auditor' } },
  bucket,
  key: 'reports/{path}',
  clientMayChooseKey: true,
  operations: ['download'],
})
const context = { now: () => 0, randomUuid: () => '01234567-89ab-cdef-0123-456789abcdef' }
const ask = (wish: Wish, caller = alice) => decide(wish, caller, [avatars, files, reports], context)

describe('what is granted', () => {
  it('is an upload whose key the service makes, under the constraints of the grant', () => {
    expect(ask({ operation: 'upload', isNew: true, filename: 'a.PNG', lifetimeSeconds: 600 })).toMatchObject({
      grant: avatars,
      key: 'avatars/alice/01234567-89ab-cdef-0123-456789abcdef.png',
      constraints: { contentType: 'image/*', key: 'avatars/alice/01234567-89ab-cdef-0123-456789abcdef.png' },
      lifetimeSeconds: 60,
    })
  })

  it('is an upload whose key the client chose, where a grant lets it', () => {
    expect(ask({ operation: 'upload', isNew: true, key: 'files/alice/a/b' })).toMatchObject({ grant: files })
  })

  it('is a download of what could have been uploaded', () => {
    const key = 'avatars/alice/01234567-89ab-cdef-0123-456789abcdef.png'
    expect(ask({ operation: 'download', key })).toMatchObject({ grant: avatars, key })
  })

  it('is what a claim opens', () => {
    const auditor = createCaller('jwt', 'eve', { roles: ['member', 'auditor'] })
    expect(ask({ operation: 'download', key: 'reports/q1' }, auditor)).toMatchObject({ grant: reports })
  })
})

describe('a claim that a grant looks at', () => {
  it.each<[string, unknown, unknown, boolean]>([
    ['a boolean', true, true, true],
    ['another boolean', true, false, false],
    ['a number', 7, 7, true],
    ['a number in a list', [5, 7], 7, true],
    ['a number that JSON has rounded', 2 ** 53, 2 ** 53, false],
    ['a number for a text', '7', 7, true],
    ['one of a list', 'a', ['b', 'a'], true],
    ['nothing', 'undefined', undefined, false],
    ['an object', '[object Object]', {}, false],
  ])('may be %s', (_, wanted, value, fits) => {
    const options = { name: 'g', bucket: files.bucket, key: 'g/{path}', clientMayChooseKey: true }
    const callers = { claims: { verified: wanted as string } }
    const grant = createGrant({ ...options, operations: ['download'], callers })
    expect(grant.isFor(createCaller('jwt', 'eve', { verified: value }))).toBe(fits)
  })

  it('is one of its words only where it is the scope of OAuth', () => {
    const options = { name: 'g', bucket: files.bucket, key: 'g/{path}', clientMayChooseKey: true }
    const grantFor = (claim: string) =>
      createGrant({ ...options, operations: ['download'], callers: { claims: { [claim]: 'uploads' } } })
    const eve = createCaller('jwt', 'eve', { scope: 'openid uploads', title: 'of uploads' })
    expect([grantFor('scope').isFor(eve), grantFor('title').isFor(eve)]).toEqual([true, false])
  })
})

describe('what is not granted is refused, and the refusal says which grant was missing', () => {
  it.each<[string, Wish, string]>([
    [
      'an operation',
      { operation: 'delete', key: 'files/alice/a' },
      'No grant allows "delete" to this caller',
    ],
    ['a key of another caller', { operation: 'download', key: 'files/bob/a' }, 'does not cover this key'],
    [
      'a key by way of dots',
      { operation: 'download', key: 'files/alice/../bob/a' },
      'does not cover this key',
    ],
    [
      'a chosen key in a grant that makes them',
      { operation: 'upload', isNew: true, grant: 'avatars', key: 'avatars/alice/x.png' },
      'The grant "avatars" does not let the client choose the key',
    ],
    [
      'a grant for others',
      { operation: 'download', grant: 'reports', key: 'reports/q1' },
      'The grant "reports" is not for this caller',
    ],
    [
      'a grant that does not exist',
      { operation: 'download', grant: 'x', key: 'x' },
      'The grant "x" is not for this caller',
    ],
    [
      'an operation of a named grant',
      { operation: 'multipart', grant: 'avatars', isNew: true },
      'The grant "avatars" does not allow "multipart"',
    ],
    [
      'another bucket',
      { operation: 'download', bucket: 'other-1250000000', key: 'files/alice/a' },
      'in this bucket',
    ],
    ['no key', { operation: 'download' }, 'The key of the object is missing'],
  ])('%s', (_, wish, message) => {
    expect(() => ask(wish)).toThrow(message)
  })

  it('a grant that the ticket does not open', () => {
    const holder: Caller = { ...alice, method: 'ticket', grants: ['avatars'] }
    expect(() => ask({ operation: 'download', key: 'files/alice/a' }, holder)).toThrow(
      'does not cover this key',
    )
    expect(() => ask({ operation: 'multipart', isNew: true }, holder)).toThrow('No grant allows "multipart"')
  })
})

describe('a grant cannot be', () => {
  it('with keys that the service makes and others can guess', () => {
    expect(() => createGrant({ name: 'g', bucket, key: 'a/{filename}', operations: ['upload'] })).toThrow(
      'must hold {uuid}',
    )
  })

  it('with a part for the client to choose that it may not choose', () => {
    expect(() => createGrant({ name: 'g', bucket, key: 'a/{path}', operations: ['download'] })).toThrow(
      'clientMayChooseKey',
    )
  })
})
