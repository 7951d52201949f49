import { ServiceError } from '../errors.ts'
import type { Grant } from '../grants/grant.ts'
import { defineRoute, type Route } from '../route.ts'
import { ticketAnswer, ticketRequest } from '../wire.ts'

/** `POST /v1/tickets`: a proof of who asks, for a client that can put it into nothing but a path. */
export const issueTicketRoute: Route = defineRoute({
  method: 'POST',
  path: '/v1/tickets',
  summary:
    'A short-lived ticket, to be put into the path of requests that cannot carry an Authorization header',
  body: ticketRequest,
  answer: ticketAnswer,
  async run({ body, caller }, { grants, tickets, basePath, onIssued }) {
    if (tickets === undefined) {
      throw new ServiceError(
        'ERR_SERVICE_NOT_FOUND',
        'This service makes no tickets; its configuration lacks authenticate.tickets',
      )
    }
    if (caller.method === 'ticket') {
      throw new ServiceError('ERR_SERVICE_NOT_GRANTED', 'A ticket does not get another ticket')
    }
    const opened = grants.filter(
      (grant) => grant.isFor(caller) && (body.grants?.includes(grant.name) ?? true),
    )
    assertEachOpened(body.grants ?? [], opened)
    const lifetimeSeconds = Math.min(
      body.lifetimeSeconds ?? tickets.maxLifetimeSeconds,
      tickets.maxLifetimeSeconds,
    )
    const { ticket, expiresAt } = await tickets.issue(caller, opened, lifetimeSeconds)
    for (const grant of opened) onIssued?.({ caller, grant, operation: 'ticket', expiresAt })
    return { ticket, path: `${basePath}/t/${ticket}`, grants: opened.map(({ name }) => name), expiresAt }
  },
})

function assertEachOpened(names: readonly string[], opened: readonly Grant[]): void {
  const missing = names.find((name) => !opened.some((grant) => grant.name === name))
  if (missing === undefined && opened.length > 0) return
  const message =
    missing === undefined ? 'No grant is for this caller' : `The grant "${missing}" is not for this caller`
  throw new ServiceError('ERR_SERVICE_NOT_GRANTED', message, { grant: missing })
}
