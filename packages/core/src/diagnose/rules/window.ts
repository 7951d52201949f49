import type { SignatureFields } from '../../signature-fields.ts'
import type { Case, Rule } from '../case.ts'
import type { DiagnosisCode } from '../diagnosis-code.ts'
import { createFinding, type Finding, type FindingDetails } from '../finding.ts'
import { formatSpan, formatTime } from '../time-text.ts'

// Documentation 436/54303.
const MAX_SKEW_SECONDS = 15 * 60
/** The official JavaScript SDKs take no smaller difference for a wrong clock. */
const MIN_SKEW_SECONDS = 30

/** In the year 5138; milliseconds passed it in 1973. */
const LAST_SECOND = 100_000_000_000

/** The times of a signature against the clock. */
export const window: Rule = (known) => {
  const { kind, fields } = known
  if (kind !== 'mismatch' && fields !== undefined && windowOf(fields).startsAt > LAST_SECOND) {
    return [createFinding('times-in-milliseconds', 'certain')]
  }
  if (kind === 'skewed') return [skewed(known)]
  if (kind === 'outside-window') return [outside(known)]
  if (fields === undefined || (kind !== 'none' && kind !== 'bare')) return []
  const state = stateAt(fields, known.request?.startedAt ?? known.seconds)
  return state === undefined ? [] : [createFinding(state.code, 'certain', state.details)]
}

/** The server said that the window is over or has not begun. */
function outside(known: Case): Finding {
  const { fields, answer, request, seconds } = known
  if (fields === undefined) {
    return createFinding('outside-window', 'certain', {
      leavesOpen: ['expired', 'not-yet-valid', 'clock-wrong'],
      tellApart: 'The request, with the Date of the answer: they say on which side of the window it came.',
    })
  }
  const at = answer?.serverSeconds ?? request?.startedAt ?? seconds
  const state = stateAt(fields, at)
  if (state !== undefined) {
    const certainty =
      answer?.serverSeconds !== undefined || state.code === 'not-yet-valid' ? 'certain' : 'likely'
    return createFinding(state.code, certainty, state.details)
  }
  if (answer?.serverSeconds !== undefined) return createFinding('outside-window', 'certain')
  const { startsAt, expiresAt } = windowOf(fields)
  return createFinding('clock-wrong', 'likely', {
    summary: `By this clock the signature holds (from ${formatTime(startsAt)} to ${formatTime(expiresAt)}, now ${formatTime(at)}); by the server's it does not.`,
  })
}

/** The server said that a clock is wrong. */
function skewed({ fields, answer, request, seconds }: Case): Finding {
  const server = answer?.serverSeconds
  const client = request?.startedAt
  const date = Date.parse(request?.headers.find(({ name }) => name === 'date')?.value ?? '') / 1000
  const said = Number.isNaN(date) ? undefined : date
  const at = server ?? seconds
  if (said !== undefined && Math.abs(said - at) > MAX_SKEW_SECONDS) {
    return createFinding('clock-wrong', 'certain', {
      summary: `The Date header of the request is ${apart(said, at)} the server's clock.`,
    })
  }
  if (fields !== undefined && windowOf(fields).startsAt - at > MIN_SKEW_SECONDS) {
    return createFinding('clock-wrong', 'certain', {
      summary: `The signature begins ${formatTime(windowOf(fields).startsAt)}, and it is ${formatTime(at)}: the clock that signed is ahead.`,
      leavesOpen: ['not-yet-valid'],
    })
  }
  if (server !== undefined && client !== undefined && Math.abs(client - server) > MIN_SKEW_SECONDS) {
    return createFinding('clock-wrong', 'certain', {
      summary: `The client's clock is ${apart(client, server)} the server's.`,
    })
  }
  return createFinding('clock-wrong', 'certain', {
    summary: "The server's clock and that of the request are more than 15 minutes apart.",
    leavesOpen: fields === undefined ? ['not-yet-valid', 'times-in-milliseconds'] : undefined,
  })
}

function apart(client: number, server: number): string {
  const seconds = Math.round(client - server)
  return `${formatSpan(Math.abs(seconds))} ${seconds < 0 ? 'behind' : 'ahead of'}`
}

function windowOf({ signTime, keyTime }: SignatureFields): { startsAt: number; expiresAt: number } {
  return {
    startsAt: Math.max(signTime.startsAt, keyTime.startsAt),
    expiresAt: Math.min(signTime.expiresAt, keyTime.expiresAt),
  }
}

/** On which side of the window a moment is. */
function stateAt(
  fields: SignatureFields,
  at: number,
): { code: DiagnosisCode; details: FindingDetails } | undefined {
  const { startsAt, expiresAt } = windowOf(fields)
  if (at > expiresAt) {
    const summary = `The signature ended ${formatTime(expiresAt)}, ${formatSpan(at - expiresAt)} before ${formatTime(at)}.`
    return { code: 'expired', details: { summary } }
  }
  if (at < startsAt) {
    const summary = `The signature begins ${formatTime(startsAt)}, ${formatSpan(startsAt - at)} after ${formatTime(at)}.`
    return { code: 'not-yet-valid', details: { summary, leavesOpen: ['clock-wrong'] } }
  }
  return undefined
}
