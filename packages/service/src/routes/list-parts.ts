import { decide } from '../grants/decide.ts'
import { listParts } from '../issue/multipart.ts'
import { defineRoute, type Route } from '../route.ts'
import { uploadedPartsAnswer, uploadReference } from '../wire.ts'

/** `GET /v1/multipart/:uploadId/parts?key=…`: the parts that have arrived. */
export const listPartsRoute: Route = defineRoute({
  method: 'GET',
  path: '/v1/multipart/:uploadId/parts',
  summary: 'The parts that have arrived',
  body: uploadReference,
  answer: uploadedPartsAnswer,
  async run({ body, params, caller }, services) {
    const permission = decide({ operation: 'multipart', ...body }, caller, services.grants, services)
    return { parts: await listParts(permission, params.uploadId ?? '', services) }
  },
})
