import { SignatureError } from './errors.ts'
import type { Scheme } from './host.ts'
import { decodePath, decodeToBytes } from './percent-encoding.ts'
import { fromWire } from './utf8.ts'

/** A request target, taken apart and decoded without any normalisation. */
export interface RequestTarget {
  /** Only in absolute form. */
  readonly scheme?: Scheme
  /** Host and port as written; only in absolute form. */
  readonly authority?: string
  /** Percent-decoded once as UTF-8. `+` is a plus, and `//`, `.` and `..` stay. */
  readonly path: string
  /** Form-decoded: `+` is a space. A parameter without `=` has the value `''`. */
  readonly params: readonly TargetParam[]
}

/** A parameter of a request target. */
export interface TargetParam {
  /** Decoded. */
  readonly name: string
  /** Decoded. */
  readonly value: string
  /** As written. */
  readonly rawName: string
  /** As written. */
  readonly rawValue: string
}

/**
 * Takes a request target apart: `/key?query`, or `http://host/key?query` as sent to a proxy.
 *
 * @param target - As on the request line, one character a byte.
 * @throws {SignatureError} `ERR_TARGET_MALFORMED`: no such form, a character that no request line can hold, or a path that is
 * not percent-encoded UTF-8.
 * @see https://www.rfc-editor.org/rfc/rfc9112#name-request-target
 */
export function parseRequestTarget(target: string): RequestTarget {
  const parsed = readTarget(target)
  if (typeof parsed === 'string') throw new SignatureError('ERR_TARGET_MALFORMED', parsed)
  return parsed
}

/** As {@link parseRequestTarget}, answering what is wrong instead of throwing. */
export function readTarget(target: unknown): RequestTarget | string {
  if (typeof target !== 'string') return 'The request target is not a string'
  if (/[^\x21-\x7e\x80-\xff]|#/.test(target))
    return 'The request target holds a character that no request line can hold'
  const absolute = /^(https?):\/\/([^/?#@\\]+)(?=[/?]|$)/i.exec(target)
  const origin = absolute === null ? target : target.slice(absolute[0].length)
  if (absolute === null && !origin.startsWith('/')) return 'The request target does not start with "/"'
  const question = origin.indexOf('?')
  const rawPath = question < 0 ? origin : origin.slice(0, question)
  const path = decodePath(rawPath || '/')
  if (path === undefined) return 'The path of the request target is not percent-encoded UTF-8'
  const params = question < 0 ? [] : readQuery(origin.slice(question + 1))
  if (absolute === null) return { path, params }
  return {
    scheme: (absolute[1] as string).toLowerCase() as Scheme,
    authority: absolute[2] as string,
    path,
    params,
  }
}

/** Splits a query at `&` only: an unencoded `;` is part of a value (the Node.js SDK leaves it so). */
function readQuery(query: string): TargetParam[] {
  const params: TargetParam[] = []
  for (const part of query.split('&')) {
    if (part === '') continue
    const equals = part.indexOf('=')
    const rawName = equals < 0 ? part : part.slice(0, equals)
    const rawValue = equals < 0 ? '' : part.slice(equals + 1)
    params.push({ name: decodeFormText(rawName), value: decodeFormText(rawValue), rawName, rawValue })
  }
  return params
}

function decodeFormText(raw: string): string {
  return fromWire(decodeToBytes(raw, true))
}
