import type { Rule } from '../case.ts'
import { createFinding } from '../finding.ts'

/** What a shell, a page or an encoder did to the text of a URL. */
export const textOfUrl: Rule = ({ request }) => {
  const faults = request?.textFaults
  if (request === undefined || faults === undefined) return []
  if (faults.has('html-escaped')) return [createFinding('url-html-escaped', 'certain')]
  if (faults.has('query-encoded') || hasEncodedTimes(request.signature?.raw)) {
    return [createFinding('url-encoded-twice', 'certain')]
  }
  if (faults.has('cut-by-shell')) {
    return [
      createFinding('url-cut', 'certain', {
        summary: 'The URL in the command has no quotes, so the shell cut it off at its first &.',
      }),
    ]
  }
  return []
}

/** Whether a time is still percent-encoded after it was decoded. */
function hasEncodedTimes(raw: ReadonlyMap<string, string> | undefined): boolean {
  return /^\d+%(?:25)*3B\d+$/i.test(raw?.get('q-sign-time') ?? '')
}
