import type { Credential, PresignedRequest } from 'cos-presign'
import { formatDuration } from './duration.ts'
import { CliError } from './errors.ts'
import type { HttpResponse } from './io/http.ts'
import { collectText } from './io/read-files.ts'

/** COS's error document, and what came with it. */
export interface ServerRefusal {
  readonly status: number
  readonly code: string | undefined
  readonly message: string | undefined
  readonly requestId: string | undefined
  /** What the server calculated, on `SignatureDoesNotMatch`. */
  readonly stringToSign: string | undefined
  /** The error document as it came. */
  readonly body: string
  /** The server's clock minus ours, in seconds. */
  readonly clockAheadBySeconds: number | undefined
}

const MAX_DOCUMENT_BYTES = 64 * 1024

/** Reads the answer of a server that said no. Never throws for what the answer holds. */
export async function readRefusal(response: HttpResponse, now: number): Promise<ServerRefusal> {
  const text = await collectText(response.body, MAX_DOCUMENT_BYTES, 'the answer').catch(() => '')
  const document = await parseDocument(text)
  const date = Date.parse(response.headers.date ?? '')
  return {
    status: response.status,
    code: document.Code,
    message: document.Message,
    requestId: document.RequestId ?? response.headers['x-cos-request-id'],
    stringToSign: document.StringToSign,
    body: text,
    clockAheadBySeconds: Number.isNaN(date) ? undefined : Math.round((date - now) / 1000),
  }
}

async function parseDocument(text: string): Promise<Readonly<Record<string, string | undefined>>> {
  if (!text.includes('<Error>')) return {}
  const { XMLParser } = await import('fast-xml-parser')
  try {
    const root: unknown = new XMLParser({ ignoreAttributes: true, parseTagValue: false }).parse(text)?.Error
    const entries = Object.entries((root ?? {}) as Record<string, unknown>)
    return Object.fromEntries(
      entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1] !== ''),
    )
  } catch {
    return {}
  }
}

/** What was sent, and the key it was signed with. */
export interface Attempt {
  readonly request: PresignedRequest
  readonly credential: Credential | undefined
}

/**
 * Says what the server said and what to do now. Of a signature that it refuses, also why.
 *
 * @param what - What was tried: `upload to cos://…`.
 */
export async function refusalError(
  what: string,
  refusal: ServerRefusal,
  attempt: Attempt,
): Promise<CliError> {
  const { status, code, message, requestId } = refusal
  const said =
    code === undefined
      ? `status ${status}, without COS's error document`
      : `${code}: ${message ?? ''}`.replace(/[:. ]+$/, '')
  const id = requestId === undefined ? '' : ` (request ${requestId})`
  return new CliError(
    'ERR_CLI_REFUSED',
    `The server refused the ${what}: ${said}${id}. ${(await reasonOf(refusal, attempt)) ?? nextStep(refusal)}`,
    {
      refusal: { statusCode: status, upstreamCode: code, upstreamMessage: message, requestId },
    },
  )
}

/** What differs and what to do, if that can be told. */
async function reasonOf(
  { code, body }: ServerRefusal,
  { request, credential }: Attempt,
): Promise<string | undefined> {
  if (code !== 'SignatureDoesNotMatch' || credential === undefined) return undefined
  const { diagnose } = await import('cos-presign/diagnose')
  const { findings, verdict } = diagnose([request, body], { credential })
  const [first] = findings
  return first === undefined || verdict !== 'explained' ? undefined : `${first.summary} ${first.remedy}`
}

const NEXT_STEPS: Readonly<Record<string, string>> = {
  SignatureDoesNotMatch:
    'Check that the SecretKey belongs to the SecretId, and that no proxy, CDN or other host name stands between (--verbose shows where each setting came from)',
  InvalidAccessKeyId:
    'Check the SecretId (--verbose shows where it came from); a temporary key also needs its token',
  ExpiredToken: 'The temporary key is dead; get a new one',
  NoSuchKey: "Check the key's spelling and letter case",
  NoSuchBucket: 'Check the bucket name with its APPID, and the region (--region)',
  EntityTooLarge: 'A single upload takes 5 GB at most',
  InvalidRange: 'The object is shorter than the range asked for',
  PreconditionFailed: 'The object is not in the state that an If-… header asks for',
  SlowDown: 'Wait a little and try again',
}

function nextStep(refusal: ServerRefusal): string {
  const { status, code, message } = refusal
  const known = code === undefined ? undefined : NEXT_STEPS[code]
  if (known) return known
  if (code === 'RequestTimeTooSkewed' || message === 'Request has expired') return clockAdvice(refusal)
  if (code === 'AccessDenied') {
    return 'The key may not do this: check its policy (GET needs name/cos:GetObject, PUT needs name/cos:PutObject), and its token if it is temporary'
  }
  if (status >= 500) return 'The server has a problem; try again later'
  if (status >= 300 && status < 400)
    return 'The server points elsewhere; check --region, --endpoint or --domain'
  if (status === 407) return 'A proxy wants a login'
  return code === undefined
    ? 'Check --region, --endpoint or --domain: this may not be COS at all'
    : 'See the COS error codes for what it means'
}

function clockAdvice({ clockAheadBySeconds: ahead }: ServerRefusal): string {
  if (ahead === undefined || Math.abs(ahead) < 30) return 'Use a longer --expires, or start again'
  const [relation, length] = [ahead > 0 ? 'behind' : 'ahead of', formatDuration(Math.abs(ahead))]
  return `The clock of this machine is ${length} ${relation} the server's; set it right`
}
