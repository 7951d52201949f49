import { timingSafeEqual } from 'node:crypto'
import type { StsCall, StsParams, StsWire } from './sts-call.ts'
import { StsRefusal } from './sts-refusal.ts'
import { canonicalRequests, signTc3, type Tc3Fields } from './tc3-signature.ts'

const AUTHORIZATION =
  /^TC3-HMAC-SHA256 Credential=([^/\s,]+)\/(\d{4}-\d\d-\d\d)\/([^/\s,]+)\/tc3_request, ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$/i

/**
 * Reads a call with signature v3: the action in headers, its parameters in a JSON body or, with GET, in the query.
 *
 * @throws {StsRefusal} Something that every call has is missing or wrong.
 * @see https://cloud.tencent.com/document/product/1312/48198
 */
export function readTc3Call(wire: StsWire): StsCall {
  const { headers } = wire
  const authorization = headers.get('authorization') ?? ''
  const timestamp = readTimestamp(headers)
  const call = {
    action: required(headers, 'x-tc-action'),
    version: required(headers, 'x-tc-version'),
    timestamp,
    token: headers.get('x-tc-token') || undefined,
    params: readParams(wire),
  }
  // What a caller without a key sends, for actions that ask for other proof.
  if (authorization === 'SKIP') return { ...call, isSignedWith: () => false }
  const fields = parseAuthorization(authorization, timestamp, wire.host)
  return {
    ...call,
    secretId: fields.secretId,
    isSignedWith: (secretKey) =>
      canonicalRequests(wire, fields).some((text) => {
        const expected = signTc3(text, timestamp, fields, secretKey)
        return timingSafeEqual(expected, fields.signature)
      }),
  }
}

function parseAuthorization(text: string, timestamp: number, host: string): Tc3Fields {
  const match = AUTHORIZATION.exec(text)
  if (match === null) {
    throw new StsRefusal(
      'AuthFailure.InvalidAuthorization',
      'The Authorization header is not of the form TC3-HMAC-SHA256 Credential=<SecretId>/<date>/sts/tc3_request, SignedHeaders=<names>, Signature=<64 hex digits>.',
    )
  }
  const [, secretId = '', date = '', service = '', names = '', signature = ''] = match
  const signedHeaders = names.toLowerCase().split(';')
  const fault = faultOf({ date, service, signedHeaders }, timestamp, host)
  if (fault !== undefined) throw new StsRefusal('AuthFailure.InvalidAuthorization', fault)
  return { secretId, date, service, signedHeaders, signature: Buffer.from(signature, 'hex') }
}

function faultOf(
  { date, service, signedHeaders }: Pick<Tc3Fields, 'date' | 'service' | 'signedHeaders'>,
  timestamp: number,
  host: string,
): string | undefined {
  // The cloud SDKs take the first label of the endpoint for the name of the service, whatever it is.
  if (service !== 'sts' && service !== host.split('.', 1)[0]) {
    return 'The credential scope must name the service sts.'
  }
  if (new Date(timestamp * 1000).toISOString().slice(0, 10) !== date) {
    return 'The date of the credential scope is not that of X-TC-Timestamp in UTC.'
  }
  return signedHeaders.includes('content-type') && signedHeaders.includes('host')
    ? undefined
    : 'SignedHeaders must name content-type and host.'
}

function readParams({ method, params, headers, body }: StsWire): StsParams {
  if (method === 'GET') return new Map(params.map(({ name, value }) => [name, value]))
  if (/^multipart\//i.test(headers.get('content-type') ?? '')) {
    throw new StsRefusal(
      'UnsupportedOperation',
      'Not implemented by this emulator: multipart/form-data calls.',
    )
  }
  const parsed = parseJson(body.toString('utf8'))
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new StsRefusal('InvalidParameter', 'The body of the request must be a JSON object.')
  }
  return new Map(Object.entries(parsed))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function readTimestamp(headers: ReadonlyMap<string, string>): number {
  const text = required(headers, 'x-tc-timestamp')
  if (!/^\d{1,10}$/.test(text)) {
    throw new StsRefusal('InvalidParameterValue', 'X-TC-Timestamp must be a time in Unix seconds.')
  }
  return Number(text)
}

function required(headers: ReadonlyMap<string, string>, name: string): string {
  const value = headers.get(name)
  if (value === undefined || value === '') {
    throw new StsRefusal('MissingParameter', `The request is missing the required header ${name}.`)
  }
  return value
}
