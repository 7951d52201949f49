import { z } from 'zod'
import { ServiceError } from '../errors.ts'
import { decideScope, type Scope, type ScopeOperation } from '../grants/decide-scope.ts'
import { issueAuthorization } from '../issue/authorization.ts'
import { issueCredentials, noteKey, temporaryKeysOf } from '../issue/credentials.ts'
import type { IssuedKey } from '../issue/temporary-keys.ts'
import { defineRoute, type Route } from '../route.ts'
import { readBySchema } from '../schema.ts'
import { headerName, headerValue, wellFormed } from '../texts.ts'

/*
 * What getAuthorization of cos-js-sdk-v5, cos-nodejs-sdk-v5 and cos-wx-sdk-v5 asks its backend for, and the session credentials of the SDKs for
 * Android and iOS. Answers have both the names of the STS SDKs and those of the callback, so that a page may pass them on as they are.
 */

/** A temporary key in the JSON of the SDKs. Times are Unix seconds of ten digits. */
function toSessionJson({ credential, startsAt, expiresAt, requestId }: IssuedKey): object {
  const { secretId, secretKey, securityToken = '' } = credential
  return {
    credentials: { tmpSecretId: secretId, tmpSecretKey: secretKey, sessionToken: securityToken },
    startTime: startsAt,
    expiredTime: expiresAt,
    expiration: new Date(expiresAt * 1000).toISOString(),
    requestId,
    TmpSecretId: secretId,
    TmpSecretKey: secretKey,
    SecurityToken: securityToken,
    SessionToken: securityToken,
    StartTime: startsAt,
    ExpiredTime: expiresAt,
  }
}

/** As `refuse` of a route: the problem, and what older front ends look at. */
function refuse(problem: { readonly status: number; readonly detail: string }): {
  status: number
  body: object
} {
  return { status: problem.status, body: { ...problem, error: problem.detail, message: problem.detail } }
}

const text = z.string().max(1024)
const sessionQuery = z.object({
  grant: text.optional(),
  key: text.optional(),
  filename: text.optional(),
})

/** `GET /sts` and `POST /sts`: a key for the caller's prefix, for one object, or for a new one. */
const sessionRoutes = (['GET', 'POST'] as const).map((method) =>
  defineRoute({
    method,
    path: '/sts',
    summary: 'A temporary key, as the STS SDKs answer',
    answer: z.looseObject({}),
    refuse,
    async run({ query, caller, requestId }, services) {
      const { grant, key, filename } = readBySchema(
        sessionQuery,
        query,
        'ERR_SERVICE_REQUEST_INVALID',
        'The query',
      )
      const issued = await issueCredentials({ grant, key, filename }, caller, services)
      const { secretId, secretKey, securityToken, startsAt, effectiveExpiresAt, bucket, region } = issued
      const { key: only, keyPrefix } = issued
      const session = toSessionJson({
        credential: { secretId, secretKey, securityToken },
        startsAt,
        expiresAt: effectiveExpiresAt,
        requestId,
        region,
        enforcement: [],
      })
      const place = { bucket, region, key: only, keyPrefix, Bucket: bucket, Region: region, Key: only }
      return { ...session, ...place, effectiveExpiresAt }
    },
  }),
)

/** What a call of an SDK does, and what of a grant that is. */
const OPERATION_OF_ACTION: ReadonlyMap<string, ScopeOperation> = new Map(
  Object.entries({
    PutObject: 'upload',
    PostObject: 'upload',
    InitiateMultipartUpload: 'multipart',
    ListMultipartUploads: 'multipart',
    ListParts: 'multipart',
    UploadPart: 'multipart',
    CompleteMultipartUpload: 'multipart',
    AbortMultipartUpload: 'multipart',
    GetObject: 'download',
    HeadObject: 'download',
    DeleteObject: 'delete',
  } as const),
)

const scopes = z
  .array(z.looseObject({ action: text, bucket: text.optional(), prefix: z.string().min(1).max(850) }))
  .min(1)
  .max(20)

/**
 * `POST /sts-scope`: a key for exactly the calls that the SDK is about to make, each for one object (with `ScopeLimit: true`).
 */
const scopeRoute: Route = defineRoute({
  method: 'POST',
  path: '/sts-scope',
  summary: 'A temporary key for the calls that an SDK is about to make',
  body: scopes,
  answer: z.looseObject({}),
  refuse,
  async run({ body, query, caller }, services) {
    const issueTemporaryKey = temporaryKeysOf(services)
    const granted = body.map(({ action, bucket, prefix }): Scope => {
      const operation = OPERATION_OF_ACTION.get(action.replace(/^name\/cos:/, ''))
      if (operation === undefined) {
        throw new ServiceError('ERR_SERVICE_NOT_GRANTED', `No grant can allow the action "${action}"`)
      }
      const key = prefix.replace(/^\//, '')
      const wish = { grant: query.grant, bucket, key, operations: [operation] }
      return decideScope(wish, caller, services.grants, services)
    })
    const [first, ...others] = granted
    if (first === undefined || others.some((scope) => scope.bucket !== first.bucket)) {
      throw new ServiceError(
        'ERR_SERVICE_REQUEST_INVALID',
        'All scopes must name the same bucket; ask once for each bucket',
      )
    }
    const key = await issueTemporaryKey([first, ...others])
    for (const scope of granted) noteKey(services, caller, scope, key.expiresAt)
    return { ...toSessionJson(key), ScopeLimit: true, effectiveExpiresAt: key.expiresAt }
  },
})

const callToSign = z.looseObject({
  Bucket: text.optional(),
  Method: text,
  Key: z.string().max(1024).optional(),
  Pathname: z.string().max(1024).optional(),
  Query: z.record(wellFormed(128), z.union([wellFormed(8192), z.number()])).optional(),
  Headers: z.record(headerName, z.union([headerValue, z.number()])).optional(),
})

/** `POST /authorization`: a ready signature for one call, with exactly the headers and parameters that the SDK has. */
const authorizationRoute: Route = defineRoute({
  method: 'POST',
  path: '/authorization',
  summary: 'A ready signature for one call of an SDK',
  body: callToSign,
  answer: z.looseObject({}),
  refuse,
  async run({ body, query, caller }, services) {
    const key = (body.Key || (body.Pathname ?? '')).replace(/^\//, '')
    const given = toTexts(body.Headers)
    const host = given.host
    delete given.host
    const signed = await issueAuthorization(
      {
        grant: query.grant,
        bucket: body.Bucket,
        method: methodOf(body.Method),
        key,
        headers: given,
        params: toTexts(body.Query),
      },
      caller,
      services,
    )
    assertSent(signed.headers, given, host)
    const token = signed.headers['x-cos-security-token']
    return {
      Authorization: signed.authorization,
      ...(token === undefined ? {} : { SecurityToken: token, XCosSecurityToken: token }),
      effectiveExpiresAt: signed.effectiveExpiresAt,
    }
  },
})

function methodOf(text: string): 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE' {
  const method = text.toUpperCase()
  if (/^(?:GET|HEAD|PUT|POST|DELETE)$/.test(method)) return method as 'GET'
  throw new ServiceError('ERR_SERVICE_NOT_GRANTED', `No grant can allow the method ${method}`)
}

function toTexts(record: Readonly<Record<string, string | number>> = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [name.toLowerCase(), String(value)]),
  )
}

/** The SDK sends what it signs, so a header that the grant asks for and the SDK does not have cannot be kept. */
function assertSent(
  signed: Readonly<Record<string, string>>,
  given: Readonly<Record<string, string>>,
  host: string | undefined,
): void {
  const added = Object.keys(signed)
    .map((name) => name.toLowerCase())
    .filter((name) => !['authorization', 'host', 'x-cos-security-token'].includes(name) && !(name in given))
  if (added.length > 0) {
    throw new ServiceError(
      'ERR_SERVICE_NOT_GRANTED',
      `The grant asks for ${added.join(', ')}, which the SDK does not sign; send it, or use /sts-scope`,
    )
  }
  const signedHost = signed.host ?? signed.Host
  if (host !== undefined && signedHost !== undefined && host !== signedHost) {
    throw new ServiceError(
      'ERR_SERVICE_REQUEST_INVALID',
      `The SDK sends the host ${host}, the service signs ${signedHost}; give both the same domain`,
    )
  }
}

export const COS_SDK_ROUTES: readonly Route[] = [...sessionRoutes, scopeRoute, authorizationRoute]
