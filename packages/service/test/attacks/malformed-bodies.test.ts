import fc from 'fast-check'
import { expect, it } from 'vitest'
import { REQUESTS_WITHOUT_KEY, requestsFor, useAttackedService } from './attacked-service.ts'

const { cos, send } = useAttackedService()

/** Every route that takes a body, with a good one. `/sts` and the samples read the query alone. */
const GOOD = [...requestsFor('own/holder/x'), ...REQUESTS_WITHOUT_KEY].filter(
  ([, method, path, json]) =>
    method === 'POST' && json !== undefined && !/^\/(?:sts|post-policy)$/.test(path),
)
const route = fc.constantFrom(...GOOD)
const MALFORMED_RUNS = 5000
const SPOILT_RUNS = 1000

async function expectRefused(path: string, body: string): Promise<void> {
  const { status } = await send(path, { body })
  expect([path, body.slice(0, 200), status]).toEqual([path, body.slice(0, 200), 400])
}

it('5,000 bodies that are no JSON are refused', async () => {
  const damaged = fc
    .tuple(route, fc.nat(), fc.constantFrom('', '{', '\u0000', ']', '"', '}}', '\\', ','))
    .map(([[, , path, json], at, piece]) => {
      const text = JSON.stringify(json)
      const cut = at % text.length
      return [path, text.slice(0, cut) + piece] as const
    })
    .filter(([, text]) => text !== '' && !isJson(text))
  await fc.assert(
    fc.asyncProperty(damaged, ([path, text]) => expectRefused(path, text)),
    { numRuns: MALFORMED_RUNS },
  )
}, 60_000)

it('5,000 bodies of another shape are refused', async () => {
  const shapes = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    fc.array(fc.anything({ maxDepth: 2 }), { minLength: 1, maxLength: 3 }),
  )
  await fc.assert(
    fc.asyncProperty(route, shapes, ([, , path], shape) => expectRefused(path, JSON.stringify(shape))),
    { numRuns: MALFORMED_RUNS },
  )
}, 60_000)

it('1,000 bodies with a member of another kind are no fault of the service', async () => {
  const wrong = fc.constantFrom<unknown>(null, true, [], {}, [[]], [null], { a: 1 }, [{}], '', 1.5, -1)
  await fc.assert(
    fc.asyncProperty(route, fc.nat(), wrong, async ([, , path, json], at, value) => {
      const { status } = await send(path, { json: spoil(json as object, at, value) })
      // Some of these are still good: an empty list of headers is one. None is a fault of the service.
      expect([path, status < 500 || status === 502]).toEqual([path, true])
    }),
    { numRuns: SPOILT_RUNS },
  )
}, 60_000)

it('1,000 bodies of any text in any place are no fault of the service', async () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.constantFrom('__proto__', 'constructor', '\ud800', '../..', '\r\n', '\u0000', 'x'.repeat(2000)),
  )
  await fc.assert(
    fc.asyncProperty(route, fc.nat(), text, async ([, , path, json], at, value) => {
      const { status } = await send(path, { json: spoil(json as object, at, value) })
      expect([path, value, status < 500 || status === 502]).toEqual([path, value, true])
    }),
    { numRuns: SPOILT_RUNS },
  )
  expect(cos.fixture.entries.filter(({ event }) => event === 'failure')).toEqual([])
}, 60_000)

it('a body as deep as it can be is refused without harm', async () => {
  const deep = `${'['.repeat(400_000)}${']'.repeat(400_000)}`
  await expectRefused('/v1/uploads', deep)
  await expectRefused('/v1/authorizations', `{"method":"PUT","key":"own/holder/x","headers":${deep}}`)
})

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** The body with one of its members, at any depth, replaced. */
function spoil(json: object, at: number, value: unknown): object {
  const copy = structuredClone(json) as Record<string, unknown>
  const names = Object.keys(copy)
  const name = names[at % names.length]
  if (name === undefined) return { grant: value }
  const member = copy[name]
  const isNested = typeof member === 'object' && member !== null && at % 2 === 0
  copy[name] = isNested ? spoil(member, Math.floor(at / 7), value) : value
  return copy
}
