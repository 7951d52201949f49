import type { Hono } from 'hono'
import type { Environment, ServiceContext } from '../environment.ts'
import { ServiceError } from '../errors.ts'
import { readText } from '../guard/read-text.ts'
import { isBrowser, isPreviewer } from './is-previewer.ts'
import { PAGE_HEADERS, renderLinkPage } from './link-page.ts'
import type { StoredLink } from './link-store.ts'
import type { Links } from './links.ts'

/**
 * `GET /l/:id` redirects to a URL that lives seconds. It shows a page with a button instead where a request may be one that only looks: to a
 * previewer, and to a browser when downloads are counted or a password is wanted. `POST /l/:id` is that button, and counts.
 */
export function serveLinks(app: Hono<Environment>, links: Links): void {
  app.get('/l/:id', async function openLink(context) {
    const link = await links.look(context.req.param('id'))
    const header = (name: string) => context.req.header(name)
    const isCounted = link.maxDownloads !== undefined || link.password !== undefined
    // HEAD comes here too, and is answered without counting.
    const onlyLooks = context.req.method === 'HEAD' || isPreviewer(header) || (isCounted && isBrowser(header))
    if (onlyLooks) return context.body(pageOf(link), 200, PAGE_HEADERS)
    return await redirect(context, links, {}, 302)
  })
  app.post('/l/:id', async function followLink(context) {
    return await redirect(context, links, await readForm(context), 303)
  })
}

async function redirect(
  context: ServiceContext,
  links: Links,
  { password, visit }: LinkForm,
  status: 302 | 303,
): Promise<Response> {
  const { url, link, lifetimeSeconds } = await links.follow(context.req.param('id') ?? '', password, visit)
  const { owner, grant, bucket, key } = link
  context.get('issued').push({
    caller: { id: owner, method: 'link' },
    grant: { name: grant },
    operation: 'download',
    bucket,
    key,
    expiresAt: Math.floor(context.get('services').now() / 1000) + lifetimeSeconds,
  })
  return context.redirect(url, status)
}

function pageOf({ maxDownloads, password }: StoredLink): string {
  // Neither the name of the file nor how often it may still be had: whoever only looks need not know.
  const text =
    maxDownloads === 1
      ? 'Somebody shares a file with you. It can be downloaded once.'
      : 'Somebody shares a file with you.'
  return renderLinkPage({ title: 'Download', text, follow: { wantsPassword: password !== undefined } })
}

/** What the page of a link sends. */
interface LinkForm {
  readonly password?: string | undefined
  /** The same each time the button of one page is pressed. */
  readonly visit?: string | undefined
}

/** Of a form, or of JSON. */
async function readForm(context: ServiceContext): Promise<LinkForm> {
  const type = context.req.header('content-type') ?? ''
  const text = await readText(context.req.raw)
  if (text === '') return {}
  if (type.startsWith('application/x-www-form-urlencoded')) {
    const form = new URLSearchParams(text)
    const visit = form.get('visit') ?? ''
    return {
      password: form.get('password') ?? undefined,
      visit: /^[\w-]{16,64}$/.test(visit) ? visit : undefined,
    }
  }
  try {
    const { password } = JSON.parse(text) as { password?: unknown }
    if (typeof password === 'string') return { password }
  } catch {
    // Said below.
  }
  throw new ServiceError(
    'ERR_SERVICE_REQUEST_INVALID',
    'The body must be a form with the field "password", or JSON with the member "password"',
  )
}
