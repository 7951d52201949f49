import { encode } from '../../percent-encoding.ts'
import { toUtf8Bytes } from '../../utf8.ts'
import type { DiagnosisCode } from '../diagnosis-code.ts'
import type { RequestFacts } from '../facts.ts'
import { bucketOf } from '../host-names.ts'
import { decodeOnce } from '../kind-of-change.ts'
import { collapseDots } from '../read/read-url.ts'
import type { Variant } from './variant.ts'

/** Paths that may have been signed instead of the one that arrived. */
export function* pathVariants(path: string, request: RequestFacts | undefined): Generator<Variant> {
  const seen = new Set([path])
  for (const [code, text, summary] of candidates(path, request)) {
    if (seen.has(text)) continue
    seen.add(text)
    yield { line: 'path', code, text, summary }
  }
}

type Candidate = readonly [code: DiagnosisCode, text: string, summary?: string]

function* candidates(path: string, request: RequestFacts | undefined): Generator<Candidate> {
  yield* encoded(path, request)
  yield ['path-encoded-twice', decodeOnce(path)]
  yield ['path-encoded-twice', decodeOnce(decodeOnce(path)), 'The path was percent-encoded three times.']
  yield ['path-plus-for-space', path.replaceAll('+', ' ')]
  yield ['path-plus-for-space', path.replaceAll(' ', '+')]
  yield* withOtherSlashes(path)
  if (request !== undefined) yield ['path-dots-collapsed', decodeOnce(request.writtenPath)]
  yield [
    'path-dots-collapsed',
    collapseDots(path),
    'The path was signed with its . and .. resolved, and sent with them.',
  ]
  yield* withOtherBucket(path, request)
  yield* withQuery(path, request)
  for (const form of ['NFC', 'NFD', 'NFKC', 'NFKD']) yield ['path-unicode-form', path.normalize(form)]
  yield [
    'charset-differs',
    toUtf8Bytes(path),
    'The path was signed as Latin-1 text of its UTF-8 bytes, encoded twice.',
  ]
  yield [
    'charset-differs',
    path.replace(/[^\0-\x7f]/g, '?'),
    'The path was signed in a character set that has no such characters: ? for each.',
  ]
  yield ['path-differs', path.toLowerCase(), 'The path was signed in small letters.']
  yield ['path-differs', path.trim(), 'The path was signed without the white space at its end.']
  yield ['path-differs', `${path}\n`, 'The path was signed with a line end after it.']
  if (request?.host !== undefined) {
    yield ['path-holds-host', `/${request.host}${path}`]
    yield ['path-holds-host', `${request.host}${path}`]
    const url = `${request.scheme ?? 'https'}://${request.host}${path}`
    yield ['path-holds-host', url, 'The whole URL was signed as the path.']
  }
}

function* encoded(path: string, request: RequestFacts | undefined): Generator<Candidate> {
  const code = 'path-encoded-before-signing'
  const all = encode(path)
  if (!all.replaceAll('%2F', '').includes('%')) {
    yield [code, all, 'The path was percent-encoded before it was signed, its slashes too.']
    yield [
      code,
      `/${encode(path.slice(1))}`,
      'The key was percent-encoded before it was signed, its slashes too.',
    ]
    return
  }
  const kept = all.replaceAll('%2F', '/')
  yield [code, kept]
  yield [code, all, 'The path was percent-encoded before it was signed, its slashes too.']
  yield [
    code,
    `/${encode(path.slice(1))}`,
    'The key was percent-encoded before it was signed, its slashes too.',
  ]
  if (request !== undefined) yield [code, request.rawPath]
  yield [code, encodeURI(path)]
  yield [code, encodeURIComponent(path).replaceAll('%2F', '/')]
  yield [code, kept.replaceAll('%20', '+'), 'The path was form-encoded before it was signed.']
  yield [code, kept.replace(/%[\dA-F]{2}/g, (digits) => digits.toLowerCase())]
  yield [code, kept.toLowerCase()]
}

function* withOtherSlashes(path: string): Generator<Candidate> {
  const code = 'path-slash-differs'
  yield [code, path.slice(1), 'The path was signed without the slash before the key.']
  yield [code, `/${path}`, 'The path was signed with two slashes at its start, and sent with one.']
  yield [code, path.replace(/\/+/g, '/'), 'The path was sent with more slashes than it was signed with.']
  yield [
    code,
    path.replace(/^\/+/, '/'),
    'The path was sent with more slashes at its start than it was signed with.',
  ]
  yield [code, path.replace(/\/$/, ''), 'The path was sent with a slash at its end, and signed without.']
  yield [code, `${path}/`, 'The path was signed with a slash at its end, and sent without.']
  yield [code, path.replaceAll('\\', '/'), 'The path was signed with / where \\ was sent.']
  yield [code, `/${path.slice(1).replaceAll('/', '\\')}`, 'The path was signed with \\ where / was sent.']
}

function* withOtherBucket(path: string, request: RequestFacts | undefined): Generator<Candidate> {
  const code = 'path-holds-bucket'
  const bucket = bucketOf(request?.host)
  if (bucket !== undefined) {
    yield [code, `/${bucket}${path}`, 'The name of the bucket was signed as part of the path.']
    const [name = ''] = /^.*(?=-)/.exec(bucket) ?? []
    yield [code, `/${name}${path}`, 'The name of the bucket was signed as part of the path.']
  }
  const first = /^\/[^/]+(?=\/)/.exec(path)?.[0]
  if (first !== undefined) {
    yield [
      /-\d+$/.test(first) ? code : 'path-differs',
      path.slice(first.length),
      'The path was signed without its first segment.',
    ]
  }
}

function* withQuery(path: string, request: RequestFacts | undefined): Generator<Candidate> {
  const code = 'path-holds-query'
  const others = (request?.query.slice(1) ?? '')
    .split('&')
    .filter((part) => part !== '' && !/^(?:q-|sign=)/.test(part))
  if (others.length > 0) yield [code, `${path}?${others.join('&')}`]
  for (const other of others.slice(0, 20)) yield [code, `${path}?${other}`]
  const question = path.indexOf('?')
  if (question >= 0) {
    yield [
      code,
      path.slice(0, question),
      'The query was sent as part of the path: its ? was percent-encoded.',
    ]
  }
}
