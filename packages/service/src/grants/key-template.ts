import type { Caller } from '../caller.ts'
import { ServiceError } from '../errors.ts'
import { extensionOf, toFileName } from './file-name.ts'

/** A template of keys, such as `users/{sub}/{date}/{uuid}-{filename}`. */
export interface KeyTemplate {
  /** As it was written. */
  readonly text: string
  /** Whether no two keys that the service makes of it are the same, and none can be guessed. */
  readonly isUnguessable: boolean
  /** Whether a part of the key, `{path}`, is for the client to choose. */
  readonly hasPath: boolean
  /** Whether it is a prefix and then `{path}`: whoever may have one key may have them all. */
  readonly isPrefix: boolean
  /** The claims of a caller that stand in it. */
  readonly claimNames: readonly string[]
  /**
   * Makes a key for a caller.
   *
   * @throws {ServiceError} `ERR_SERVICE_NOT_GRANTED`: the caller lacks a claim of the template, or it cannot stand in a key.
   * `ERR_SERVICE_REQUEST_INVALID`: a part of it is for the client to choose, or the key would be too long.
   */
  fill(caller: Caller, values: KeyValues): string
  /** Whether a key could have been made of the template for this caller, at any time. False for a caller without its claims. */
  matches(caller: Caller, key: string): boolean
  /** What all keys for this caller begin with. @throws As {@link KeyTemplate.fill}. */
  prefixFor(caller: Caller): string
}

/** What a key is made of, besides the caller's claims. */
export interface KeyValues {
  /** The client's name of the file, as it came. */
  readonly filename?: string | undefined
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly uuid: string
}

type Part = { readonly literal: string } | { readonly variable: string }

/** What a variable that is no claim looks like in a key. */
const SHAPES: Readonly<Record<string, string>> = {
  date: '\\d{4}-\\d{2}-\\d{2}',
  uuid: '[\\da-f]{8}(?:-[\\da-f]{4}){3}-[\\da-f]{12}',
  filename: '[^/]+',
  ext: '[a-z\\d]{1,16}',
  path: '.+',
}

// No slash, no wildcard of a policy, nothing that a path gives a meaning to.
const CLAIM = /^[\p{L}\p{N}_][\p{L}\p{N}_.@+=:|~-]{0,127}$/u
const SEGMENT = /^(?!\.{1,2}$)[^\p{C}/\\*?]+$/u
// Documentation 436/13324.
const MAX_KEY_BYTES = 850

/**
 * Reads a template. `{date}` is the UTC day, `{uuid}` a random UUID, `{filename}` the client's name of the file made harmless, `{ext}` its
 * extension, `{path}` what the client chooses; any other name in braces is a claim of the caller, such as `{sub}`.
 *
 * @throws {ServiceError} `ERR_SERVICE_CONFIG_INVALID`: what is wrong with it.
 */
export function parseKeyTemplate(text: string): KeyTemplate {
  const parts = toParts(text)
  const names = parts.flatMap((part) => ('variable' in part ? [part.variable] : []))
  assertUnambiguous(text)
  for (const name of ['filename', 'path', 'ext']) {
    if (names.indexOf(name) !== names.lastIndexOf(name))
      throw malformed(text, `{${name}} may stand in it once`)
  }
  return {
    text,
    isUnguessable: names.includes('uuid'),
    hasPath: names.includes('path'),
    isPrefix: text.endsWith('{path}') && names.filter((name) => name in SHAPES).length === 1,
    claimNames: names.filter((name) => !(name in SHAPES)),
    fill(caller, values) {
      const key = parts
        .map((part) => ('literal' in part ? part.literal : fillVariable(part.variable, caller, values)))
        .join('')
      if (isTooLong(key)) {
        throw new ServiceError(
          'ERR_SERVICE_REQUEST_INVALID',
          `The key would have more than ${MAX_KEY_BYTES} bytes`,
        )
      }
      return key
    },
    matches(caller, key) {
      const pattern = parts.map((part) =>
        'literal' in part ? escapePattern(part.literal) : shapeOf(part.variable, caller),
      )
      if (
        isTooLong(key) ||
        pattern.includes(undefined) ||
        !new RegExp(`^${pattern.join('')}$`, 'su').test(key)
      )
        return false
      return key.split('/').every((segment) => SEGMENT.test(segment))
    },
    prefixFor(caller) {
      let prefix = ''
      for (const part of parts) {
        if ('variable' in part && part.variable in SHAPES) break
        prefix += 'literal' in part ? part.literal : claimOf(part.variable, caller)
      }
      return prefix
    },
  }
}

function isTooLong(key: string): boolean {
  // A key has at most three bytes for each UTF-16 unit, so the bytes of a short one need no counting.
  return key.length * 3 > MAX_KEY_BYTES && new TextEncoder().encode(key).length > MAX_KEY_BYTES
}

function toParts(text: string): Part[] {
  if (text === '' || text.startsWith('/')) throw malformed(text, 'it must not be empty or begin with a slash')
  const parts: Part[] = []
  for (const [whole, name] of text.matchAll(/\{([A-Za-z_]\w*)\}|[^{}]+|[{}]/g)) {
    if (name !== undefined) parts.push({ variable: name })
    else if (/[{}]/.test(whole)) throw malformed(text, 'a brace does not belong to a name like {sub}')
    else if (/[*?\\\p{C}]/u.test(whole))
      throw malformed(text, 'it must not hold *, ?, \\ or control characters')
    else parts.push({ literal: whole })
  }
  const sample = parts.map((part) => ('literal' in part ? part.literal : 'x')).join('')
  if (!sample.split('/').every((segment) => SEGMENT.test(segment))) {
    throw malformed(text, 'each part between slashes must be there, and not be . or ..')
  }
  return parts
}

/**
 * Where a claim stands beside another text of any length, one caller's keys could be read as another's: `{sub}-{filename}` makes
 * `a-b-c` for the caller `a` and for `a-b`.
 */
function assertUnambiguous(text: string): void {
  for (const segment of text.split('/')) {
    const names = [...segment.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
    const claims = names.filter((name) => !Object.hasOwn(SHAPES, name))
    // An extension is letters and digits, so anything else beside it shows where it begins.
    const isJoined = /\}[a-z\d]*\{/.test(segment)
    const open = names.filter(
      (name) => name === 'filename' || name === 'path' || (name === 'ext' && isJoined),
    )
    if (claims.length > 0 && claims.length + open.length > 1) {
      throw malformed(
        text,
        `{${claims[0]}} could end in more than one place, so that a key is of more than one caller; put a slash between`,
      )
    }
  }
}

const DAY_MS = 86_400_000

let today = { day: Number.NaN, text: '' }

/** `YYYY-MM-DD` of a time in milliseconds, UTC: made once a day. */
function dateOf(now: number): string {
  const day = Math.floor(now / DAY_MS)
  if (day !== today.day) today = { day, text: new Date(now).toISOString().slice(0, 10) }
  return today.text
}

function fillVariable(variable: string, caller: Caller, values: KeyValues): string {
  switch (variable) {
    case 'date':
      return dateOf(values.now)
    case 'uuid':
      return values.uuid
    case 'filename':
      return toFileName(values.filename ?? '')
    case 'ext':
      return extensionOf(toFileName(values.filename ?? ''))
    case 'path':
      throw new ServiceError('ERR_SERVICE_REQUEST_INVALID', 'The client must name the key')
    default:
      return claimOf(variable, caller)
  }
}

function claimOf(name: string, caller: Caller): string {
  const value = readClaim(name, caller)
  if (value !== undefined) return value
  throw new ServiceError(
    'ERR_SERVICE_NOT_GRANTED',
    `The caller has no claim "${name}" that can stand in a key: a short text, or a whole number below 2^53`,
  )
}

/** A claim as text, unless it is missing or could change the meaning of a key or a policy. */
function readClaim(name: string, { claims }: Caller): string | undefined {
  const value = Object.hasOwn(claims, name) ? claims[name] : undefined
  // JSON rounds numbers beyond 2^53: two callers would have one key.
  const text = Number.isSafeInteger(value) ? String(value) : value
  return typeof text === 'string' && CLAIM.test(text) ? text : undefined
}

function shapeOf(variable: string, caller: Caller): string | undefined {
  const shape = SHAPES[variable]
  if (shape !== undefined) return shape
  const claim = readClaim(variable, caller)
  return claim === undefined ? undefined : escapePattern(claim)
}

function escapePattern(text: string): string {
  return text.replace(/[$()*+./?[\\\]^{|}]/g, '\\$&')
}

function malformed(text: string, what: string): ServiceError {
  return new ServiceError('ERR_SERVICE_CONFIG_INVALID', `The key template "${text}" cannot be: ${what}`)
}
