import { timingSafeEqual } from 'node:crypto'
import type { StsCall, StsWire } from './sts-call.ts'
import { StsRefusal } from './sts-refusal.ts'
import { signV1, textsToSign, type V1Method } from './v1-signature.ts'

/** Parameters of every call, which are not the action's. */
const COMMON: ReadonlySet<string> = new Set([
  'Action',
  'Language',
  'Nonce',
  'Region',
  'RequestClient',
  'SecretId',
  'Signature',
  'SignatureMethod',
  'Timestamp',
  'Token',
  'Version',
])

/**
 * Reads a call with signature v1: parameters in a form body or, with GET, in the query.
 *
 * @throws {StsRefusal} Something that every call has is missing or wrong.
 */
export function readV1Call(wire: StsWire): StsCall {
  const fields = readFields(wire)
  const timestamp = readNumber(fields, 'Timestamp')
  readNumber(fields, 'Nonce')
  const method = fields.get('SignatureMethod') ?? 'HmacSHA1'
  if (!isMethod(method)) {
    throw new StsRefusal('InvalidParameterValue', 'SignatureMethod must be HmacSHA1 or HmacSHA256.')
  }
  const signature = Buffer.from(required(fields, 'Signature'), 'base64')
  return {
    action: required(fields, 'Action'),
    version: required(fields, 'Version'),
    timestamp,
    secretId: required(fields, 'SecretId'),
    token: fields.get('Token') || undefined,
    params: new Map([...fields].filter(([name]) => !COMMON.has(name))),
    isSignedWith: (secretKey) =>
      textsToSign(wire, fields).some((text) => {
        const expected = signV1(text, secretKey, method)
        return expected.length === signature.length && timingSafeEqual(expected, signature)
      }),
  }
}

function isMethod(text: string): text is V1Method {
  return text === 'HmacSHA1' || text === 'HmacSHA256'
}

function readFields({ method, params, body }: StsWire): Map<string, string> {
  const pairs =
    method === 'GET'
      ? params.map(({ name, value }) => [name, value] as const)
      : new URLSearchParams(body.toString('utf8'))
  const fields = new Map<string, string>()
  for (const [name, value] of pairs) {
    if (fields.has(name)) throw new StsRefusal('InvalidParameter', 'A parameter is there twice.')
    fields.set(name, value)
  }
  return fields
}

function required(fields: ReadonlyMap<string, string>, name: string): string {
  const value = fields.get(name)
  if (value === undefined || value === '') {
    throw new StsRefusal('MissingParameter', `The request is missing the required parameter ${name}.`)
  }
  return value
}

function readNumber(fields: ReadonlyMap<string, string>, name: string): number {
  const text = required(fields, name)
  if (!/^\d{1,15}$/.test(text)) {
    throw new StsRefusal('InvalidParameterValue', `${name} must be a whole number, not negative.`)
  }
  return Number(text)
}
