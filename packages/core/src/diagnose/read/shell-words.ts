/** The first command of a text, in its words, and what follows. */
export interface ShellCommand {
  readonly words: readonly string[]
  /** From the character that ended the command, empty at the end of the text. */
  readonly rest: string
}

/**
 * Splits a command line as a POSIX shell does: single and double quotes, `$'…'`, backslashes, a backslash before a line end. A
 * command copied for cmd.exe is read as well. Nothing is expanded.
 */
export function splitShellWords(text: string): ShellCommand {
  const source = /\^["\r\n]/.test(text) ? withoutCarets(text) : text
  const words: string[] = []
  let at = 0
  while (at < source.length) {
    const space = /^(?:[ \t]|\\\r?\n)+/.exec(source.slice(at, at + 4))
    if (space !== null) {
      at += space[0].length
      continue
    }
    if (ENDS_COMMAND.test(source[at] as string)) break
    const { word, end } = readWord(source, at)
    words.push(word)
    at = end
  }
  return { words, rest: source.slice(at) }
}

const ENDS_COMMAND = /[\r\n;|&<>()]/

// cmd.exe escapes with a caret, also the quotes of an argument and the line end.
function withoutCarets(text: string): string {
  return text.replace(/\^(\r?\n|.)/g, (_, character: string) => (/\n$/.test(character) ? ' ' : character))
}

function readWord(source: string, start: number): { word: string; end: number } {
  const parts: string[] = []
  let at = start
  while (at < source.length) {
    const rest = PART.exec(source.slice(at, at + 2))?.[0]
    const { text, end } = readPart(source, at, rest)
    if (end === at) break
    parts.push(text)
    at = end
  }
  return { word: parts.join(''), end: at }
}

const PART = /^(?:'|"|\$'|\\)/

/** One part of a word: a quoted text, an escaped character, or characters that mean themselves. */
function readPart(source: string, at: number, opening: string | undefined): { text: string; end: number } {
  switch (opening) {
    case "'":
      return upTo(source, at + 1, "'")
    case '"':
      return quoted(source, at + 1, '"', /\\(["\\$`]|\r?\n)/g, (escaped) =>
        escaped.endsWith('\n') ? '' : escaped,
      )
    case "$'":
      return quoted(source, at + 2, "'", /\\(x[\dA-Fa-f]{1,2}|u[\dA-Fa-f]{1,4}|.)/gs, ansiCharacter)
    case '\\': {
      const lineEnd = /^\r?\n/.exec(source.slice(at + 1, at + 3))
      if (lineEnd !== null) return { text: '', end: at + 1 + lineEnd[0].length }
      return { text: source.slice(at + 1, at + 2), end: Math.min(at + 2, source.length) }
    }
    default:
      return plain(source, at)
  }
}

function upTo(source: string, start: number, quote: string): { text: string; end: number } {
  const end = source.indexOf(quote, start)
  return end < 0
    ? { text: source.slice(start), end: source.length }
    : { text: source.slice(start, end), end: end + 1 }
}

function quoted(
  source: string,
  start: number,
  quote: string,
  escapes: RegExp,
  decode: (escaped: string) => string,
): { text: string; end: number } {
  let end = start
  while (end < source.length && source[end] !== quote) end += source[end] === '\\' ? 2 : 1
  const text = source.slice(start, end).replace(escapes, (_, escaped: string) => decode(escaped))
  return { text, end: Math.min(end + 1, source.length) }
}

const ANSI: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '0': '\0' }

function ansiCharacter(escaped: string): string {
  return /^[xu]./.test(escaped)
    ? String.fromCharCode(Number.parseInt(escaped.slice(1), 16))
    : (ANSI[escaped] ?? escaped)
}

function plain(source: string, start: number): { text: string; end: number } {
  let end = start
  while (end < source.length && !/[\s'"\\;|&<>()]/.test(source[end] as string)) {
    if (source.startsWith("$'", end)) break
    end += 1
  }
  return { text: source.slice(start, end), end }
}
