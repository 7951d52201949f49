import { fromWire } from '../../utf8.ts'
import type { HeaderFact } from '../facts.ts'
import { decodeBase64 } from './base64.ts'
import { givenHeader, type RawAnswer, type RawEvidence, type RawRequest } from './raw-evidence.ts'
import { toWholeText } from './whole-text.ts'

type Members = Readonly<Record<string, unknown>>

/** What an object says that is no text: the parts of a request or an answer, a HAR or an entry of one, an SDK's error. */
export function readObject(object: Members): RawEvidence | undefined {
  const entry = harEntryOf(object)
  if (entry !== undefined) return readHarEntry(entry)
  const error = isMembers(object.error) ? object.error : object
  const document = readDocument(error)
  const request = readRequestParts(object)
  const answer = readAnswerParts(object, document, request !== undefined)
  return request === undefined && answer === undefined ? undefined : { request, answer }
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null
}

/** The text of a member, if it is one. */
function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? toWholeText(value) : undefined
}

// ---- HAR

/** The entry of a HAR that is asked about: the first that failed, else the first that is signed, else the first. */
function harEntryOf(object: Members): Members | undefined {
  if (isMembers(object.request)) return object
  const entries = isMembers(object.log) ? object.log.entries : object.entries
  if (!Array.isArray(entries)) return undefined
  const all = entries.filter((entry): entry is Members => isMembers(entry) && isMembers(entry.request))
  const asked = all.filter((entry) => !isPreflight(entry.request as Members))
  const readable = asked.length > 0 ? asked : all
  const signed = readable.filter((entry) => isSigned(entry.request as Members))
  return signed.find(hasFailed) ?? signed[0] ?? readable.find(hasFailed) ?? readable[0]
}

/** What a browser asks before a request of another origin: it has that one's URL, and no signature is meant for it. */
function isPreflight({ method, headers }: Members): boolean {
  return (
    method === 'OPTIONS' && readHeaders(headers).some(({ name }) => name === 'access-control-request-method')
  )
}

function hasFailed({ response }: Members): boolean {
  const status = isMembers(response) ? response.status : undefined
  return typeof status !== 'number' || status < 200 || status >= 400
}

function isSigned({ url, headers }: Members): boolean {
  return (
    (typeof url === 'string' && /[?&](?:q-|amp;q-|sign=q-)/.test(url)) ||
    readHeaders(headers).some(
      ({ name, value }) => name === 'authorization' && value?.startsWith('q-') === true,
    )
  )
}

function readHarEntry({ request, response, startedDateTime }: Members): RawEvidence {
  const { method, url, headers } = request as Members
  const sent = readHeaders(headers)
  // Chromium exports without Authorization unless asked for it, and of a request that it stopped it knows only some headers.
  const isWhole = isSigned(request as Members) && sent.some(({ name }) => name === 'host')
  const started = typeof startedDateTime === 'string' ? Date.parse(startedDateTime) : Number.NaN
  return {
    request: {
      method: textOf(method),
      url: textOf(url),
      headers: sent,
      headersKnown: sent.length === 0 ? 'none' : isWhole ? 'all' : 'given',
      keepsDots: true,
      startedAt: Number.isNaN(started) ? undefined : Math.floor(started / 1000),
    },
    answer: isMembers(response) ? readHarResponse(response) : undefined,
  }
}

function readHarResponse({ status, headers, content }: Members): RawAnswer {
  const { text, encoding } = isMembers(content) ? content : ({} as Members)
  const body = textOf(text)
  return {
    // Browsers write 0 where no answer came, playwright -1.
    status: typeof status === 'number' ? Math.max(0, status) : undefined,
    headers: readHeaders(headers),
    body: body !== undefined && encoding === 'base64' ? fromWire(decodeBase64(body)) : body,
  }
}

// ---- parts

function readRequestParts(object: Members): RawRequest | undefined {
  const { method, headers } = object
  const url = textOf(object.url)
  const target = textOf(object.target)
  const isAnswer = object.status !== undefined || object.statusCode !== undefined
  if (url === undefined && target === undefined && (isAnswer || typeof method !== 'string')) return undefined
  const known = target === undefined ? 'given' : 'all'
  return {
    method: textOf(method),
    url,
    target,
    // An SDK's error has the headers of the answer.
    headers: isAnswer ? [] : readHeaders(headers),
    headersKnown: isAnswer || headers === undefined || headers === null ? 'none' : known,
    ...(target === undefined ? {} : { keepsDots: true }),
  }
}

function readAnswerParts(
  object: Members,
  document: Readonly<Record<string, string>> | undefined,
  isRequest: boolean,
): RawAnswer | undefined {
  const status = object.status ?? object.statusCode
  const body = textOf(object.body)
  if (typeof status !== 'number' && document === undefined && (isRequest || body === undefined))
    return undefined
  return {
    status: typeof status === 'number' ? status : undefined,
    headers: typeof status === 'number' ? readHeaders(object.headers) : [],
    document,
    body,
  }
}

/** The elements of an error document that a client has parsed. */
function readDocument(object: Members): Readonly<Record<string, string>> | undefined {
  if (typeof object.Code !== 'string') return undefined
  const texts = Object.entries(object).flatMap(([name, value]): [string, string][] => {
    const text = textOf(value)
    return text === undefined ? [] : [[name, text]]
  })
  return Object.fromEntries(texts)
}

/** Headers as a record, as pairs, or as a HAR's list of names and values. */
function readHeaders(headers: unknown): HeaderFact[] {
  if (!isMembers(headers)) return []
  const entries: Iterable<unknown> =
    Symbol.iterator in headers ? (headers as Iterable<unknown>) : Object.entries(headers)
  return [...entries].flatMap(readHeader)
}

function readHeader(entry: unknown): HeaderFact[] {
  if (!isMembers(entry)) return []
  const [name, value] = Array.isArray(entry) ? entry : [entry.name, entry.value]
  // HTTP/2 names the host so; a HAR shows that, and other names of the kind.
  const plain = name === ':authority' ? 'host' : name
  if (typeof plain !== 'string' || plain.startsWith(':')) return []
  return (Array.isArray(value) ? value : [value]).flatMap((one: unknown) => {
    const text = textOf(one)
    return text === undefined ? [] : [givenHeader(toWholeText(plain), text)]
  })
}
