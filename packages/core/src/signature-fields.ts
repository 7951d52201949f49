import type { RequestTarget, TargetParam } from './request-target.ts'
import type { TimeWindow } from './time-window.ts'

/** The fields of a signature, parsed (documentation 436/7778, step 8). */
export interface SignatureFields {
  /** `sha1`, the only published algorithm. */
  readonly algorithm: string
  /** Names the key that signed; as it came, so unverified. */
  readonly secretId: string
  /** `q-sign-time`: what StringToSign holds. */
  readonly signTime: TimeWindow
  /** `q-key-time`: what the sign key was derived from; nearly always the same. */
  readonly keyTime: TimeWindow
  /** The names of the signed headers, as listed. */
  readonly headerList: readonly string[]
  /** The names of the signed parameters, as listed. */
  readonly urlParamList: readonly string[]
  /** 40 hex digits, in lower case. */
  readonly signature: string
  /** A token that came as an eighth pair (the .NET SDK makes such). */
  readonly securityToken?: string
}

/** A text with seven fields, by name. */
export type RawFields = ReadonlyMap<string, string>

const NAMES = [
  'q-sign-algorithm',
  'q-ak',
  'q-sign-time',
  'q-key-time',
  'q-header-list',
  'q-url-param-list',
  'q-signature',
] as const

/** Whether a name is one of the seven. */
export function isFieldName(name: string): boolean {
  return (NAMES as readonly string[]).includes(name)
}

/** Splits an Authorization value at `&` and the first `=`; answers what is wrong as a text. */
export function splitAuthorization(value: string): RawFields | string {
  const fields = new Map<string, string>()
  for (const part of value.split('&')) {
    const equals = part.indexOf('=')
    if (equals < 1) return 'The signature has a part without a name and "="'
    const name = part.slice(0, equals)
    if (fields.has(name)) return `The signature has "${known(name)}" twice`
    fields.set(name, part.slice(equals + 1))
  }
  return fields
}

/** Whether a text looks like an Authorization value of this algorithm. */
export function looksSigned(value: string): boolean {
  return /(?:^|&)q-(?:sign-algorithm|ak|signature)=/.test(value)
}

/** A signature found in a query. */
export interface SignatureInQuery {
  readonly raw: RawFields | string
  /** The parameter that holds all of it, when it is merged. */
  readonly merged?: TargetParam
}

/** Finds the signature in a query, if there is something like one: merged into `sign`, or as parameters. */
export function signatureInQuery({ params }: RequestTarget): SignatureInQuery | undefined {
  const merged = params.find(({ name, value }) => name === 'sign' && looksSigned(value))
  if (merged !== undefined) return { raw: splitAuthorization(merged.value), merged }
  const named = params.some(
    ({ name }) => name === 'q-signature' || name === 'q-ak' || name === 'q-sign-algorithm',
  )
  return named ? { raw: collectFields(params) } : undefined
}

function collectFields(params: readonly TargetParam[]): RawFields | string {
  const fields = new Map<string, string>()
  for (const { name, value } of params) {
    if (!isFieldName(name)) continue
    if (fields.has(name)) return `The query has "${name}" twice`
    fields.set(name, value)
  }
  return fields
}

/** Parses the seven fields; answers what is wrong as a text that holds no value. */
export function readFields(fields: RawFields): SignatureFields | string {
  for (const name of NAMES) if (!fields.has(name)) return `The signature has no "${name}"`
  const signTime = readTimes(fields.get('q-sign-time') as string)
  if (signTime === undefined) return TIMES('q-sign-time')
  const keyTime = readTimes(fields.get('q-key-time') as string)
  if (keyTime === undefined) return TIMES('q-key-time')
  const signature = fields.get('q-signature') as string
  if (!/^[0-9a-fA-F]{40}$/.test(signature)) return '"q-signature" is not 40 hex digits'
  const secretId = fields.get('q-ak') as string
  if (secretId === '') return '"q-ak" is empty'
  const securityToken = fields.get('x-cos-security-token')
  return {
    algorithm: fields.get('q-sign-algorithm') as string,
    secretId,
    signTime,
    keyTime,
    headerList: readList(fields.get('q-header-list') as string),
    urlParamList: readList(fields.get('q-url-param-list') as string),
    signature: signature.toLowerCase(),
    ...(securityToken === undefined ? {} : { securityToken }),
  }
}

function TIMES(name: string): string {
  return `"${name}" is not two times in Unix seconds with ";" between, the first not after the second`
}

/** Reads a key time; `undefined` when the text is none. */
export function readTimes(text: string): TimeWindow | undefined {
  const match = /^(\d{1,15});(\d{1,15})$/.exec(text)
  if (match === null) return undefined
  const window = { startsAt: Number(match[1]), expiresAt: Number(match[2]) }
  // What was signed is the text: a time that would be written differently again (leading zeros) is none of ours.
  return window.startsAt <= window.expiresAt && `${window.startsAt};${window.expiresAt}` === text
    ? window
    : undefined
}

function readList(text: string): string[] {
  return text === '' ? [] : text.split(';')
}

function known(name: string): string {
  return isFieldName(name) ? name : 'a field'
}
