import { type PresignedUpload, presignUpload } from 'cos-presign'
import { decide, type Permission } from '../grants/decide.ts'
import { defineRoute, type Route } from '../route.ts'
import type { Services } from '../services.ts'
import { type UploadRequest, uploadAnswer, uploadRequest } from '../wire.ts'

/** `POST /v1/uploads`: a presigned PUT for a new object. */
export const presignUploadRoute: Route = defineRoute({
  method: 'POST',
  path: '/v1/uploads',
  summary: 'A presigned URL for one upload',
  body: uploadRequest,
  answer: uploadAnswer,
  async run({ body, caller }, services) {
    const { grant, key, filename, lifetimeSeconds } = body
    const wish = { operation: 'upload', isNew: true, grant, key, filename, lifetimeSeconds } as const
    const permission = decide(wish, caller, services.grants, services)
    const { method, url, headers, effectiveExpiresAt, ...enforcement } = await presign(
      permission,
      body,
      services,
    )
    return {
      method,
      url,
      headers,
      bucket: permission.bucket,
      key: permission.key,
      grant: permission.grant.name,
      effectiveExpiresAt,
      enforced: enforcement.enforced,
      notEnforced: enforcement.notEnforced,
    }
  },
})

/** Signs what the client announced, which is checked against the constraints, and so enforced. */
async function presign(
  { bucket, key, constraints, lifetimeSeconds }: Permission,
  { contentType, sizeBytes, contentMd5 }: UploadRequest,
  { clientFor }: Services,
): Promise<PresignedUpload> {
  const client = await clientFor(lifetimeSeconds)
  const announced = { 'Content-Type': contentType, 'Content-Length': sizeBytes, 'Content-MD5': contentMd5 }
  const headers = Object.entries(announced).filter(
    (pair): pair is [string, string | number] => pair[1] !== undefined,
  )
  return presignUpload(
    client,
    { Bucket: bucket, Key: key, Expired: lifetimeSeconds, Headers: headers },
    constraints,
  )
}
