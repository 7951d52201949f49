import { decide } from '../grants/decide.ts'
import { abortUpload } from '../issue/multipart.ts'
import { placeOf } from '../issue/upload.ts'
import { defineRoute, type Route } from '../route.ts'
import { abortAnswer, uploadReference } from '../wire.ts'

/** `DELETE /v1/multipart/:uploadId?key=…`: gives an upload in parts up. */
export const abortMultipartUploadRoute: Route = defineRoute({
  method: 'DELETE',
  path: '/v1/multipart/:uploadId',
  summary: 'Gives an upload in parts up',
  body: uploadReference,
  answer: abortAnswer,
  async run({ body, params, caller }, services) {
    const permission = decide({ operation: 'multipart', ...body }, caller, services.grants, services)
    await abortUpload(permission, params.uploadId ?? '', services)
    return placeOf(permission)
  },
})
