import { ServiceError } from '../errors.ts'
import { decide } from '../grants/decide.ts'
import type { Links } from '../links/links.ts'
import { linkAnswer, linkRequest, linkRevoked } from '../links/wire.ts'
import { noteIssued } from '../observe/issued.ts'
import { defineRoute, type Route } from '../route.ts'
import type { Services } from '../services.ts'

/** `POST /links`: a share link for one object. */
export const createLinkRoute: Route = defineRoute({
  method: 'POST',
  path: '/links',
  summary: 'A share link: revocable, for a time, a number of downloads, and with a password if wanted',
  body: linkRequest,
  answer: linkAnswer,
  async run({ body, caller }, services) {
    const links = linksOf(services)
    const { grant, key } = body
    const permission = decide({ operation: 'link', grant, key }, caller, services.grants, services)
    const link = await links.create(permission, body)
    noteIssued(services, permission, link.expiresAt)
    return link
  },
})

/** `GET /links/{id}`: what became of a link. */
export const readLinkRoute: Route = defineRoute({
  method: 'GET',
  path: '/links/:id',
  summary: 'A share link of the caller, and how often it was followed',
  answer: linkAnswer,
  run: async ({ params, caller }, services) => await linksOf(services).read(params.id ?? '', caller),
})

/** `DELETE /links/{id}`: the end of a link. */
export const revokeLinkRoute: Route = defineRoute({
  method: 'DELETE',
  path: '/links/:id',
  summary: 'Revokes a share link of the caller, at once and on all replicas',
  answer: linkRevoked,
  async run({ params, caller }, services) {
    const { id = '' } = params
    await linksOf(services).revoke(id, caller)
    return { id, revoked: true as const }
  },
})

function linksOf({ links }: Services): Links {
  if (links !== undefined) return links
  throw new ServiceError(
    'ERR_SERVICE_NOT_FOUND',
    'This service makes no links; its configuration lacks links',
  )
}
