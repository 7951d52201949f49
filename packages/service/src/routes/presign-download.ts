import { decide } from '../grants/decide.ts'
import { noteIssued } from '../observe/issued.ts'
import { defineRoute, type Route } from '../route.ts'
import { downloadRequest, presignedAnswer } from '../wire.ts'

/** `POST /v1/downloads`: a presigned GET for an object. */
export const presignDownloadRoute: Route = defineRoute({
  method: 'POST',
  path: '/v1/downloads',
  summary: 'A presigned URL for one download',
  body: downloadRequest,
  answer: presignedAnswer,
  async run({ body, caller }, services) {
    const { filename, disposition, ...wish } = body
    const permission = decide({ operation: 'download', ...wish }, caller, services.grants, services)
    const { bucket, key, lifetimeSeconds, grant } = permission
    const client = await services.readerFor(lifetimeSeconds, bucket)
    const { method, url, headers, effectiveExpiresAt } = client.presign({
      Method: 'GET',
      Bucket: bucket,
      Key: key,
      Expired: lifetimeSeconds,
      Filename: filename,
      Disposition: disposition,
    })
    noteIssued(services, permission, effectiveExpiresAt)
    return { method, url, headers, bucket, key, grant: grant.name, effectiveExpiresAt }
  },
})
