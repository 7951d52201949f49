import { encode } from '../../percent-encoding.ts'
import { type HttpLines, pairsOf } from '../http-lines.ts'
import { decodeOnce, headerCode } from '../kind-of-change.ts'
import { type PairLine, withValue } from './pair-variants.ts'
import type { Variant } from './variant.ts'

/** A text of a request that may have been edited: the path, or the value of a parameter or header. */
interface Part {
  /** Its characters, decoded; whole code points. */
  readonly characters: readonly string[]
  /** The variant in which it has this text. */
  toVariant(text: string): Variant
}

/**
 * All HttpStrings that differ from one in a single character of the path, a parameter or a header: one left out, two swapped, one
 * replaced by or put in from ASCII and Latin. The usual edits come first, so that a search that must end early has made the most
 * of it.
 */
export function oneCharacterEdits(lines: HttpLines): Generator<Variant> {
  return editsOf(lines, [plainEdits, asciiEdits, latinEdits])
}

/** The same with characters of the scripts that a text has besides Latin. Some have thousands. */
export function oneScriptCharacterEdits(lines: HttpLines): Generator<Variant> {
  return editsOf(lines, [scriptEdits])
}

function* editsOf(
  lines: HttpLines,
  kinds: readonly ((characters: readonly string[]) => Generator<string>)[],
): Generator<Variant> {
  const parts = partsOf(lines)
  for (const edits of kinds) {
    for (const part of parts) {
      for (const text of edits(part.characters)) yield part.toVariant(text)
    }
  }
}

function partsOf(lines: HttpLines): Part[] {
  const path: Part = {
    characters: [...lines.path],
    toVariant: (text) => ({
      line: 'path',
      text,
      code: 'path-differs',
      summary: 'The path differs from the signed one in one character.',
    }),
  }
  const values = [...valueParts('parameters', lines.parameters), ...valueParts('headers', lines.headers)]
  // The host is long and rarely mistyped.
  return [path, ...values.filter(({ isHost }) => !isHost), ...values.filter(({ isHost }) => isHost)]
}

function valueParts(line: PairLine, text: string): (Part & { readonly isHost: boolean })[] {
  const pairs = pairsOf(text)
  return pairs.map(([name, value], index) => ({
    characters: [...decodeOnce(value)],
    isHost: line === 'headers' && name === 'host',
    toVariant(edited) {
      const signed = encode(edited)
      const isParameter = line === 'parameters'
      return {
        line,
        text: withValue(pairs, index, signed),
        code: isParameter ? 'parameter-differs' : headerCode(name, signed, value),
        summary: `The ${isParameter ? 'parameter' : 'header'} ${name} differs from the signed one in one character.`,
      }
    },
  }))
}

function* plainEdits(characters: readonly string[]): Generator<string> {
  const text = characters.join('')
  let before = 0
  for (const [at, character] of characters.entries()) {
    const [head, tail] = [text.slice(0, before), text.slice(before + character.length)]
    yield head + tail
    const next = characters[at + 1]
    if (next !== undefined && next !== character) yield head + next + character + tail.slice(next.length)
    for (const other of [character.toLowerCase(), character.toUpperCase()]) {
      if (other !== character) yield head + other + tail
    }
    before += character.length
  }
}

const ASCII = [
  ...'abcdefghijklmnopqrstuvwxyz0123456789-_./ABCDEFGHIJKLMNOPQRSTUVWXYZ %+=&?,:;@!~*()\'"#$[]{}<>|\\^`\n\t\r',
]

function asciiEdits(characters: readonly string[]): Generator<string> {
  return withEach(characters, ASCII)
}

const LATIN = rangeOf(0xa0, 0x17f)

function latinEdits(characters: readonly string[]): Generator<string> {
  return withEach(characters, LATIN)
}

/** Blocks of the scripts that a text has besides Latin: an edit usually stays within the script. */
const SCRIPTS: readonly (readonly [from: number, to: number])[] = [
  [0x0370, 0x03ff],
  [0x0400, 0x04ff],
  [0x0590, 0x05ff],
  [0x0600, 0x06ff],
  [0x0900, 0x097f],
  [0x0e00, 0x0e7f],
  [0x3000, 0x30ff],
  [0xac00, 0xd7a3],
  [0x4e00, 0x9fff],
  [0xff00, 0xffef],
  [0x1f300, 0x1faff],
]

/** Within a script only: its characters replaced, or another put in beside them. */
function* scriptEdits(characters: readonly string[]): Generator<string> {
  for (const [from, to] of SCRIPTS) {
    const isOfScript = characters.map((character) => {
      const point = character.codePointAt(0) as number
      return point >= from && point <= to
    })
    if (isOfScript.includes(true)) yield* withEach(characters, rangeOf(from, to), isOfScript)
  }
}

function rangeOf(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, at) => String.fromCodePoint(from + at))
}

/**
 * Each character replaced by each of an alphabet, and each of it put in before each and at the end.
 *
 * @param where - Where to edit; next to such places characters are put in.
 */
function* withEach(
  characters: readonly string[],
  alphabet: readonly string[],
  where: readonly boolean[] = characters.map(() => true),
): Generator<string> {
  const text = characters.join('')
  let before = 0
  for (let at = 0; at <= characters.length; at++) {
    const character = characters[at] ?? ''
    const isHere = where[at] === true
    if (isHere || where[at - 1] === true || characters.length === 0) {
      const [head, rest] = [text.slice(0, before), text.slice(before)]
      for (const other of alphabet) {
        if (isHere && other !== character) yield head + other + rest.slice(character.length)
        yield head + other + rest
      }
    }
    before += character.length
  }
}
