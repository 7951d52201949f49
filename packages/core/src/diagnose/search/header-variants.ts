import { encode, encodeName } from '../../percent-encoding.ts'
import type { DiagnosisCode } from '../diagnosis-code.ts'
import type { RequestFacts } from '../facts.ts'
import { type CanonicalPair, pairsOf } from '../http-lines.ts'
import { decodeOnce } from '../kind-of-change.ts'
import { hostVariants } from './host-variants.ts'
import { listVariants, unlistedVariants, valueVariants, withValue } from './pair-variants.ts'
import type { Variant } from './variant.ts'

/** Headers that may have been signed instead of those that arrived. */
export function* headerVariants(text: string, request: RequestFacts | undefined): Generator<Variant> {
  const pairs = pairsOf(text)
  const line = 'headers'
  for (const [index, [name, value]] of pairs.entries()) {
    const decoded = decodeOnce(value)
    for (const [code, other, summary] of otherValues(name, decoded, request)) {
      if (other === decoded) continue
      const text = withValue(pairs, index, encode(other))
      if (value !== '') yield { line, code, text, summary }
      else
        yield {
          line,
          code: 'header-missing',
          text,
          summary: `The header ${name} is signed as ${other} and was not sent.`,
        }
    }
  }
  yield* valueVariants(line, text)
  yield* listVariants(line, text)
  yield* unlisted(text, request)
}

type Candidate = readonly [code: DiagnosisCode, value: string, summary?: string]

function* otherValues(name: string, value: string, request: RequestFacts | undefined): Generator<Candidate> {
  if (name === 'host') yield* hostVariants(value, request)
  if (name === 'content-type') yield* contentTypes(value)
  for (const other of [
    ` ${value}`,
    `${value} `,
    value.trim(),
    value.replace(/\s+/g, ' '),
    value.replace(/\s+/g, ''),
  ]) {
    yield [
      'header-white-space',
      other,
      `The header ${name} was signed with other white space than it arrives with.`,
    ]
  }
  if (name !== 'host') {
    const code = name === 'content-type' ? 'content-type-differs' : 'header-differs'
    yield [code, value.toLowerCase(), `The header ${name} was signed in small letters.`]
  }
}

const TYPES =
  `application/octet-stream application/json application/xml application/pdf application/zip application/gzip
application/x-www-form-urlencoded application/javascript application/msword application/wasm multipart/form-data image/jpeg image/jpg
image/png image/gif image/webp image/avif image/bmp image/svg+xml image/x-icon image/heic audio/mpeg audio/mp3 audio/wav audio/ogg
audio/aac video/mp4 video/webm video/quicktime video/x-msvideo video/mpeg text/plain text/html text/css text/csv text/xml
text/javascript text/markdown binary/octet-stream application/vnd.android.package-archive application/vnd.ms-excel
application/vnd.openxmlformats-officedocument.spreadsheetml.sheet application/vnd.openxmlformats-officedocument.wordprocessingml.document
application/vnd.openxmlformats-officedocument.presentationml.presentation application/x-tar application/vnd.rar font/woff2`.split(
    /\s+/,
  )
const CHARSETS = ['', '; charset=utf-8', ';charset=utf-8', '; charset=UTF-8', ';charset=UTF-8']

function* contentTypes(value: string): Generator<Candidate> {
  const [type = ''] = value.split(';')
  for (const known of [type.trim(), ...TYPES]) {
    for (const charset of CHARSETS) {
      const signed = known + charset
      yield ['content-type-differs', signed, `Content-Type was signed as ${signed} and sent as ${value}.`]
    }
  }
  yield ['content-type-differs', '', `Content-Type was signed empty and sent as ${value}.`]
}

function* unlisted(text: string, request: RequestFacts | undefined): Generator<Variant> {
  const listed = new Set(pairsOf(text).map(([name]) => name))
  const sent = new Map<string, CanonicalPair>()
  if (request?.host !== undefined) sent.set('host', ['host', encode(request.host)])
  for (const { name, value } of request?.headers ?? []) {
    if (value !== undefined && name !== 'authorization' && name !== 'host') {
      sent.set(name, [encodeName(name), encode(value)])
    }
  }
  const others = [...sent.values()].filter(([name]) => !listed.has(name))
  if (others.length === 0) return
  const ofCos = others.filter(([name]) => /^(?:content-|x-c(?:os|i)-|host$|date$)/.test(name))
  if (ofCos.length > 0 && ofCos.length < others.length) yield* unlistedVariants('headers', text, ofCos)
  yield* unlistedVariants('headers', text, others)
}
