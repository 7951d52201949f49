import type { SignatureFields } from '../../signature-fields.ts'
import type { RequestFacts } from '../facts.ts'
import { type HttpLines, LINES, type LineName, writeHttpLines } from '../http-lines.ts'
import { type Budget, createBudget } from './budget.ts'
import { headerVariants } from './header-variants.ts'
import { methodVariants } from './method-variants.ts'
import { oneCharacterEdits, oneScriptCharacterEdits } from './one-character.ts'
import { parameterVariants } from './parameter-variants.ts'
import { pathVariants } from './path-variants.ts'
import type { Variant } from './variant.ts'
import { rightWay, type Way, wrongWays } from './ways.ts'

/** What was signed, found by computing the signature of many candidates. */
export interface FoundSigned {
  /** What arrived, from which the search began. */
  readonly from: HttpLines
  /** What was signed. */
  readonly signed: HttpLines
  /** What was signed otherwise, one a line at most. */
  readonly changes: readonly Variant[]
  /** How the signature was computed, if not as documented. */
  readonly way: Way | undefined
  /** Whether only the text of the signature differs. */
  readonly isEdited: boolean
}

/** What a search comes to. */
export interface SearchResult {
  readonly found: FoundSigned | undefined
  /** Whether it went to its end, or to what it looked for. */
  readonly isComplete: boolean
}

/** No server takes a longer request line. */
const MAX_LINES_CHARACTERS = 65_536

function isSearchable({ path, parameters, headers }: HttpLines): boolean {
  return path.length + parameters.length + headers.length <= MAX_LINES_CHARACTERS
}

// Half a second to a second of hashing on a laptop of 2020.
const MAX_HASHED_CHARACTERS = 60_000_000

/**
 * Looks for what was signed, in the order of what is usual: one line otherwise, the signature computed otherwise, one character
 * edited, two of these at once.
 *
 * @param from - What may have arrived, the likeliest first.
 */
export function findSigned(
  from: readonly HttpLines[],
  request: RequestFacts | undefined,
  secretKey: string,
  fields: SignatureFields,
): SearchResult {
  const starts = from.filter(isSearchable)
  const right = rightWay(secretKey, fields)
  const budget = createBudget(MAX_HASHED_CHARACTERS)
  const wanted = fields.signature
  for (const stage of [
    exactly,
    oneLine,
    otherWay,
    oneCharacter,
    twoLines,
    otherWayAndLine,
    scriptCharacter,
  ]) {
    for (const start of starts) {
      const found = stage(start)
      if (found !== undefined) return { found, isComplete: true }
    }
  }
  return { found: undefined, isComplete: starts.length > 0 && budget.isLeft() }

  function exactly(from: HttpLines): FoundSigned | undefined {
    const computed = right.sign(writeHttpLines(from))
    if (computed === wanted) return found(from, [])
    return isNearly(computed, wanted) ? { ...found(from, []), isEdited: true } : undefined
  }

  function oneLine(from: HttpLines): FoundSigned | undefined {
    return firstOf(allVariants(from, request), from)
  }

  function otherWay(from: HttpLines): FoundSigned | undefined {
    for (const way of wrongWays(secretKey, fields)) {
      if (isExhausted(budget, from)) return undefined
      if (matches(way, from, [])) return { ...found(from, []), way }
    }
    return undefined
  }

  function twoLines(from: HttpLines): FoundSigned | undefined {
    for (const changes of changesOfTwoLines(from, request)) {
      if (isExhausted(budget, from)) return undefined
      if (matches(right, from, changes)) return found(from, changes)
    }
    return undefined
  }

  function otherWayAndLine(from: HttpLines): FoundSigned | undefined {
    const ways = [...wrongWays(secretKey, fields)].filter(({ code }) => code !== 'window-edited')
    for (const variant of allVariants(from, request)) {
      for (const way of ways) {
        if (isExhausted(budget, from)) return undefined
        if (matches(way, from, [variant])) return { ...found(from, [variant]), way }
      }
    }
    return undefined
  }

  function oneCharacter(from: HttpLines): FoundSigned | undefined {
    return firstOf(oneCharacterEdits(from), from)
  }

  function scriptCharacter(from: HttpLines): FoundSigned | undefined {
    return firstOf(oneScriptCharacterEdits(from), from)
  }

  function firstOf(variants: Iterable<Variant>, from: HttpLines): FoundSigned | undefined {
    for (const variant of variants) {
      if (isExhausted(budget, from)) return undefined
      if (matches(right, from, [variant])) return found(from, [variant])
    }
    return undefined
  }

  function matches(way: Way, from: HttpLines, changes: readonly Variant[]): boolean {
    return way.sign(writeHttpLines(apply(from, changes))) === wanted
  }
}

function found(from: HttpLines, changes: readonly Variant[]): FoundSigned {
  return { from, signed: apply(from, changes), changes, way: undefined, isEdited: false }
}

function apply(from: HttpLines, changes: readonly Variant[]): HttpLines {
  let lines = from
  for (const { line, text } of changes) lines = { ...lines, [line]: text }
  return lines
}

function isExhausted(budget: Budget, { path, parameters, headers }: HttpLines): boolean {
  return !budget.spend(path.length + parameters.length + headers.length)
}

/** Every variant of one line with every variant of another. */
function* changesOfTwoLines(
  from: HttpLines,
  request: RequestFacts | undefined,
): Generator<readonly Variant[]> {
  const byLine = LINES.map((line) => takeWithin(variantsOf(line, from, request)))
  for (const [index, firsts] of byLine.entries()) {
    for (const seconds of byLine.slice(index + 1)) {
      for (const first of firsts) for (const second of seconds) yield [first, second]
    }
  }
}

// All variants of a usual request have a tenth of that.
const MAX_KEPT_CHARACTERS = 2_000_000

/** As many variants as may be kept in memory at once. */
function takeWithin(variants: Iterable<Variant>): Variant[] {
  const taken: Variant[] = []
  let characters = 0
  for (const variant of variants) {
    characters += variant.text.length
    if (characters > MAX_KEPT_CHARACTERS) break
    taken.push(variant)
  }
  return taken
}

function* allVariants(from: HttpLines, request: RequestFacts | undefined): Generator<Variant> {
  for (const line of LINES) yield* variantsOf(line, from, request)
}

function variantsOf(line: LineName, from: HttpLines, request: RequestFacts | undefined): Generator<Variant> {
  switch (line) {
    case 'method':
      return methodVariants(from.method)
    case 'path':
      return pathVariants(from.path, request)
    case 'parameters':
      return parameterVariants(from.parameters, request)
    default:
      return headerVariants(from.headers, request)
  }
}

/** Whether two signatures have all but a few digits in common, which never happens by chance. */
function isNearly(a: string, b: string): boolean {
  let different = 0
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) different += 1
  return different > 0 && different <= 3
}
