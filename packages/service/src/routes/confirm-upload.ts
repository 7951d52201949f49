import { decideFirst } from '../grants/decide.ts'
import { confirmObject } from '../issue/confirm.ts'
import { defineRoute, type Route } from '../route.ts'
import { confirmAnswer, confirmRequest } from '../wire.ts'

/** `POST /v1/confirm`: whether an uploaded object is what was granted. */
export const confirmUploadRoute: Route = defineRoute({
  method: 'POST',
  path: '/v1/confirm',
  summary: 'Whether an uploaded object is what was granted',
  body: confirmRequest,
  answer: confirmAnswer,
  async run({ body, caller }, services) {
    const { grant, key, ...expected } = body
    const permission = decideFirst(['upload', 'multipart'], { grant, key }, caller, services.grants, services)
    return await confirmObject(permission, expected, services)
  },
})
