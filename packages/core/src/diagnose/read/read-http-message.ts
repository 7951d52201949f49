import { givenHeader, type RawAnswer, type RawEvidence, type RawRequest } from './raw-evidence.ts'

/** What an HTTP message said, or the two of an exchange; and the text that was no head of one. */
export interface ReadMessages extends RawEvidence {
  readonly rest: string
}

const REQUEST_LINE = /^([A-Za-z]{1,20}) (\S+) HTTP\/\d(?:\.\d)?$/
const STATUS_LINE = /^HTTP\/\d(?:\.\d)? (\d{3})(?: .*)?$/

/**
 * Reads heads of HTTP messages as they are on the wire, or as `curl -v` (behind `>` and `<`) and `curl -i` show them. Of several
 * requests the last counts, whose answer is what is asked about.
 */
export function readHttpMessages(text: string): ReadMessages | undefined {
  if (!/HTTP\/\d/.test(text)) return undefined
  let request: RawRequest | undefined
  let answer: RawAnswer | undefined
  const rest: string[] = []
  const lines = text.split(/\r?\n/)
  for (let at = 0; at < lines.length; at++) {
    const line = withoutMark(lines[at] as string)
    const asked = REQUEST_LINE.exec(line)
    const answered = STATUS_LINE.exec(line)
    if (asked === null && answered === null) {
      // curl -v also says what it does, behind a star, and shows how many bytes it sends, in braces.
      if (!/^(?:\* |[{}] \[|[<>] ?$)/.test(line)) rest.push(lines[at] as string)
      continue
    }
    const head = readHead(lines, at + 1)
    at = head.end
    if (asked !== null) {
      const [, method = '', target = ''] = asked
      request = { method, target, headers: head.headers, headersKnown: 'all' }
      answer = undefined
    } else {
      answer = { status: Number(answered?.[1]), headers: head.headers }
    }
  }
  return request === undefined && answer === undefined
    ? undefined
    : { request, answer, rest: rest.join('\n') }
}

/** A line without the mark that `curl -v` puts before it. */
function withoutMark(line: string): string {
  return line.replace(/^[<>] (?=\S)/, '')
}

function readHead(
  lines: readonly string[],
  start: number,
): { headers: RawRequest['headers'] & object; end: number } {
  const headers = []
  let at = start
  for (; at < lines.length; at++) {
    const header = /^([\w!#$%&'*+.^`|~-]{1,200}):[ \t]*(.*)$/.exec(withoutMark(lines[at] as string))
    if (header === null) break
    headers.push(givenHeader(header[1] as string, (header[2] as string).trimEnd()))
  }
  return { headers, end: at }
}

/** Reads lines `Name: value` alone. */
export function readHeaderLines(text: string): RawRequest | undefined {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '')
  const { headers, end } = readHead(
    lines.map((line) => line.trim()),
    0,
  )
  return end === lines.length && headers.length > 0 ? { headers, headersKnown: 'given' } : undefined
}
