import { conceal } from './conceal.ts'
import type { Difference } from './finding.ts'
import { type HttpLines, LINES, type LineName, pairsOf } from './http-lines.ts'

/** Where one line of two HttpStrings parts; `undefined` where it is the same. */
export function differenceOf(line: LineName, signed: HttpLines, received: HttpLines): Difference | undefined {
  if (signed[line] === received[line]) return undefined
  const shown = { signed: conceal(signed[line]), received: conceal(received[line]) }
  return {
    line,
    name: nameOf(line, signed[line], received[line]),
    ...shown,
    at: partingOf(shown.signed, shown.received),
  }
}

/** The lines in which two HttpStrings differ. */
export function differencesOf(signed: HttpLines, received: HttpLines): Difference[] {
  return LINES.flatMap((line) => differenceOf(line, signed, received) ?? [])
}

/** The index of the first differing character; of a hidden value where all that is shown is the same. */
function partingOf(a: string, b: string): number {
  let at = 0
  while (at < a.length && at < b.length && a[at] === b[at]) at += 1
  if (at === a.length && at === b.length) return Math.max(0, a.indexOf('=***') + 1)
  // Not in the middle of a surrogate pair.
  return at > 0 && /[\udc00-\udfff]/.test((a[at] ?? '') + (b[at] ?? '')) ? at - 1 : at
}

/** The first parameter or header that is not the same in both lines. */
function nameOf(line: LineName, signed: string, received: string): string | undefined {
  if (line !== 'parameters' && line !== 'headers') return undefined
  const [left, right] = [pairsOf(signed), pairsOf(received)]
  const at = left.findIndex(
    ([name, value], index) => right[index]?.[0] !== name || right[index]?.[1] !== value,
  )
  return (left[at] ?? right[left.length])?.[0]
}
