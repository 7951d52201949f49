import { encode } from '../percent-encoding.ts'
import { redactId } from '../print.ts'
import type { Case } from './case.ts'
import { conceal } from './conceal.ts'
import type { ComparableTexts, DiagnosedRequest } from './diagnosis.ts'
import { writeHttpLines } from './http-lines.ts'

/** The request as it was read, fit to be shown. */
export function describeRequest({ request, fields }: Case): DiagnosedRequest | undefined {
  if (request === undefined) return undefined
  const { method, scheme, urlHost, host, rawPath, query } = request
  const authority = urlHost ?? host
  return {
    method,
    url:
      authority === undefined ? undefined : conceal(`${scheme ?? 'https'}://${authority}${rawPath}${query}`),
    secretId: fields && redactId(fields.secretId),
    startsAt: fields?.signTime.startsAt,
    expiresAt: fields?.signTime.expiresAt,
    signedHeaders: fields?.headerList,
    signedParams: fields?.urlParamList,
  }
}

/** The texts to compare with those of the signer. */
export function toCompare({ answer, sent, request }: Case): ComparableTexts | undefined {
  const server = answer?.lines
  if (server !== undefined) return { from: 'server', httpString: conceal(writeHttpLines(server)) }
  if (sent === undefined || request?.method === undefined) return undefined
  return { from: 'request', httpString: conceal(writeHttpLines(sent)) }
}

// A shorter one would be found in any text by chance.
const MIN_SECRET_LENGTH = 6

/** Every secret that is known, in the forms it may be written in. */
export function secretsOf({ key, request, fields }: Case): string[] {
  const tokens = (request?.headers ?? []).filter(({ name }) => /security-token$|^authorization$/.test(name))
  const params = (request?.read?.target.params ?? []).filter(({ name }) => /security-token$/i.test(name))
  const known = [
    key?.secretKey,
    key?.secretKey.trim(),
    key?.securityToken,
    fields?.securityToken,
    fields?.signature,
    ...tokens.map(({ value }) => value),
    ...params.flatMap(({ value, rawValue }) => [value, rawValue]),
  ]
  const secrets = known.flatMap((secret) => (secret === undefined ? [] : [secret, encode(secret)]))
  return [...new Set(secrets)]
    .filter(({ length }) => length >= MIN_SECRET_LENGTH)
    .sort((a, b) => b.length - a.length)
}
