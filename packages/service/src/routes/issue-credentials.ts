import { issueCredentials } from '../issue/credentials.ts'
import { defineRoute, type Route } from '../route.ts'
import { credentialsAnswer, credentialsRequest } from '../wire.ts'

/** `POST /v1/credentials`: a temporary key for one object, or for the caller's prefix. */
export const issueCredentialsRoute: Route = defineRoute({
  method: 'POST',
  path: '/v1/credentials',
  summary: 'A temporary key that is good for what a grant allows',
  body: credentialsRequest,
  answer: credentialsAnswer,
  run: ({ body, caller }, services) => issueCredentials(body, caller, services),
})
