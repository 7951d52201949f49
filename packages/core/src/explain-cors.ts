import { assertOneOf, assertText } from './assert.ts'
import { type CorsLack, type CorsRule, corsLacks, matchCors } from './match-cors.ts'

/**
 * How a page uploads: a presigned PUT by `fetch`; a POST form sent by `fetch` (a form that the browser submits itself needs no
 * CORS); parts of a multipart upload by presigned URLs; the vendor's JavaScript SDK.
 */
export type UploadMode = 'put' | 'post' | 'multipart' | 'sdk'

/** Every mode. */
const UPLOAD_MODES: readonly UploadMode[] = ['put', 'post', 'multipart', 'sdk']

interface ModeRequest {
  readonly method: string
  /** Headers that need permission. */
  readonly headers: readonly string[]
  /** Headers of the answer that the page reads. */
  readonly reads: readonly string[]
}

/** What a page sends in each mode, and reads. The headers of the SDK are those that it may send; it documents `*`. */
const REQUESTS: Readonly<Record<UploadMode, readonly ModeRequest[]>> = {
  put: [{ method: 'PUT', headers: ['content-type'], reads: [] }],
  post: [{ method: 'POST', headers: [], reads: [] }],
  multipart: [
    { method: 'PUT', headers: [], reads: ['ETag'] },
    { method: 'POST', headers: ['content-type'], reads: [] },
  ],
  sdk: ['PUT', 'GET', 'POST', 'DELETE', 'HEAD'].map((method) => ({
    method,
    headers: ['authorization', 'content-type', 'x-cos-security-token', 'x-cos-storage-class', 'x-cos-acl'],
    reads: ['ETag', 'Content-Length', 'x-cos-request-id', 'Date'],
  })),
}

/** Why a rule does not count, or what it lacks though it does. */
export interface ExplainedRule {
  /** Its place in the list, from 0. */
  readonly index: number
  readonly lacks: readonly CorsLack[]
}

/** What becomes of one request of a page. */
export interface ExplainedCorsRequest {
  readonly method: string
  readonly headers: readonly string[]
  /** The first rule that allows it, from 0; `undefined` when COS answers 403 AccessForbidden to the preflight. */
  readonly matches: number | undefined
  /** The rules before it (all, when none matches), each with what it lacks. */
  readonly passedOver: readonly ExplainedRule[]
  /** Headers of the answer that the page needs and the rule does not expose. */
  readonly notExposed: readonly string[]
}

/** What an {@link explainCors} answers. */
export interface CorsExplanation {
  readonly ok: boolean
  readonly requests: readonly ExplainedCorsRequest[]
}

/**
 * Says what a bucket's CORS rules do with the requests of a page that uploads: which rule matches first, what the ones before it
 * lack, and what the one that matches does not expose.
 *
 * @param origin - The page's, such as `https://example.com`: no path, no slash at the end.
 * @throws {TypeError|RangeError} The origin or the mode is none.
 * @see https://cloud.tencent.com/document/product/436/11488
 */
export function explainCors(rules: readonly CorsRule[], origin: string, mode: UploadMode): CorsExplanation {
  assertOneOf(mode, 'mode', UPLOAD_MODES)
  assertOrigin(origin)
  const requests = REQUESTS[mode].map((request) => explain(rules, origin, request))
  return {
    ok: requests.every(({ matches, notExposed }) => matches !== undefined && notExposed.length === 0),
    requests,
  }
}

function explain(
  rules: readonly CorsRule[],
  origin: string,
  { method, headers, reads }: ModeRequest,
): ExplainedCorsRequest {
  const request = { origin, method, headers }
  const match = matchCors(rules, request)
  const exposed = match?.rule.exposeHeaders.map((name) => name.toLowerCase()) ?? []
  return {
    method,
    headers,
    matches: match?.index,
    passedOver: rules
      .slice(0, match?.index ?? rules.length)
      .map((rule, index) => ({ index, lacks: corsLacks(rule, request) })),
    notExposed: match === undefined ? [] : reads.filter((name) => !exposed.includes(name.toLowerCase())),
  }
}

/**
 * Makes the one rule that pages of these origins need for these ways to upload.
 *
 * @throws {TypeError|RangeError} An origin or a mode is none.
 */
export function generateCors(origins: readonly string[], modes: readonly UploadMode[]): CorsRule {
  for (const origin of origins) assertOrigin(origin)
  for (const mode of modes) assertOneOf(mode, 'mode', UPLOAD_MODES)
  const requests = modes.flatMap((mode) => REQUESTS[mode])
  const unique = (names: readonly string[]): string[] => [...new Set(names)]
  return {
    allowedOrigins: unique(origins),
    allowedMethods: unique(requests.map(({ method }) => method)),
    // Signed headers (x-cos-acl, Content-MD5 …) need permission too, and which they are is for each upload to say.
    allowedHeaders: ['*'],
    exposeHeaders: unique(['ETag', 'x-cos-request-id', ...requests.flatMap(({ reads }) => reads)]),
  }
}

function assertOrigin(origin: unknown): void {
  assertText(origin, 'origin')
  if (!/^(?:\*|[a-z][a-z\d+.-]*:\/\/[^\s/?#]+)$/i.test(origin)) {
    throw new RangeError(
      '"origin" must be like https://example.com:8080, without a path and without a slash at the end',
    )
  }
}
