import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createCaller } from '../../src/caller.ts'
import { toFileName } from '../../src/grants/file-name.ts'
import { parseKeyTemplate } from '../../src/grants/key-template.ts'

const alice = createCaller('jwt', 'alice')
const values = { now: Date.UTC(2026, 0, 31), uuid: '01234567-89ab-cdef-0123-456789abcdef' }

describe('a key template', () => {
  it('is filled with the caller, the day, the identifier and the name of the file', () => {
    const template = parseKeyTemplate('users/{sub}/{date}/{uuid}-{filename}')
    expect(template.fill(alice, { ...values, filename: 'C:\\photos\\Été 1.JPG' })).toBe(
      'users/alice/2026-01-31/01234567-89ab-cdef-0123-456789abcdef-Été 1.JPG',
    )
    expect(template.isUnguessable).toBe(true)
    expect(template.prefixFor(alice)).toBe('users/alice/')
  })

  it('matches every key that it makes for the caller, and none that it makes for another', () => {
    const template = parseKeyTemplate('users/{sub}/{date}/{uuid}-{filename}')
    const bob = createCaller('jwt', 'bob')
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (filename) => {
        const key = template.fill(alice, { ...values, filename })
        expect(template.matches(alice, key)).toBe(true)
        expect(template.matches(bob, key)).toBe(false)
      }),
    )
  })

  it.each([
    'users/bob/x',
    'users/alice/../bob/x',
    'users/alice/./x',
    'users/alice//x',
    'users/alice/',
    'users/alice',
    'users/alicex/y',
    '/users/alice/x',
    'users/alice/a\\b',
    'users/alice/a\nb',
    'users/alice/*',
    'xusers/alice/a',
  ])('with a part for the client to choose does not match %j', (key) => {
    expect(parseKeyTemplate('users/{sub}/{path}').matches(alice, key)).toBe(false)
  })

  it('with a part for the client to choose matches what is below', () => {
    const template = parseKeyTemplate('users/{sub}/{path}')
    for (const key of [
      'users/alice/x',
      'users/alice/a/b/c.txt',
      'users/alice/%2e%2e/bob',
      'users/alice/..b',
    ]) {
      expect(template.matches(alice, key)).toBe(true)
    }
  })

  it.each([
    '',
    '.',
    '..',
    'a/b',
    'a\\b',
    '*',
    'a*',
    '-a',
    'a b',
    'a\u0000',
    'x'.repeat(129),
    ['alice'],
    { a: 1 },
    null,
  ])(
    'refuses a caller whose claim is %j, because it could mean something else in a key or a policy',
    (claim) => {
      const caller = createCaller('jwt', 'someone', { tenant: claim })
      const template = parseKeyTemplate('{tenant}/{path}')
      expect(() => template.prefixFor(caller)).toThrow('The caller has no claim "tenant"')
      expect(template.matches(caller, `${claim}/x`)).toBe(false)
    },
  )

  it('that is a number stands in a key as far as JSON keeps numbers apart', () => {
    const template = parseKeyTemplate('{uid}/{path}')
    const withUid = (uid: number) => createCaller('jwt', 'someone', { uid })
    expect(template.prefixFor(withUid(Number.MAX_SAFE_INTEGER))).toBe('9007199254740991/')
    for (const uid of [JSON.parse('9007199254740993') as number, 1.5, 1e300, Number.NaN]) {
      expect(() => template.prefixFor(withUid(uid))).toThrow('a whole number below 2^53')
      expect(template.matches(withUid(uid), `${uid}/x`)).toBe(false)
    }
  })

  it('takes no claim from the prototype of an object', () => {
    expect(() => parseKeyTemplate('{constructor}/{uuid}').fill(alice, values)).toThrow(
      'no claim "constructor"',
    )
  })

  it.each([
    ['', 'must not be empty'],
    ['/a', 'begin with a slash'],
    ['a//b', 'each part between slashes'],
    ['a/../{uuid}', 'each part between slashes'],
    ['a/{uuid}/', 'each part between slashes'],
    ['a/{sub', 'a brace'],
    ['a/{}', 'a brace'],
    ['a/{filename}/{filename}', 'may stand in it once'],
    ['a*/{uuid}', 'must not hold *'],
    ['{sub}-{filename}', 'a key is of more than one caller'],
    ['users/{sub}-{path}', 'a key is of more than one caller'],
    ['{tenant}-{sub}/{uuid}', 'a key is of more than one caller'],
    ['{sub}{ext}', 'a key is of more than one caller'],
  ])('%j cannot be', (text, why) => {
    expect(() => parseKeyTemplate(text)).toThrow(why)
  })

  it.each(['{sub}.{ext}', '{sub}-{uuid}.{ext}', '{tenant}/{sub}/{uuid}-{filename}', 'x-{sub}/{path}'])(
    '%j can be, because it shows where a claim ends',
    (text) => {
      expect(parseKeyTemplate(text).text).toBe(text)
    },
  )

  it('says when a key would be too long', () => {
    const template = parseKeyTemplate(`${'a'.repeat(840)}/{uuid}`)
    expect(() => template.fill(alice, values)).toThrow('more than 850 bytes')
  })
})

describe('the name of a file', () => {
  it.each([
    ['photo.jpg', 'photo.jpg'],
    ['../../etc/passwd', 'passwd'],
    ['..\\..\\boot.ini', 'boot.ini'],
    ['..', 'file'],
    ['', 'file'],
    ['/', 'file'],
    ['.htaccess', 'htaccess'],
    ['a\r\nSet-Cookie: b', 'a-Set-Cookie- b'],
    ['a%2e%2e%2fb', 'a-2e-2e-2fb'],
    ['e\u0301', '\u00e9'],
    ['\ud800', 'file'],
    ['x*?.png', 'x-.png'],
  ])('%j becomes %j', (text, name) => {
    expect(toFileName(text)).toBe(name)
  })

  it('is at most 120 bytes, ends as it did, and is the same when made twice', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
        const name = toFileName(text)
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(120)
        expect(name).not.toMatch(/[/\\\p{Cc}*?]/u)
        expect(toFileName(name)).toBe(name)
      }),
    )
    expect(toFileName(`${'値'.repeat(100)}.jpeg`)).toMatch(/^値+\.jpeg$/)
  })
})
