import { looksSigned } from '../../signature-fields.ts'
import type { Evidence } from '../evidence.ts'
import { readHttpLines } from '../http-lines.ts'
import { givenHeader, mergeEvidence, type RawEvidence } from './raw-evidence.ts'
import { readCurl } from './read-curl.ts'
import { readErrorDocument } from './read-error-document.ts'
import { readHeaderLines, readHttpMessages } from './read-http-message.ts'
import { readObject } from './read-object.ts'
import { toWholeText } from './whole-text.ts'

/** What all pieces say together. */
export interface AllEvidence extends RawEvidence {
  /** The indexes of the pieces that say nothing. */
  readonly unread: readonly number[]
}

/** Reads pieces of evidence; the earlier of two that say different things counts. Never throws. */
export function readEvidence(pieces: readonly Evidence[]): AllEvidence {
  const unread: number[] = []
  let all: RawEvidence = {}
  for (const [index, piece] of pieces.entries()) {
    const read = readPiece(piece)
    if (read === undefined) unread.push(index)
    else all = mergeEvidence(all, read)
  }
  return { ...all, unread }
}

function readPiece(piece: unknown): RawEvidence | undefined {
  if (typeof piece === 'string') return readText(toWholeText(piece))
  if (typeof piece !== 'object' || piece === null) return undefined
  try {
    return readObject(piece as Readonly<Record<string, unknown>>)
  } catch {
    // A member of a foreign object may be a getter that throws.
    return undefined
  }
}

/** Reads a text by what it looks like; it may hold several pieces. */
function readText(text: string): RawEvidence | undefined {
  const trimmed = text.trim()
  if (trimmed === '') return undefined
  return (
    readJson(trimmed) ??
    readAroundDocument(text) ??
    readExchange(text) ??
    asRequest(readCurl(trimmed)) ??
    readUrlText(trimmed) ??
    readServerString(text) ??
    readAuthorizationValue(trimmed) ??
    asRequest(readHeaderLines(trimmed))
  )
}

function asRequest(request: RawEvidence['request']): RawEvidence | undefined {
  return request === undefined ? undefined : { request }
}

function readJson(text: string): RawEvidence | undefined {
  if (!/^[{["]/.test(text)) return undefined
  try {
    const value: unknown = JSON.parse(text)
    if (Array.isArray(value)) return readJsonList(value)
    return readPiece(value)
  } catch {
    return undefined
  }
}

function readJsonList(list: readonly unknown[]): RawEvidence | undefined {
  const read = list.flatMap((entry) => (Array.isArray(entry) ? [] : (readPiece(entry) ?? [])))
  return read.length === 0 ? undefined : read.reduce(mergeEvidence)
}

/** An error document, with whatever stands before and after it. */
function readAroundDocument(text: string): RawEvidence | undefined {
  const found = readErrorDocument(text)
  if (found === undefined) return undefined
  const answer: RawEvidence = { answer: { document: found.elements } }
  const around = found.around.map((part) =>
    readErrorDocument(part) === undefined ? readText(part) : undefined,
  )
  return around.reduce<RawEvidence>(
    (all, part) => (part === undefined ? all : mergeEvidence(all, part)),
    answer,
  )
}

/** Heads of HTTP messages, with a command or a URL before or after them. */
function readExchange(text: string): RawEvidence | undefined {
  const messages = readHttpMessages(text)
  if (messages === undefined) return undefined
  const rest = readText(messages.rest)
  return rest === undefined ? messages : mergeEvidence(messages, rest)
}

/** A URL, alone or somewhere in a text: the first that is signed, else the first. */
function readUrlText(text: string): RawEvidence | undefined {
  const alone = /^["'<]?(https?:\/\/[^"'<>\r\n]*)["'>]?$/i.exec(text)?.[1]
  const urls = text.split(/[\s"'<>`]+/).filter((word) => /^https?:\/\//i.test(word))
  const url = alone ?? urls.find((word) => /[?&;](?:q-|sign=q-)/.test(word)) ?? urls[0]
  return url === undefined ? undefined : { request: { url } }
}

/** The server's strings alone, as copied out of its document. */
function readServerString(text: string): RawEvidence | undefined {
  const string = text.replace(/\r\n/g, '\n').replace(/^\n+/, '')
  if (/^sha1\n\d+;\d+\n[\da-f]{40}\s*$/.test(string))
    return { answer: { document: { StringToSign: string } } }
  if (!/^[a-z]+\n\//i.test(string)) return undefined
  const whole = string.endsWith('\n') ? string : `${string}\n`
  return readHttpLines(whole) === undefined ? undefined : { answer: { document: { FormatString: whole } } }
}

function readAuthorizationValue(text: string): RawEvidence | undefined {
  const value = text.replace(/^authorization:\s*/i, '').replace(/^["']|["']$/g, '')
  if (!looksSigned(value) || /\s/.test(value)) return undefined
  return { request: { headers: [givenHeader('authorization', value)], headersKnown: 'none' } }
}
