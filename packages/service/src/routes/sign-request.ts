import { issueAuthorization } from '../issue/authorization.ts'
import { defineRoute, type Route } from '../route.ts'
import { authorizationAnswer, authorizationRequest } from '../wire.ts'

/** `POST /v1/authorizations`: the Authorization of a request that the client makes itself. */
export const signRequestRoute: Route = defineRoute({
  method: 'POST',
  path: '/v1/authorizations',
  summary: 'The Authorization header for a request of the client’s own',
  body: authorizationRequest,
  answer: authorizationAnswer,
  run: ({ body, caller }, services) => issueAuthorization(body, caller, services),
})
