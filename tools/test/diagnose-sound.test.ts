import type { CosClient, Credential, Pairs } from 'cos-presign'
import { diagnose, type Evidence } from 'cos-presign/diagnose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BUCKET, createWorld, PERMANENT, TEMPORARY, type World } from '../testing/diagnose/world.ts'

/*
 * Requests that the emulator really accepts. Whatever is known of them, nothing may be found wrong; from a URL alone only what is
 * there to be seen may be named, as possible.
 */

let world: World

beforeAll(async () => {
  world = await createWorld()
})
afterAll(async () => {
  await world.close()
})

const KEYS = [
  'plain.txt',
  'folder/',
  'a//b',
  'a/../b',
  './a',
  'a%2Fb',
  '100%.txt',
  'a+b c',
  "!'()*~&=;,$@",
  '🦊/値.txt',
  'trailing ',
  '?#[]',
  'q-ak=x&y',
  'café.txt'.normalize('NFD'),
  'café.txt'.normalize('NFC'),
  'a\\b',
  `${BUCKET}/a.txt`,
  'UPPER/lower',
  'x'.repeat(800),
  '//x',
]

const HEADERS: readonly Pairs[] = [
  {},
  { 'Content-Type': 'image/png' },
  { 'Content-Type': 'text/plain;charset=UTF-8', 'x-cos-meta-a': 'b  c/=&' },
  { 'Content-Type': 'application/x-www-form-urlencoded', 'Cache-Control': 'no-cache' },
]

const PARAMS: readonly Pairs[] = [
  {},
  { 'response-content-disposition': 'attachment; filename="a b+c%20.txt"' },
  { 'response-content-type': 'text/html', 'response-cache-control': '' },
]

/** From the URL alone a % of a key or value and an escape that was encoded twice look the same. */
function visibleIn(url: string): [code: string, certainty: string][] {
  const [path = '', query = ''] = url.split('?')
  return [
    ...(/%25[\dA-F]{2}/.test(query) ? [['parameter-encoded-twice', 'possible'] as [string, string]] : []),
    ...(/%25[\dA-F]{2}/.test(path) ? [['path-encoded-twice', 'possible'] as [string, string]] : []),
  ]
}

/** A sound request, as fetch sends it. */
interface Sound {
  readonly name: string
  readonly credential: Credential
  readonly method: 'PUT' | 'GET' | 'HEAD' | 'DELETE'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

/** Uploads, reads, heads and deletions of every key, with permanent and temporary keys, as URLs and with an Authorization header. */
function* soundRequests(): Generator<Sound> {
  let count = 0
  for (const [index, key] of KEYS.entries()) {
    for (const credential of [PERMANENT, TEMPORARY]) {
      const call = { Bucket: BUCKET, Key: `/${key}` }
      const client = world.localClient(credential)
      const of = (method: Sound['method'], more: { Headers?: Pairs; Params?: Pairs } = {}): Sound => {
        const { url, headers } = client.presign({ ...call, Method: method, ...more })
        count += 1
        return { name: `${count}: ${method} ${key.slice(0, 20)}`, credential, method, url, headers }
      }
      yield of('PUT', { Headers: HEADERS[index % HEADERS.length] as Pairs })
      yield of('GET', { Params: PARAMS[index % PARAMS.length] as Pairs })
      yield of('GET', { Headers: { Range: 'bytes=0-3' } })
      yield of('HEAD')
      yield withAuthorization(client, call, credential)
      yield of('DELETE')
    }
  }
}

function withAuthorization(
  client: CosClient,
  call: { Bucket: string; Key: string },
  credential: Credential,
): Sound {
  const { headers } = client.authorize({ ...call, Method: 'GET' })
  return {
    name: `GET with Authorization ${call.Key.slice(0, 20)}`,
    credential,
    method: 'GET',
    url: client.getObjectUrl(call),
    headers,
  }
}

async function send({
  method,
  url,
  headers,
}: Sound): Promise<{ status: number; headers: [string, string][]; body: string }> {
  const body = method === 'PUT' ? new Uint8Array([1, 2, 3, 4, 5]) : undefined
  const answer = await fetch(url, { method, headers, ...(body === undefined ? {} : { body }) })
  return { status: answer.status, headers: [...answer.headers], body: await answer.text() }
}

const now = (): number => world.emulator.clock.now()

describe('200 sound requests', () => {
  it('are accepted by the emulator, and nothing is found wrong with any, whatever is known', async () => {
    const all = [...soundRequests()]
    expect(all.length).toBeGreaterThanOrEqual(200)
    for (const sound of all) {
      const { name, credential, method, url, headers } = sound
      const answer = await send(sound)
      expect([200, 204, 206], `${name}: ${answer.status} ${answer.body}`).toContain(answer.status)
      const request = { method, url, headers }
      const found = (evidence: Evidence | Evidence[], options: object): unknown =>
        diagnose(evidence, { now, ...options }).findings.map(({ code, summary }) => [code, summary])
      expect(found(request, { credential }), `${name}, with the secret`).toEqual([])
      expect(diagnose(request, { now, credential }).verdict, name).toBe('sound')
      expect(found([request, answer], {}), `${name}, with the answer`).toEqual([])
      expect(found([request, answer], { credential }), `${name}, with both`).toEqual([])
      const seen = diagnose(request, { now }).findings
      expect(
        seen.map(({ code, certainty }) => [code, certainty]),
        name,
      ).toEqual(visibleIn(url))
    }
  })
})
