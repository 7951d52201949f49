import { escapeHtml } from '../escape-html.ts'
import type { Route } from '../route.ts'
import { type JsonSchema, toSchema } from './openapi-document.ts'

/** The API for people: one page that loads nothing. */
export function renderApiPage(routes: readonly Route[]): string {
  const contents = routes.map((route) => `<li><a href="#${idOf(route)}">${titleOf(route)}</a></li>`)
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Signing service: API</title>
<style>
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 52em; margin: 2em auto; padding: 0 1em }
code { font: 0.9em ui-monospace, monospace }
h2 { margin: 2em 0 .3em; font-size: 1.1em }
.method { display: inline-block; min-width: 4.5em; font-weight: 700; color: #c2571a }
table { border-collapse: collapse; width: 100%; margin: .5em 0 }
td, th { text-align: left; padding: .2em .8em .2em 0; border-bottom: 1px solid #8884; vertical-align: top }
th { font-weight: 600; font-size: .9em }
ul { padding-left: 1.2em }
</style>
<h1>Signing service</h1>
<p>Prove who you are with <code>Authorization: Bearer …</code> (a token or an API key) or <code>X-Api-Key</code>. Times are Unix seconds, sizes are bytes.
Refusals are <code>application/problem+json</code> with a stable <code>code</code>. For machines: <a href="openapi.json">openapi.json</a>.</p>
<ul>${contents.join('')}</ul>
${routes.map(renderRoute).join('\n')}
</html>
`
}

function idOf({ method, path }: Route): string {
  return `${method}${path}`.replace(/[^A-Za-z\d]+/g, '-').toLowerCase()
}

function titleOf({ method, path }: Route): string {
  return `<span class="method">${method}</span> <code>${escapeHtml(path.replace(/:(\w+)/g, '{$1}'))}</code>`
}

function renderRoute(route: Route): string {
  const { method, summary, body, answer } = route
  const what = method === 'POST' ? 'Body (JSON)' : 'Query'
  return `<h2 id="${idOf(route)}">${titleOf(route)}</h2>
<p>${escapeHtml(summary)}</p>
${body ? renderShape(what, toSchema(body)) : ''}${renderShape('Answer', toSchema(answer))}`
}

function renderShape(what: string, schema: JsonSchema): string {
  const { anyOf } = schema
  if (anyOf !== undefined) return anyOf.map((one) => renderShape(`${what}, one of`, one)).join('')
  const { properties = {}, required = [] } = schema
  const rows = Object.entries(properties).map(
    ([name, property]) =>
      `<tr><td><code>${escapeHtml(name)}</code>${required.includes(name) ? '' : ' ?'}</td><td>${escapeHtml(typeOf(property))}</td></tr>`,
  )
  return `<table><tr><th>${what}</th><th>Type</th></tr>${rows.join('')}</table>\n`
}

function typeOf(schema: JsonSchema): string {
  const { type = 'any', items, properties, minimum, maximum, minLength, maxLength } = schema
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(' | ')
  if (items !== undefined) return `list of ${typeOf(items)}`
  if (properties !== undefined) return `{ ${Object.keys(properties).join(', ')} }`
  const [least, most] = type === 'string' ? [minLength, maxLength] : [minimum, maximum]
  // What a number of the language can be is no limit of the API.
  const limits = [
    typeof least === 'number' && least > Number.MIN_SAFE_INTEGER && `at least ${least}`,
    typeof most === 'number' && most < Number.MAX_SAFE_INTEGER && `at most ${most}`,
  ].filter((limit) => typeof limit === 'string')
  const unit = type === 'string' && limits.length > 0 ? ' characters' : ''
  return limits.length === 0 ? type : `${type}, ${limits.join(', ')}${unit}`
}
