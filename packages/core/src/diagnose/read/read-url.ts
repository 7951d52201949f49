import type { Scheme } from '../../host.ts'
import { toUtf8Bytes } from '../../utf8.ts'
import type { TextFault } from '../facts.ts'

/** A URL as a text, taken apart without any normalisation. */
export interface UrlParts {
  readonly scheme: Scheme
  readonly authority: string
  /** Not decoded, one character a byte; starts with `/`. */
  readonly rawPath: string
  /** From `?` on, or empty. */
  readonly query: string
  readonly textFaults: readonly TextFault[]
}

/** Reads a URL as clients do: the fragment is dropped, characters that no request line can hold are percent-encoded. */
export function readUrl(text: string): UrlParts | undefined {
  const { url, textFaults } = repairText(text)
  const found = /^(https?):\/\/([^/?#\s\\]+)/i.exec(url)
  if (found === null) return undefined
  const [whole, scheme = '', userAndHost = ''] = found
  return {
    scheme: scheme.toLowerCase() as Scheme,
    authority: userAndHost.slice(userAndHost.lastIndexOf('@') + 1),
    ...splitTarget(url.slice(whole.length)),
    textFaults,
  }
}

/** Splits a target at its first `?`. */
export function splitTarget(target: string): { rawPath: string; query: string } {
  const whole = target.replace(/#.*$/s, '')
  const bytes = /[^\0-\x7f]/.test(whole) ? toUtf8Bytes(whole) : whole
  const sent = bytes.replace(/[^!-~\x80-\xff]/g, percent)
  const question = sent.indexOf('?')
  const rawPath = question < 0 ? sent : sent.slice(0, question)
  return {
    rawPath: rawPath.startsWith('/') ? rawPath : `/${rawPath}`,
    query: question < 0 ? '' : sent.slice(question),
  }
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
}

/** Undoes what HTML or a second encoding did to the separators of a query, and says so. */
function repairText(text: string): { url: string; textFaults: TextFault[] } {
  if (text.includes('&amp;q-')) return { url: text.replaceAll('&amp;', '&'), textFaults: ['html-escaped'] }
  const encoded = /[?&]q-sign-algorithm%3D/i.exec(text)
  if (encoded === null) return { url: text, textFaults: [] }
  const query = text.slice(encoded.index + 1)
  return {
    url:
      text.slice(0, encoded.index + 1) +
      query.replace(/%3D/gi, '=').replace(/%26/g, '&').replace(/%25/g, '%'),
    textFaults: ['query-encoded'],
  }
}

/** Collapses `.` and `..` segments as browsers and curl do before they send a path. */
export function collapseDots(rawPath: string): string {
  if (!/\/(?:\.|%2e)/i.test(rawPath)) return rawPath
  const kept: string[] = []
  const segments = rawPath.slice(1).split('/')
  for (const [index, segment] of segments.entries()) {
    const dots = segment.replace(/%2e/gi, '.')
    if (dots === '..') kept.pop()
    if (dots !== '.' && dots !== '..') kept.push(segment)
    else if (index === segments.length - 1) kept.push('')
  }
  return `/${kept.join('/')}`
}
