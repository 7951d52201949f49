import { decideAndUse } from '../grants/decide.ts'
import { createUpload } from '../issue/multipart.ts'
import { placeOf } from '../issue/upload.ts'
import { defineRoute, type Route } from '../route.ts'
import { multipartAnswer, multipartRequest } from '../wire.ts'

/** `POST /v1/multipart`: begins an upload in parts. */
export const createMultipartUploadRoute: Route = defineRoute({
  method: 'POST',
  path: '/v1/multipart',
  summary: 'Begins an upload in parts',
  body: multipartRequest,
  answer: multipartAnswer,
  async run({ body, caller }, services) {
    const { grant, key, filename, ...announced } = body
    const wish = { operation: 'multipart', isNew: true, grant, key, filename } as const
    return await decideAndUse(wish, caller, services.grants, services, async (permission) => ({
      ...placeOf(permission),
      ...(await createUpload(permission, announced, services)),
    }))
  },
})
