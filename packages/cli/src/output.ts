import { CliError } from './errors.ts'
import { type Sink, style } from './io/sink.ts'
import type { Io } from './io.ts'

/** The result of a command: one text and a line end, alone on stdout. */
export async function writeResult(io: Io, text: string): Promise<void> {
  await io.stdout.write(`${text}\n`)
}

/** The result as JSON, for programs. */
export async function writeJson(io: Io, value: unknown): Promise<void> {
  await writeResult(io, JSON.stringify(value, undefined, 2))
}

/** A line for people. */
export async function tell(io: Io, text: string): Promise<void> {
  await io.stderr.write(`${text}\n`)
}

/** Something a person should know, though the command works. */
export async function warn(io: Io, text: string): Promise<void> {
  await tell(io, `${style(io.stderr, 'yellow', 'warning:')} ${printable(text)}`)
}

/** Says why a command failed: a sentence for people, or with `--json` an object, always on stderr. */
export async function writeFailure(io: Io, error: CliError, asJson: boolean): Promise<void> {
  if (error.code === 'ERR_CLI_OUTPUT_CLOSED') return
  if (!asJson) return await tell(io, `${style(io.stderr, 'red', 'error:')} ${printable(error.message)}`)
  const { code, message, refusal } = error
  await tell(io, JSON.stringify({ error: { code, message, ...refusal } }))
}

// Controls, line and paragraph separators, and what turns the direction of text: a key or a server's message may hold
// escape sequences, and a terminal obeys them.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const UNPRINTABLE = /[\0-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/g

/** A text from outside that may go to a terminal: control characters are written `\x1b`. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => {
    const code = character.charCodeAt(0)
    return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`
  })
}

/** Rows of label and value, the values in one column. */
export function formatTable(sink: Sink, rows: readonly (readonly [label: string, value: string])[]): string {
  const width = Math.max(...rows.map(([label]) => label.length))
  return rows.map(([label, value]) => `${style(sink, 'bold', label.padEnd(width))}  ${value}`).join('\n')
}

/** With a comma between thousands. Not `toLocaleString`, which takes 12 ms to find its language. */
export function formatCount(count: number): string {
  return Math.round(count)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',')
}

const SIZES = ['B', 'kB', 'MB', 'GB', 'TB'] as const

/** A number of bytes for a person, in steps of 1000. */
export function formatBytes(bytes: number): string {
  let size = bytes
  let step = 0
  while (size >= 999.5 && step < SIZES.length - 1) {
    size /= 1000
    step += 1
  }
  return `${step === 0 || size >= 99.95 ? size.toFixed(0) : size.toFixed(1)} ${SIZES[step]}`
}

/** An argument as a POSIX shell reads it back, whatever it holds. */
export function quoteForShell(argument: string): string {
  if (argument.includes('\0'))
    throw new CliError('ERR_CLI_REQUEST_INVALID', 'A NUL cannot be part of a command')
  return /^[\w/:=.,@%+-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`
}
