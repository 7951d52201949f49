import { decide } from '../grants/decide.ts'
import { completeUpload } from '../issue/multipart.ts'
import { placeOf } from '../issue/upload.ts'
import { defineRoute, type Route } from '../route.ts'
import { completionAnswer, completionRequest } from '../wire.ts'

/** `POST /v1/multipart/:uploadId/complete`: makes the object of its parts, if the whole is what the grant allows. */
export const completeMultipartUploadRoute: Route = defineRoute({
  method: 'POST',
  path: '/v1/multipart/:uploadId/complete',
  summary: 'Makes the object of its parts',
  body: completionRequest,
  answer: completionAnswer,
  async run({ body, params, caller }, services) {
    const { grant, key, parts } = body
    const permission = decide({ operation: 'multipart', grant, key }, caller, services.grants, services)
    const { etag, sizeBytes } = await completeUpload(permission, params.uploadId ?? '', parts, services)
    return { ...placeOf(permission), etag, sizeBytes }
  },
})
