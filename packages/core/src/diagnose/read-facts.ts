import { sha1Hex } from '../hash/kernel.ts'
import { withoutDefaultPort } from '../host.ts'
import { readRequest } from '../read-request.ts'
import type { RequestTarget } from '../request-target.ts'
import {
  isFieldName,
  looksSigned,
  type RawFields,
  readFields,
  signatureInQuery,
  splitAuthorization,
} from '../signature-fields.ts'
import { fromWire } from '../utf8.ts'
import type { AnswerFacts, AnswerKind, HeaderFact, RequestFacts, SignatureFact } from './facts.ts'
import { type HttpLines, readHttpLines } from './http-lines.ts'
import type { RawAnswer, RawRequest } from './read/raw-evidence.ts'
import { readErrorDocument } from './read/read-error-document.ts'
import { collapseDots, readUrl, splitTarget } from './read/read-url.ts'

/** Puts together what the evidence says of the request. */
export function toRequestFacts(raw: RawRequest): RequestFacts {
  const url = raw.url === undefined ? undefined : readUrl(raw.url)
  const absolute = raw.target === undefined ? undefined : readUrl(raw.target)
  const written = absolute ?? (raw.target === undefined ? url : splitTarget(raw.target))
  const { rawPath: writtenPath, query } = written ?? { rawPath: '/', query: '' }
  const keepsDots = raw.target !== undefined || raw.keepsDots !== false
  const rawPath = keepsDots ? writtenPath : collapseDots(writtenPath)
  const scheme = absolute?.scheme ?? url?.scheme
  const authority = absolute?.authority ?? url?.authority
  const urlHost =
    authority === undefined || scheme === undefined
      ? authority
      : withoutDefaultPort(authority.toLowerCase(), scheme)
  const headers = (raw.headers ?? []).filter(isNoRepeatedHost())
  const host = headers.find(({ name }) => name === 'host')?.value ?? urlHost
  const method = raw.method?.toUpperCase()
  const read = written === undefined ? undefined : readAs(method ?? 'GET', rawPath + query, headers, host)
  const { signature, isSignedTwice } = findSignature(read?.target, headers)
  return {
    method,
    scheme,
    urlHost,
    host,
    rawPath,
    writtenPath,
    query,
    headers,
    headersKnown: raw.headersKnown ?? 'none',
    read,
    signature,
    isSignedTwice,
    textFaults: new Set([...(raw.textFaults ?? []), ...(url?.textFaults ?? [])]),
    startedAt: raw.startedAt,
  }
}

/** HTTP allows one Host; where two pieces of evidence give it, the first counts. */
function isNoRepeatedHost(): (header: HeaderFact) => boolean {
  let isKnown = false
  return ({ name }) => {
    const isRepeated = name === 'host' && isKnown
    isKnown ||= name === 'host'
    return !isRepeated
  }
}

function readAs(
  method: string,
  target: string,
  headers: readonly HeaderFact[],
  host: string | undefined,
): RequestFacts['read'] {
  const sent = headers.flatMap(({ name, value }): [string, string][] =>
    value === undefined || name === 'host' ? [] : [[name, value]],
  )
  const read = readRequest({ method, target, headers: host === undefined ? sent : [['host', host], ...sent] })
  return typeof read === 'string' ? undefined : read
}

/** The signature of a request: the header's before the query's, as a verifier looks for it. */
function findSignature(
  target: RequestTarget | undefined,
  headers: readonly HeaderFact[],
): { signature: SignatureFact | undefined; isSignedTwice: boolean } {
  const inHeader = headers.find(({ name, value = '' }) => name === 'authorization' && looksSigned(value))
  const inQuery = target === undefined ? undefined : signatureInQuery(target)
  const isSignedTwice = inHeader !== undefined && inQuery !== undefined
  if (inHeader?.value !== undefined) {
    return { signature: toSignature('header', splitAuthorization(fromWire(inHeader.value))), isSignedTwice }
  }
  if (target === undefined || inQuery === undefined) return { signature: undefined, isSignedTwice }
  const { raw, merged } = inQuery
  if (merged !== undefined) return { signature: toSignature('merged', raw), isSignedTwice }
  const values = target.params.filter(({ name }) => isFieldName(name))
  return {
    signature: toSignature('query', raw, new Map(values.map(({ name, value }) => [name, value]))),
    isSignedTwice,
  }
}

function toSignature(
  carrier: SignatureFact['carrier'],
  split: RawFields | string,
  raw: RawFields = typeof split === 'string' ? new Map() : split,
): SignatureFact {
  return { carrier, fields: typeof split === 'string' ? split : readFields(split), raw }
}

/** Puts together what the evidence says of the answer. */
export function toAnswerFacts(raw: RawAnswer): AnswerFacts {
  const { status, headers = [] } = raw
  const document = raw.document ?? readErrorDocument(raw.body ?? '')?.elements ?? {}
  const { Code: code, Message: message, Resource: resource, ServerTime: serverTime } = document
  const strings = readServerStrings(document.FormatString, document.StringToSign)
  const date = Date.parse(serverTime ?? headers.find(({ name }) => name === 'date')?.value ?? '')
  return {
    kind: kindOf(status, code ?? (strings.lines && 'SignatureDoesNotMatch'), message),
    status,
    code,
    message,
    resource,
    isDownloadForced: headers.some(
      ({ name, value }) => name === 'x-cos-force-download' && value?.trim().toLowerCase() === 'true',
    ),
    serverSeconds: Number.isNaN(date) ? undefined : Math.floor(date / 1000),
    ...strings,
  }
}

const KINDS: Readonly<Record<string, AnswerKind>> = {
  SignatureDoesNotMatch: 'mismatch',
  'Request has expired': 'outside-window',
  RequestTimeTooSkewed: 'skewed',
  AccessDenied: 'denied',
  InvalidAccessKeyId: 'key',
  ExpiredToken: 'token',
}

function kindOf(
  status: number | undefined,
  code: string | undefined,
  message: string | undefined,
): AnswerKind {
  if (code === 'AccessDenied' && message === 'Request has expired') return 'outside-window'
  if (code !== undefined) return Object.hasOwn(KINDS, code) ? (KINDS[code] as AnswerKind) : 'other'
  if (status === undefined || status === 0) return 'none'
  return status >= 200 && status < 400 ? 'accepted' : 'bare'
}

/** The server's strings; copying may have changed their line ends and the last one. */
function readServerStrings(
  formatString: string | undefined,
  stringToSign: string | undefined,
): Pick<AnswerFacts, 'lines' | 'keyTime' | 'isIntact'> {
  const [, keyTime, hash] = /^\s*sha1\s+(\d+;\d+)\s+([\da-f]{40})\s*$/.exec(stringToSign ?? '') ?? []
  if (formatString === undefined) return { lines: undefined, keyTime, isIntact: undefined }
  const readings = readingsOf(formatString)
  const intact = hash === undefined ? undefined : readings.find((text) => sha1Hex(text) === hash)
  return {
    lines: firstLines(intact === undefined ? readings : [intact]),
    keyTime,
    isIntact: hash === undefined ? undefined : intact !== undefined,
  }
}

function firstLines(readings: readonly string[]): HttpLines | undefined {
  for (const text of readings) {
    const lines = readHttpLines(text)
    if (lines !== undefined) return lines
  }
  return undefined
}

/** What a FormatString may have been before it was copied, and its line ends and white space with it. */
function readingsOf(text: string): string[] {
  const lineEnds = text.replace(/\r\n/g, '\n')
  const unindented = lineEnds.replace(/^\s+/, '').replace(/\n[ \t]+/g, '\n')
  const readings = [text, lineEnds, unindented, unindented.replaceAll('&amp;', '&')]
  return readings.flatMap((reading) => [reading, `${reading}\n`, withFourLineEnds(reading)])
}

// A parser that trims takes the line ends of empty lines with it; a person who copies may add some.
function withFourLineEnds(text: string): string {
  let end = text.length
  while (text[end - 1] === '\n') end -= 1
  const kept = text.slice(0, end)
  return kept + '\n'.repeat(Math.max(1, 5 - kept.split('\n').length))
}
