import type { DiagnosisCode } from '../diagnosis-code.ts'
import { type CanonicalPair, pairsOf } from '../http-lines.ts'
import { VALUE_FORMS } from './value-forms.ts'
import type { Variant } from './variant.ts'

/** A line of parameters or headers. */
export type PairLine = 'parameters' | 'headers'

/** The text of a line from its pairs. */
export function writePairs(pairs: readonly CanonicalPair[]): string {
  return pairs.map(([name, value]) => `${name}=${value}`).join('&')
}

/** A line with one pair's value replaced. */
export function withValue(pairs: readonly CanonicalPair[], index: number, value: string): string {
  return writePairs(pairs.map((pair, at) => (at === index ? [pair[0], value] : pair)))
}

/** Ways to write all values otherwise, or one of them; what both lines have in common. */
export function* valueVariants(line: PairLine, text: string): Generator<Variant> {
  const pairs = pairsOf(text)
  const what = line === 'parameters' ? 'parameter' : 'header'
  for (const form of VALUE_FORMS) {
    const code = form[what]
    const all = writePairs(pairs.map(([name, value]) => [name, form.write(value)]))
    if (all !== text)
      yield { line, code, text: all, summary: `The values of the ${line} were signed ${form.how}.` }
    if (pairs.length < 2) continue
    for (const [index, [name, value]] of pairs.entries()) {
      const one = form.write(value)
      if (one === value) continue
      const summary = `The ${what} ${name} was signed ${form.how}.`
      yield { line, code, text: withValue(pairs, index, one), summary }
    }
  }
  for (const [index, [name, value]] of pairs.entries()) {
    if (value === '') continue
    const code: DiagnosisCode = line === 'parameters' ? 'parameter-differs' : 'header-differs'
    yield {
      line,
      code,
      text: withValue(pairs, index, ''),
      summary: `The ${what} ${name} was signed with an empty value.`,
    }
  }
}

/** What the lists name and the signed text may lack. */
export function* listVariants(line: PairLine, text: string): Generator<Variant> {
  const pairs = pairsOf(text)
  const code = 'list-incomplete'
  if (text !== '') {
    yield { line, code, text: '', summary: `None of the ${line} that the list names were signed.` }
  }
  for (const [index, [name]] of pairs.entries()) {
    const rest = writePairs(pairs.filter((_, at) => at !== index))
    yield { line, code, text: rest, summary: `The list names ${name}, which is not in what was signed.` }
  }
}

/** Pairs sorted as in a canonical line. */
export function sortPairs(pairs: readonly CanonicalPair[]): CanonicalPair[] {
  return [...pairs].sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : 1))
}

/** What was signed and is not in the list: all of some pairs, and each of them. */
export function* unlistedVariants(
  line: PairLine,
  text: string,
  unlisted: readonly CanonicalPair[],
): Generator<Variant> {
  const pairs = pairsOf(text)
  const with_ = (more: readonly CanonicalPair[]): Variant => ({
    line,
    code: 'list-incomplete',
    text: writePairs(sortPairs([...pairs, ...more])),
    summary: `Signed, but not in the list: ${more.map(([name]) => name).join(', ')}.`,
  })
  if (unlisted.length > 1) yield with_(unlisted)
  for (const pair of unlisted) yield with_([pair])
}
