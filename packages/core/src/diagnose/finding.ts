import { causeOf } from './causes.ts'
import type { DiagnosisCode } from './diagnosis-code.ts'
import type { LineName } from './http-lines.ts'

/** How sure a finding is: proven by the evidence, the usual reason for what is seen, or one of several. */
export type Certainty = 'certain' | 'likely' | 'possible'

/** Where two texts part. */
export interface Difference {
  /** The line of the HttpString: method, path, parameters or headers. */
  readonly line: LineName
  /** The name of the parameter or header, where it is within one. */
  readonly name?: string | undefined
  /** What was signed; without the secret, what the request as given asks for. Tokens and the like are `***`. */
  readonly signed: string
  /** What arrived, or would: what COS computes the signature of. */
  readonly received: string
  /** The index of the first differing character, the same in both. */
  readonly at: number
}

/** A request that would do, as far as the evidence tells. Its signature and token are `***`. */
export interface CorrectedRequest {
  readonly method: string
  readonly url: string
  /** By lower-case name; those a client adds by itself are left out. */
  readonly headers: Readonly<Record<string, string>>
  /** Whether it must be signed again; otherwise the signature that is there holds for it. */
  readonly signAgain: boolean
}

/** One reason why a request is refused, or may be. */
export interface Finding {
  /** Stable. Each has a section in docs/why-was-i-refused.md. */
  readonly code: DiagnosisCode
  readonly certainty: Certainty
  /** What differs, in one sentence. */
  readonly summary: string
  readonly difference?: Difference | undefined
  /** How it comes about. */
  readonly why: string
  /** What to do. */
  readonly remedy: string
  readonly corrected?: CorrectedRequest | undefined
  /** Other causes that leave the same traces, the most usual first. */
  readonly leavesOpen?: readonly DiagnosisCode[] | undefined
  /** What would tell them apart. */
  readonly tellApart?: string | undefined
}

/** What a finding has beyond the texts of its code. */
export interface FindingDetails {
  /** Instead of the code's own sentence. */
  readonly summary?: string | undefined
  readonly remedy?: string | undefined
  readonly difference?: Difference | undefined
  readonly corrected?: CorrectedRequest | undefined
  readonly leavesOpen?: readonly DiagnosisCode[] | undefined
  readonly tellApart?: string | undefined
}

/** Makes a finding from the texts of its code. */
export function createFinding(
  code: DiagnosisCode,
  certainty: Certainty,
  details: FindingDetails = {},
): Finding {
  const { what, why, remedy } = causeOf(code)
  const given = Object.entries(details).filter(([, value]) => value !== undefined)
  return { code, certainty, summary: what, why, remedy, ...Object.fromEntries(given) }
}
