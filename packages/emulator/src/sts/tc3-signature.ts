import { createHash, createHmac } from 'node:crypto'
import { type StsWire, signedPlaces } from './sts-call.ts'

/** The parts of an Authorization header. */
export interface Tc3Fields {
  readonly secretId: string
  readonly date: string
  readonly service: string
  /** Lower-case names, as listed. */
  readonly signedHeaders: readonly string[]
  readonly signature: Buffer
}

/**
 * CanonicalRequest, once for each way that clients are known to write it: the place it is for, and values in lower case (as
 * documented) or as they are (the cloud SDK for Node.js).
 */
export function canonicalRequests(
  wire: StsWire,
  { signedHeaders }: Pick<Tc3Fields, 'signedHeaders'>,
): string[] {
  const { method, rawQuery, headers, body } = wire
  const isUnsigned = headers.get('x-tc-content-sha256')?.toUpperCase() === 'UNSIGNED-PAYLOAD'
  const payload = createHash('sha256')
    .update(isUnsigned ? 'UNSIGNED-PAYLOAD' : body)
    .digest('hex')
  const query = method === 'GET' ? rawQuery : ''
  return signedPlaces(wire).flatMap(({ host, path }) =>
    [true, false].map((isLower) => {
      const lines = signedHeaders.map((name) => {
        const value = (name === 'host' ? host : (headers.get(name) ?? '')).trim()
        return `${name}:${isLower ? value.toLowerCase() : value}\n`
      })
      return [method, path, query, lines.join(''), signedHeaders.join(';'), payload].join('\n')
    }),
  )
}

/** The signature of a CanonicalRequest: StringToSign under a key derived from the scope, step by step. */
export function signTc3(
  canonicalRequest: string,
  timestamp: number,
  { date, service }: Pick<Tc3Fields, 'date' | 'service'>,
  secretKey: string,
): Buffer {
  const digest = createHash('sha256').update(canonicalRequest, 'utf8').digest('hex')
  const text = ['TC3-HMAC-SHA256', timestamp, `${date}/${service}/tc3_request`, digest].join('\n')
  const key = [date, service, 'tc3_request'].reduce(
    (previous: Buffer, part) => hmac(previous, part),
    Buffer.from(`TC3${secretKey}`, 'utf8'),
  )
  return hmac(key, text)
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text, 'utf8').digest()
}
