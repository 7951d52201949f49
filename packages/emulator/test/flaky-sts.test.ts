import { createCachedProvider, createPolicy, createStsClient } from '@cos-presign/sts'
import { CosClient } from 'cos-presign'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type AccessLogEntry, createEmulator, type Emulator } from '../src/index.ts'

/* A provider of temporary keys under an STS that fails in every way the emulator has, through hours of the emulator's clock. */

const bucket = 'examplebucket-1250000000'
const root = { secretId: 'AKIDroot000000001', secretKey: 'test-secret-root' }
const { policy } = createPolicy({
  bucket,
  region: 'ap-guangzhou',
  grants: [{ operations: ['upload', 'download'], keyPrefix: 'u/' }],
})

const log: AccessLogEntry[] = []
let emulator: Emulator
let domain: string
beforeAll(async () => {
  emulator = createEmulator({
    credentials: [root],
    buckets: [bucket],
    defaultBucket: bucket,
    random: pseudoRandom(7),
    onRequest: (entry) => log.push(entry),
  })
  domain = `127.0.0.1:${(await emulator.listen({ port: 0 })).port}`
})
afterAll(() => emulator.close())
beforeEach(() => {
  emulator.clock.reset()
  emulator.faults.clear()
  log.length = 0
})

/** Numbers from 0 to below 1, the same in each run. */
function pseudoRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 48_271) % 0x7fff_ffff
    return state / 0x7fff_ffff
  }
}

const now = (): number => emulator.clock.now()

function createProvider(durationSeconds: number, attemptTimeoutMs?: number) {
  const sts = createStsClient({
    credential: root,
    scheme: 'http',
    endpoint: domain,
    now,
    attemptTimeoutMs,
    maxAttempts: 2,
    sleep: () => Promise.resolve(),
  })
  return createCachedProvider(
    async () => (await sts.getFederationToken({ policy, durationSeconds })).credential,
    { now },
  )
}

describe('a cached provider of keys from STS', () => {
  it('makes one request to STS for a hundred concurrent calls', async () => {
    const provider = createProvider(900)
    const keys = await Promise.all(Array.from({ length: 100 }, () => provider()))
    expect(new Set(keys).size).toBe(1)
    expect(log.filter(({ operation }) => operation === 'GetFederationToken')).toHaveLength(1)
  })

  it('never hands out a dead key, however STS fails', async () => {
    emulator.faults.add({ fault: 'slow-down', operation: 'GetFederationToken', rate: 0.4 })
    emulator.faults.add({ fault: 'cut', operation: 'GetFederationToken', rate: 0.2 })
    emulator.faults.add({ fault: 'delay', operation: 'GetFederationToken', rate: 0.1, delayMs: 500 })
    const provider = createProvider(300, 250)
    const random = pseudoRandom(11)
    let [given, refused] = [0, 0]
    for (let step = 0; step < 80; step++) {
      emulator.clock.advance(Math.floor(random() * 120))
      const results = await Promise.allSettled([provider(), provider(), provider()])
      for (const result of results) {
        if (result.status === 'rejected') {
          refused++
          continue
        }
        given++
        const key = result.value
        expect(key.expiresAt).toBeGreaterThan(Math.floor(now() / 1000))
        const client = new CosClient({
          Domain: domain,
          Scheme: 'http',
          SecretId: key.secretId,
          SecretKey: key.secretKey,
          Token: key.securityToken,
          TokenExpiresAt: key.expiresAt,
          Now: now,
        })
        if (result !== results[0]) continue
        const url = client.getPresignedUrl({ Method: 'PUT', Bucket: bucket, Key: 'u/o' })
        expect((await fetch(url, { method: 'PUT', body: 'x' })).status).toBe(200)
      }
    }
    const asked = log.filter(({ operation }) => operation === 'GetFederationToken')
    expect(asked.filter(({ faults }) => faults !== undefined).length).toBeGreaterThan(10)
    expect(refused).toBeGreaterThan(0)
    expect(given).toBeGreaterThan(100)
  })
})
