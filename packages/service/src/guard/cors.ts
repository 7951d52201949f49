import type { MiddlewareHandler } from 'hono'
import { cors } from 'hono/cors'
import { z } from 'zod'
import { ServiceError } from '../errors.ts'

/** Which pages of other origins may use the service. */
export interface CorsOptions {
  /** Exact origins, such as `https://app.example.com`; never a wildcard. */
  readonly origins: readonly string[]
  /**
   * Whether a page may send cookies and other credentials of the browser, for `authenticate.host`.
   * @default false
   */
  readonly credentials?: boolean | undefined
  /**
   * How many seconds a browser may remember the answer to a preflight.
   * @default 600
   */
  readonly maxAgeSeconds?: number | undefined
}

export const corsSchema: z.ZodType<CorsOptions> = z.strictObject({
  origins: z
    .array(
      z.string().refine(isOrigin, 'must be an exact origin like https://app.example.com, without a path'),
    )
    .min(1),
  credentials: z.boolean().optional(),
  maxAgeSeconds: z.int().min(0).max(86_400).optional(),
})

function isOrigin(text: string): boolean {
  // Apps have schemes of their own, whose origin URL does not know: capacitor://localhost.
  return /^https?:/.test(text) && URL.canParse(text)
    ? new URL(text).origin === text && !text.includes('*')
    : /^(?!https?:)[a-z][a-z\d+.-]*:\/\/[a-z\d.-]+(?::\d+)?$/.test(text)
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE']
const EXPOSED = ['X-Request-Id', 'Retry-After', 'RateLimit', 'RateLimit-Policy', 'ETag']

/**
 * Answers preflights, and lets pages of the allowed origins read answers. A request that comes from a page of any other origin is refused,
 * not only kept from being read: it might carry somebody's cookie.
 *
 * @param isOpen - Whether a path is for pages of any origin, because it looks at no credentials of the browser.
 */
export function guardOrigin(
  options: CorsOptions | undefined,
  isOpen: (path: string) => boolean,
): MiddlewareHandler {
  const { origins = [], credentials = false, maxAgeSeconds = 600 } = options ?? {}
  const allowed = new Set(origins)
  const answer = cors({
    origin: [...origins],
    allowMethods: METHODS,
    exposeHeaders: EXPOSED,
    credentials,
    maxAge: maxAgeSeconds,
  })
  return function guardedOrigin(context, next) {
    const origin = context.req.header('origin')
    if (origin === undefined) return next()
    if (allowed.has(origin)) return answer(context, next)
    if (isOpen(context.req.path) || isSameOrigin(origin, context.req.url, context.req.header('host')))
      return next()
    throw new ServiceError(
      'ERR_SERVICE_ORIGIN_FOREIGN',
      'Pages of this origin may not use the service; its configuration lists those that may in cors.origins',
    )
  }
}

/** By host and port alone: behind a proxy that ends TLS the service sees `http:` where the page says `https:`. */
function isSameOrigin(origin: string, url: string, host: string | undefined): boolean {
  return URL.canParse(origin) && new URL(origin).host === (host ?? new URL(url).host)
}
