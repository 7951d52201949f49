import { escapeHtml } from '../escape-html.ts'
import type { Problem } from '../problem.ts'

/** What a link's page is about. */
export interface LinkPage {
  readonly title: string
  readonly text: string
  /** A button that follows the link, and whether a password goes with it; none when the link leads nowhere. */
  readonly follow?: { readonly wantsPassword: boolean } | undefined
}

/** Sent with each page: it loads and runs nothing. Where a form may lead is not limited, for it leads to COS. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy':
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
  'X-Robots-Tag': 'noindex, nofollow',
}

/** A page for people, of one piece. */
export function renderLinkPage({ title, text, follow }: LinkPage): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escapeHtml(title)}</title>
<style>
body { font: 18px/1.5 system-ui, sans-serif; max-width: 26em; margin: 15vh auto 0; padding: 0 1em; overflow-wrap: anywhere }
input, button { font: inherit; padding: .6em 1em; width: 100%; box-sizing: border-box; margin-top: .8em }
button { background: #0a58ca; color: #fff; border: 0; border-radius: .4em; cursor: pointer }
</style>
<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(text)}</p>
${follow === undefined ? '' : formOf(follow)}
</html>
`
}

/** A page that says why a link does not open. After a wrong password it asks for another. */
export function renderRefusal({ title, detail, code }: Problem): string {
  const follow = code === 'ERR_SERVICE_PASSWORD_WRONG' ? { wantsPassword: true } : undefined
  return renderLinkPage({ title, text: detail, follow })
}

function formOf({ wantsPassword }: { readonly wantsPassword: boolean }): string {
  const input = wantsPassword
    ? '<label>Password <input type="password" name="password" required autofocus autocomplete="off"></label>'
    : ''
  // Pressed twice, the button is still pressed once.
  const visit = `<input type="hidden" name="visit" value="${crypto.randomUUID()}">`
  return `<form method="post">${visit}${input}<button>Download</button></form>`
}
