import { assertObject, assertOptions, assertType } from '../assert.ts'
import { readClock } from '../time-window.ts'
import { applyRules } from './apply-rules.ts'
import { toCase } from './case.ts'
import { concealAll } from './conceal.ts'
import { describeRequest, secretsOf, toCompare } from './describe.ts'
import type { Diagnosis, Verdict } from './diagnosis.ts'
import type { Evidence } from './evidence.ts'
import type { KeyFacts } from './facts.ts'
import type { Finding } from './finding.ts'
import { isOpen, rank } from './rank.ts'
import { readEvidence } from './read/read-evidence.ts'
import { toWholeText } from './read/whole-text.ts'
import { toAnswerFacts, toRequestFacts } from './read-facts.ts'
import { recompute } from './recomputed.ts'

/** The key that is said to have signed a request; a `Credential` fits. Nothing of it is checked: it may be what is wrong. */
export interface SuspectedKey {
  /** With it signatures are computed again. It never leaves the process. */
  readonly secretKey: string
  /** With it a request of another key is recognised. */
  readonly secretId?: string | undefined
  /** The token, if the key is temporary. */
  readonly securityToken?: string | undefined
  /** When a temporary key dies, in Unix seconds. */
  readonly expiresAt?: number | undefined
}

/** What helps to tell causes apart, beside the evidence. */
export interface DiagnoseOptions {
  /** The key that is said to have signed. */
  readonly credential?: SuspectedKey | undefined
  /**
   * The clock: milliseconds since the epoch. Where the evidence says when the request was sent, that counts.
   * @default Date.now
   */
  readonly now?: (() => number) | undefined
}

const OPTIONS = ['credential', 'now']

/**
 * Says why a request was refused, or would be: what differs, where, why that happens and what to do.
 *
 * Takes whatever there is. From a URL alone it tells what can be seen; with COS's error XML it compares with the server's own
 * strings; with the SecretKey it computes the signature again and, where that is another, searches for what was signed (usual
 * mistakes, and every edit of one character; about a second at most). Where causes leave the same traces, the finding names them
 * all.
 *
 * @param evidence - One piece or several, in any order; the earlier of two that contradict each other counts.
 * @returns An answer for any evidence whatever. It holds no secret.
 * @throws {TypeError|RangeError} `options` is not as it must be. Evidence never makes it throw.
 * @see https://cloud.tencent.com/document/product/436/7778
 * @example
 * const { findings } = diagnose([url, errorXml], { credential: { secretKey } })
 * console.log(findings[0]?.summary, findings[0]?.remedy)
 */
export function diagnose(evidence: Evidence | readonly Evidence[], options: DiagnoseOptions = {}): Diagnosis {
  assertOptions(options, 'options', OPTIONS)
  const { credential, now = Date.now } = options
  assertType(now, 'now', 'function')
  const pieces: readonly Evidence[] = isList(evidence) ? evidence : [evidence]
  const read = readEvidence(pieces)
  const known = toCase({
    request: read.request && toRequestFacts(read.request),
    answer: read.answer && toAnswerFacts(read.answer),
    key: credential === undefined ? undefined : toKeyFacts(credential),
    seconds: readClock(now, 'now'),
  })
  const recomputed = recompute(known)
  const findings = rank(known.kind, applyRules(known, recomputed))
  const isSound = known.kind === 'accepted' || (known.kind === 'none' && recomputed.state === 'holds')
  const diagnosis: Diagnosis = {
    verdict: verdictOf(findings, isSound),
    findings,
    request: describeRequest(known),
    signedMethod: recomputed.method,
    compare: toCompare(known),
    unread: read.unread,
  }
  return concealAll(diagnosis, secretsOf(known))
}

function isList(evidence: Evidence | readonly Evidence[]): evidence is readonly Evidence[] {
  return Array.isArray(evidence)
}

function toKeyFacts(credential: SuspectedKey): KeyFacts {
  assertObject(credential, 'credential', 'an object')
  const { secretKey, secretId, securityToken, expiresAt } = credential
  assertType(secretKey, 'credential.secretKey', 'string')
  return {
    secretKey: toWholeText(secretKey),
    secretId: textOr(secretId, 'secretId'),
    securityToken: textOr(securityToken, 'securityToken'),
    expiresAt: expiresAt === undefined ? undefined : numberOr(expiresAt),
  }
}

function textOr(value: unknown, name: string): string | undefined {
  if (value === undefined) return undefined
  assertType(value, `credential.${name}`, 'string')
  return toWholeText(value)
}

function numberOr(value: unknown): number {
  assertType(value, 'credential.expiresAt', 'number')
  return value
}

function verdictOf([first]: readonly Finding[], isSound: boolean): Verdict {
  if (first === undefined) return isSound ? 'sound' : 'nothing-found'
  return isOpen(first.code) || first.certainty === 'possible' ? 'open' : 'explained'
}
