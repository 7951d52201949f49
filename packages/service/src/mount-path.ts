import { getPath } from 'hono/utils/url'

/** What the path of a request says. */
export interface MountedPath {
  /** The path by which the route is found: without the path that the service is mounted under, and without a ticket. */
  pathOf(request: Request): string
  /** The ticket in front of the path. */
  ticketOf(request: Request): string | undefined
}

const TICKET = /^\/t\/([^/]+)(\/.*)$/s

/** Paths under a `basePath`, whether the application around takes it away before the service sees the request or not. */
export function createMountedPath(basePath = ''): MountedPath {
  const front = `${basePath}/`
  return { pathOf, ticketOf }

  function pathOf(request: Request): string {
    const path = ownPath(request)
    return path.startsWith('/t/') ? (TICKET.exec(path)?.[2] ?? path) : path
  }

  function ticketOf(request: Request): string | undefined {
    return request.url.includes('/t/') ? TICKET.exec(ownPath(request))?.[1] : undefined
  }

  function ownPath(request: Request): string {
    const path = getPath(request)
    return basePath !== '' && path.startsWith(front) ? path.slice(basePath.length) : path
  }
}
