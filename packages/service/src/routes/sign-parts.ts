import { decide } from '../grants/decide.ts'
import { signParts } from '../issue/multipart.ts'
import { defineRoute, type Route } from '../route.ts'
import { partsAnswer, partsRequest } from '../wire.ts'

/** `POST /v1/multipart/:uploadId/parts`: presigned PUTs of some parts. */
export const signPartsRoute: Route = defineRoute({
  method: 'POST',
  path: '/v1/multipart/:uploadId/parts',
  summary: 'Presigned URLs for some parts',
  body: partsRequest,
  answer: partsAnswer,
  async run({ body, params, caller }, services) {
    const { grant, key, partNumbers, lifetimeSeconds } = body
    const wish = { operation: 'multipart', grant, key, lifetimeSeconds } as const
    const permission = decide(wish, caller, services.grants, services)
    return { parts: await signParts(permission, params.uploadId ?? '', partNumbers, services) }
  },
})
