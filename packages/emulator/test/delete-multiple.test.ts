import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEmulator, type Emulator, type InjectResponse } from '../src/index.ts'
import { childrenOf, parseXml, textOf } from '../src/parse-xml.ts'
import { BUCKET, createSender, KEY, md5Of, outcomeOf } from './sending.ts'

let emulator: Emulator
let send: ReturnType<typeof createSender>

beforeAll(() => {
  emulator = createEmulator({ credentials: [KEY], buckets: [BUCKET] })
  send = createSender(emulator)
})
afterAll(() => emulator.close())

function deleteAll(body: string, headers = { 'content-md5': md5Of(body) }): Promise<InjectResponse> {
  return send({ method: 'POST', path: '/', params: { delete: '' }, body, headers })
}

function toDelete(keys: readonly string[], more = ''): string {
  return `<Delete>${more}${keys.map((key) => `<Object><Key>${key}</Key></Object>`).join('')}</Delete>`
}

function resultOf({ body }: InjectResponse): { deleted: unknown[]; errors: unknown[] } {
  const root = parseXml(body)
  if (root?.name !== 'DeleteResult') throw new Error(`No result: ${body.toString()}`)
  return {
    deleted: childrenOf(root, 'Deleted').map((deleted) => textOf(deleted, 'Key')),
    errors: childrenOf(root, 'Error').map((error) => [textOf(error, 'Key'), textOf(error, 'Code')]),
  }
}

describe('Delete Multiple Objects', () => {
  it('deletes each that is there, and names those that are not as deleted too', async () => {
    for (const key of ['a', ' b ', 'c&d', 'kept']) await send({ method: 'PUT', path: `/${key}`, body: 'x' })
    const answer = await deleteAll(toDelete(['a', ' b ', 'c&amp;d', 'none']))
    expect(resultOf(answer)).toEqual({ deleted: ['a', ' b ', 'c&d', 'none'], errors: [] })
    for (const key of ['a', ' b ', 'c&d']) expect((await send({ path: `/${key}` })).statusCode).toBe(404)
    expect((await send({ path: '/kept' })).statusCode).toBe(200)
  })

  it('says only what went wrong when it is to be quiet', async () => {
    await send({ method: 'PUT', path: '/a', body: 'x' })
    const body = toDelete(['a'], '<Quiet>true</Quiet><Object><Key>b</Key><VersionId>v1</VersionId></Object>')
    expect(resultOf(await deleteAll(body))).toEqual({ deleted: [], errors: [['b', 'NotImplemented']] })
    expect((await send({ path: '/a' })).statusCode).toBe(404)
  })

  it('takes 1,000 keys', async () => {
    const keys = Array.from({ length: 1000 }, (_, index) => `key ${index} ${'x'.repeat(800)}`)
    expect(resultOf(await deleteAll(toDelete(keys))).deleted).toEqual(keys)
  })

  it.each([
    [
      'more than 1,000 keys',
      toDelete(Array.from({ length: 1001 }, (_, index) => `${index}`)),
      'MalformedXML',
    ],
    ['no key', '<Delete></Delete>', 'MalformedXML'],
    ['an empty key', toDelete(['']), 'MalformedXML'],
    ['no XML', 'a, b', 'MalformedXML'],
    ['nothing', '', 'MissingRequestBodyError'],
  ])('refuses %s', async (_what, body, code) => {
    expect(outcomeOf(await deleteAll(body))).toEqual([400, code])
  })

  it('needs a Content-MD5, the right one', async () => {
    const body = toDelete(['a'])
    const without = await send({ method: 'POST', path: '/', params: { delete: '' }, body })
    expect(outcomeOf(without)).toEqual([400, 'InvalidRequest'])
    expect(outcomeOf(await deleteAll(body, { 'content-md5': md5Of('x') }))).toEqual([400, 'BadDigest'])
  })
})
