import type { Hono } from 'hono'
import type { Environment } from '../environment.ts'
import { PAGE_HEADERS } from '../links/link-page.ts'
import type { Route } from '../route.ts'
import { createOpenApiDocument } from './openapi-document.ts'
import { renderApiPage } from './render-api-page.ts'

/** `GET /openapi.json` and `GET /docs`, made when they are first asked for. */
export function serveOpenApi(app: Hono<Environment>, routes: readonly Route[], basePath?: string): void {
  let document: string | undefined
  let page: string | undefined
  app.get('/openapi.json', (context) => {
    document ??= JSON.stringify({
      ...createOpenApiDocument(routes),
      ...(basePath && { servers: [{ url: basePath }] }),
    })
    return context.body(document, 200, { 'Content-Type': 'application/json' })
  })
  app.get('/docs', (context) => {
    page ??= renderApiPage(routes)
    return context.body(page, 200, PAGE_HEADERS)
  })
}
