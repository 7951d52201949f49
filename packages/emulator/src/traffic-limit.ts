import { performance } from 'node:perf_hooks'
import { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import type { Operation } from './operation.ts'
import { Refusal } from './refusal.ts'

/** `x-cos-traffic-limit`, in bits a second: 100 KB/s to 100 MB/s. */
const NAME = 'x-cos-traffic-limit'
const MIN_BITS = 819_200
const MAX_BITS = 838_860_800
/** How often the rate is kept: what passes at once is what may pass in this time. */
const STEP_MS = 50

/**
 * Reads the limit that a request sets for itself, as a header, a parameter or a field of a form.
 *
 * @returns Bytes a second; `undefined` without a limit.
 * @throws {Refusal} `InvalidArgument`
 */
export function readTrafficLimit(values: ReadonlyMap<string, string>): number | undefined {
  const text = values.get(NAME)
  if (!text) return undefined
  const bits = Number(text)
  if (!/^\d+$/.test(text) || bits < MIN_BITS || bits > MAX_BITS) {
    throw new Refusal('InvalidArgument', {
      message: `${NAME} must be ${MIN_BITS} to ${MAX_BITS} bits a second.`,
    })
  }
  return bits / 8
}

/** The same bytes, no faster than that. */
export async function* limitRate(
  chunks: AsyncIterable<Uint8Array>,
  bytesPerSecond: number,
): AsyncGenerator<Uint8Array> {
  const stepBytes = Math.ceil((bytesPerSecond * STEP_MS) / 1000)
  const startedAt = performance.now()
  let passedBytes = 0
  for await (const chunk of chunks) {
    for (let start = 0; start < chunk.length; start += stepBytes) {
      const piece = chunk.subarray(start, start + stepBytes)
      passedBytes += piece.length
      const isDueAt = startedAt + (passedBytes / bytesPerSecond) * 1000
      if (isDueAt > performance.now()) await delay(isDueAt - performance.now())
      yield piece
    }
  }
}

/** The operation, taking in and giving out its bytes no faster than the request wants. */
export function withTrafficLimit(run: Operation): Operation {
  return async function runWithTrafficLimit(request, services) {
    const bytesPerSecond = readTrafficLimit(request.headers) ?? readTrafficLimit(request.params)
    if (bytesPerSecond === undefined) return await run(request, services)
    const openBody = () => limitRate(request.openBody(), bytesPerSecond)
    const reply = await run({ ...request, openBody }, services)
    if (!(reply.body instanceof Readable)) return reply
    // Whoever destroys the new stream ends the loop in the old one, which destroys that.
    return { ...reply, body: Readable.from(limitRate(reply.body, bytesPerSecond), { objectMode: false }) }
  }
}
