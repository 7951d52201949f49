import { causeOf } from './causes.ts'
import type { DiagnosisCode } from './diagnosis-code.ts'
import type { AnswerKind } from './facts.ts'
import type { Finding } from './finding.ts'

const OPEN: ReadonlySet<DiagnosisCode> = new Set([
  'signature-mismatch',
  'outside-window',
  'key-not-accepted',
  'access-denied',
  'refused-without-reason',
])

/** Whether a code says no more than that several causes are open. */
export function isOpen(code: DiagnosisCode): boolean {
  return OPEN.has(code)
}

/**
 * Orders findings, the likeliest first, and leaves out those that the answer excludes, those that another says with more
 * certainty, and the open question where the answer to it is proven.
 */
export function rank(kind: AnswerKind, findings: readonly Finding[]): Finding[] {
  const possible = findings.filter(({ code }) => fits(code, kind))
  const isProven = possible.some((finding) => placeOf(finding) === 0)
  const best = new Map<DiagnosisCode, number>()
  for (const finding of possible) {
    best.set(finding.code, Math.min(best.get(finding.code) ?? Number.POSITIVE_INFINITY, placeOf(finding)))
  }
  return possible
    .filter((finding) => placeOf(finding) === best.get(finding.code) && !(isProven && isOpen(finding.code)))
    .sort((a, b) => placeOf(a) - placeOf(b))
}

function fits(code: DiagnosisCode, kind: AnswerKind): boolean {
  return kind === 'none' || kind === 'bare' || causeOf(code).answers.includes(kind)
}

function placeOf(finding: Finding): number {
  if (isOpen(finding.code)) return 2
  return { certain: 0, likely: 1, possible: 3 }[finding.certainty]
}
