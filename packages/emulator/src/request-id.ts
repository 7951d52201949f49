import { randomBytes } from 'node:crypto'

/** The two names of one request in COS's answers, base64 of a hex text as the real ones are. */
export interface RequestIds {
  /** `x-cos-request-id` and `<RequestId>`. */
  readonly requestId: string
  /** `x-cos-trace-id` and `<TraceId>`; sent with failures only. */
  readonly traceId: string
}

/** Names one request. */
export function createRequestIds(now: number): RequestIds {
  const seconds = Math.max(0, Math.floor(now / 1000)).toString(16)
  const random = randomBytes(32).toString('hex')
  return {
    requestId: toBase64(`${seconds}_${random.slice(0, 8)}_${random.slice(8, 12)}_${random.slice(12, 19)}`),
    traceId: toBase64(random.slice(19)),
  }
}

function toBase64(text: string): string {
  return Buffer.from(text, 'latin1').toString('base64')
}
