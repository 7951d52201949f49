import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createServiceClient, type ServiceClient } from '../../src/client/index.ts'

/* A service that takes requests and never answers, as a network does that went away. */

let asked = 0
const server = createServer(() => {
  asked += 1
})
let client: ServiceClient
beforeEach(async () => {
  asked = 0
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  client = createServiceClient({ baseUrl, maxAttempts: 2, retryDelayMs: 1 })
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
  server.closeAllConnections()
  server.close()
})

/** Waits in real time, for the network, and five seconds at most. */
async function until(isSo: () => boolean): Promise<void> {
  const end = performance.now() + 5000
  while (!isSo()) {
    if (performance.now() > end) throw new Error('It did not come to that within five seconds')
    await new Promise((resolve) => setImmediate(resolve))
  }
}

it('the client gives a request without an answer up after a minute, and tries again', async () => {
  const answer = client.presignUpload({ filename: 'a.txt' })
  const failed = expect(answer).rejects.toMatchObject({ code: 'ERR_CLIENT_NETWORK', retryable: true })
  await until(() => asked === 1)
  await vi.advanceTimersByTimeAsync(59_000)
  expect(asked).toBe(1)
  await vi.advanceTimersByTimeAsync(2_000)
  await until(() => vi.getTimerCount() > 0)
  await vi.advanceTimersByTimeAsync(10)
  await until(() => asked === 2)
  await vi.advanceTimersByTimeAsync(61_000)
  await failed
})
