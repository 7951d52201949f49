import { fromWire } from '../../utf8.ts'
import { toWholeText } from './whole-text.ts'

/** The first command of a text, in its words, and what follows. */
export interface ShellCommand {
  readonly words: readonly string[]
  /** From the character that ended the command, empty at the end of the text. */
  readonly rest: string
}

/**
 * Splits a command line as a POSIX shell does: single and double quotes, `$'…'`, backslashes, a backslash before a line end. A
 * command copied for cmd.exe, or one of PowerShell whose lines go on after a backtick, is read as well. Nothing is expanded.
 */
export function splitShellWords(text: string): ShellCommand {
  const source = /\^["\r\n]/.test(text)
    ? withoutCarets(text)
    : / `\r?\n/.test(text)
      ? fromPowerShell(text)
      : text
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

// cmd.exe escapes with a caret, also the quotes of an argument and the line end; a line end in an argument follows one.
function withoutCarets(text: string): string {
  return text.replace(/\^(\r?\n)?(\r?\n|.)?/g, (_, lineEnd = '', character = '') =>
    lineEnd === '' || character === '\n' || character === '\r\n' ? character : ` ${character}`,
  )
}

/** Quotes as a POSIX shell does what is quoted for PowerShell, where a backtick escapes and a doubled quote is one. */
function fromPowerShell(text: string): string {
  return text.replace(/`\r?\n|'[^']*(?:''[^']*)*'|"[^"`]*(?:(?:`.|"")[^"`]*)*"/gs, (part) => {
    if (part.startsWith('`')) return ' '
    const inner = part.slice(1, -1)
    const plainText = part.startsWith("'")
      ? inner.replaceAll("''", "'")
      : inner.replace(/`(.)|""/gs, (_, escaped?: string) => escaped ?? '"')
    return `'${plainText.replaceAll("'", "'\\''")}'`
  })
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
  return { word: toWholeText(parts.join('')), end: at }
}

const PART = /^(?:'|"|\$'|\\)/

/** One part of a word: a quoted text, an escaped character, or characters that mean themselves. */
function readPart(source: string, at: number, opening: string | undefined): { text: string; end: number } {
  switch (opening) {
    case "'":
      return upTo(source, at + 1, "'")
    case '"':
      return quoted(source, at + 1, '"', /\\(?:["\\$`]|\r?\n)/g, (written) =>
        written.endsWith('\n') ? '' : written.slice(1),
      )
    case "$'":
      return quoted(source, at + 2, "'", ANSI_ESCAPES, fromAnsi)
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
  decode: (written: string) => string,
): { text: string; end: number } {
  let end = start
  while (end < source.length && source[end] !== quote) end += source[end] === '\\' ? 2 : 1
  const text = source.slice(start, end).replace(escapes, decode)
  return { text, end: Math.min(end + 1, source.length) }
}

const ANSI: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  e: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}
const ANSI_ESCAPES = /(?:\\(?:x[\dA-Fa-f]{1,2}|[0-7]{1,3}))+|\\u[\dA-Fa-f]{1,4}|\\U[\dA-Fa-f]{1,8}|\\./gs

/** One escape, or a run of those that give bytes, which together are UTF-8 (or, as Firefox writes them, Latin-1). */
function fromAnsi(written: string): string {
  if (/^\\[uU][\dA-Fa-f]/.test(written)) {
    const point = Number.parseInt(written.slice(2), 16)
    return point > 0x10ffff ? written : String.fromCodePoint(point)
  }
  if (!/^\\(?:x[\dA-Fa-f]|[0-7])/.test(written)) return ANSI[written.slice(1)] ?? written.slice(1)
  const codes = written.split('\\').slice(1)
  return fromWire(codes.map(toByte).join(''))
}

function toByte(code: string): string {
  const isHex = code.startsWith('x')
  return String.fromCharCode(Number.parseInt(isHex ? code.slice(1) : code, isHex ? 16 : 8) & 255)
}

// Of white space only what separates words in a shell: a no-break space, as pages and chats put in, is part of a word.
const ENDS_PLAIN = /[ \t\r\n'"\\;|&<>()]/

function plain(source: string, start: number): { text: string; end: number } {
  let end = start
  while (end < source.length && !ENDS_PLAIN.test(source[end] as string)) {
    if (source.startsWith("$'", end)) break
    end += 1
  }
  return { text: source.slice(start, end), end }
}
