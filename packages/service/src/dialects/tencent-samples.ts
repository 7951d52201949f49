import { presignUpload } from 'cos-presign'
import { z } from 'zod'
import type { Caller } from '../caller.ts'
import { decideAndUse, type Permission } from '../grants/decide.ts'
import { issueCredentials } from '../issue/credentials.ts'
import { assertForm, assertKept, issuePostForm, toHeaders } from '../issue/upload.ts'
import { noteIssued } from '../observe/issued.ts'
import type { Problem } from '../problem.ts'
import { defineRoute, type Refusal, type Route } from '../route.ts'
import { readBySchema } from '../schema.ts'
import type { Services } from '../services.ts'
import { mediaType } from '../texts.ts'

/*
 * The paths and JSON of the sample servers that come with Tencent's SDKs and demos, for front ends that were written against them. Every
 * one of them makes a new object, whose key the service chooses; `ext` is the extension of the file;
 * `contentType` and `size` (bytes) say more where a grant limits them.
 */

type Mode = 'on' | 'vendor-status'

const anything = z.unknown()

/** Routes for both methods that the samples take. */
export function tencentSampleRoutes(mode: Mode): Route[] {
  function refuse({ status, detail }: Problem): Refusal {
    return { status: mode === 'vendor-status' ? 200 : status, body: { code: '-1', message: detail } }
  }
  const samples: readonly (readonly [path: string, answer: Sample])[] = [
    ['/getKeyAndCredentials', answerKeyAndCredentials],
    ['/put-sign', answerPutSign],
    ['/put-sign-limit', answerPutSign],
    ['/post-policy', answerPostPolicy],
    ['/post-policy-limit', answerPostPolicy],
    [
      '/sts-direct-sign',
      async (...request) => ({ code: 0, message: '', data: await answerPutSign(...request) }),
    ],
  ]
  return samples.flatMap(([path, answer]) =>
    (['GET', 'POST'] as const).map((method) =>
      defineRoute({
        method,
        path,
        summary: 'As in Tencent’s samples',
        answer: anything,
        refuse,
        run: ({ query, caller }, services) =>
          answer(
            readBySchema(fileQuery, query, 'ERR_SERVICE_REQUEST_INVALID', 'The query'),
            caller,
            services,
          ),
      }),
    ),
  )
}

const text = z.string().max(1024)
const fileQuery = z.object({
  ext: text.optional(),
  filename: text.optional(),
  grant: text.optional(),
  contentType: mediaType.optional(),
  size: z.coerce.number().int().min(0).optional(),
})

type Query = z.infer<typeof fileQuery>
type Sample = (query: Query, caller: Caller, services: Services) => Promise<object>

function fileNameOf({ ext = '', filename }: Query): string {
  return filename ?? `file.${ext.replace(/^\./, '')}`
}

async function upload<T>(
  query: Query,
  caller: Caller,
  services: Services,
  use: (permission: Permission) => Promise<T>,
): Promise<T> {
  const { grant } = query
  const wish = { operation: 'upload', isNew: true, grant, filename: fileNameOf(query) } as const
  return await decideAndUse(wish, caller, services.grants, services, use)
}

async function answerKeyAndCredentials(query: Query, caller: Caller, services: Services): Promise<object> {
  const wish = { grant: query.grant, filename: fileNameOf(query) }
  const key = await issueCredentials(wish, caller, services)
  return {
    TmpSecretId: key.secretId,
    TmpSecretKey: key.secretKey,
    SessionToken: key.securityToken,
    StartTime: key.startsAt,
    ExpiredTime: key.effectiveExpiresAt,
    Bucket: key.bucket,
    Region: key.region,
    Key: key.key,
    ...(key.keyPrefix === undefined ? {} : { KeyPrefix: key.keyPrefix }),
  }
}

function answerPutSign(query: Query, caller: Caller, services: Services): Promise<object> {
  return upload(query, caller, services, (permission) => signPut(permission, query, services))
}

async function signPut(permission: Permission, query: Query, services: Services): Promise<object> {
  assertForm(permission, 'put')
  const { bucket, key, constraints, lifetimeSeconds } = permission
  const client = await services.writerFor(lifetimeSeconds, bucket)
  const headers = toHeaders({ contentType: query.contentType, sizeBytes: query.size })
  const put = presignUpload(client, { Bucket: bucket, Key: key, Headers: headers }, constraints)
  assertKept(permission, put.notEnforced)
  const signed = client.authorize({
    Method: 'PUT',
    Bucket: bucket,
    Key: key,
    Headers: put.headers,
    Expired: lifetimeSeconds,
  })
  noteIssued(services, permission, put.effectiveExpiresAt)
  return {
    cosHost: new URL(put.url).host,
    cosKey: key,
    authorization: signed.authorization,
    securityToken: signed.headers['x-cos-security-token'] ?? '',
    headers: put.headers,
  }
}

async function answerPostPolicy(query: Query, caller: Caller, services: Services): Promise<object> {
  const announced = { contentType: query.contentType }
  const { url, fields, key } = await upload(query, caller, services, (permission) =>
    issuePostForm(permission, announced, services),
  )
  const policy = fields.policy ?? ''
  return {
    cosHost: new URL(url).host,
    cosKey: key,
    policyObj: JSON.parse(atob(policy)),
    policy,
    qSignAlgorithm: fields['q-sign-algorithm'],
    qAk: fields['q-ak'],
    qKeyTime: fields['q-key-time'],
    qSignature: fields['q-signature'],
    securityToken: fields['x-cos-security-token'] ?? '',
  }
}
