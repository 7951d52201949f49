import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { createApiKey } from '@cos-presign/service'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasRedis, type RedisServer, startRedis } from '../../packages/service/test/redis-server.ts'

/* Two processes of `cos-presign serve` with one real Redis, asked over HTTP. */

const COMMAND = fileURLToPath(new URL('../../packages/cli/dist/main.js', import.meta.url))
const CLIENTS = 200
const REQUESTS = 120
const KEY = 'files/backend/00000000-0000-4000-8000-000000000000'

let directory: string
let redis: RedisServer
let key: string
const urls: string[] = []
const children: ChildProcess[] = []

beforeAll(async () => {
  if (!hasRedis) return
  directory = await mkdtemp(join(tmpdir(), 'cos-presign-replicas-'))
  redis = await startRedis()
  const made = await createApiKey('backend')
  key = made.key
  const file = join(directory, 'service.yaml')
  await writeFile(file, configWith(made.sha256))
  urls.push(await startReplica(file), await startReplica(file))
}, 60_000)

afterAll(async () => {
  for (const child of children) {
    child.kill('SIGTERM')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  }
  await redis?.stop()
  if (directory !== undefined) await rm(directory, { recursive: true })
})

function configWith(sha256: string): string {
  return JSON.stringify({
    listen: { port: 0 },
    region: 'ap-guangzhou',
    sts: false,
    authenticate: { apiKeys: [{ id: 'backend', sha256 }] },
    limits: { windows: [{ name: 'quarter', requests: REQUESTS, seconds: 900 }] },
    redis: { url: redis.url },
    links: {},
    grants: [
      {
        name: 'files',
        bucket: 'examplebucket-1250000000',
        key: 'files/{sub}/{uuid}',
        operations: ['upload', 'download', 'link'],
      },
    ],
  })
}

async function startReplica(file: string): Promise<string> {
  const child = spawn(process.execPath, [COMMAND, 'serve', '--config', file], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      PATH: process.env.PATH,
      COS_SECRET_ID: 'AKIDreplicas',
      COS_SECRET_KEY: 'a-secret-key-of-two-replicas',
    },
  })
  children.push(child)
  for await (const line of createInterface({ input: child.stderr })) {
    const url = /listening on (\S+),/.exec(line)?.[1]
    if (url === undefined) continue
    child.stderr.resume()
    return url
  }
  throw new Error('The replica did not start')
}

let turn = 0
/** Asks one replica after the other. */
function ask(path: string, body?: object): Promise<Response> {
  turn += 1
  return fetch(`${urls[turn % 2]}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'X-Api-Key': key },
    redirect: 'manual',
    body: body === undefined ? null : JSON.stringify(body),
  })
}

async function countsOf(answers: readonly Promise<Response>[]): Promise<Record<number, number>> {
  const counts: Record<number, number> = {}
  for (const { status } of await Promise.all(answers)) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

describe.runIf(hasRedis)('two replicas with one Redis', () => {
  let path: string

  it(`hold ${CLIENTS} clients at once to one limit, and let a link be followed as often as it may be`, async () => {
    path = (await (await ask('/links', { key: KEY, maxDownloads: 25 })).json()).path
    const followed = await countsOf(Array.from({ length: CLIENTS }, () => ask(path)))
    expect(followed).toEqual({ 302: 25, 410: CLIENTS - 25 })
    // One request was spent on the link.
    const presigned = await countsOf(Array.from({ length: CLIENTS }, () => ask('/v1/uploads', {})))
    expect(presigned).toEqual({ 200: REQUESTS - 1, 429: CLIENTS - REQUESTS + 1 })
  }, 60_000)

  it('open no link while Redis is away, count each for itself, and go on where they were when it is back', async () => {
    await redis.kill()
    // Each counts anew: that is what is configured by default.
    expect((await ask('/v1/uploads', {})).status).toBe(200)
    expect((await ask('/v1/uploads', {})).status).toBe(200)
    expect([(await ask(path)).status, (await ask(path)).status]).toEqual([503, 503])
    await redis.start()
    const both = async (): Promise<number[]> => [(await ask(path)).status, (await ask(path)).status]
    await expect.poll(both, { timeout: 20_000 }).toEqual([410, 410])
    expect(await countsOf([ask('/v1/uploads', {}), ask('/v1/uploads', {})])).toEqual({ 429: 2 })
  }, 60_000)
})
