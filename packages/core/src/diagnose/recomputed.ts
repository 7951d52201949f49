import { encode } from '../percent-encoding.ts'
import type { SignatureFields } from '../signature-fields.ts'
import { signedTexts } from '../signed-texts.ts'
import type { Case } from './case.ts'
import { correct } from './correct.ts'
import type { DiagnosisCode } from './diagnosis-code.ts'
import { differenceOf, differencesOf } from './difference.ts'
import type { KeyFacts, RequestFacts } from './facts.ts'
import { type CorrectedRequest, createFinding, type Finding } from './finding.ts'
import { type HttpLines, pairsOf, writeHttpLines } from './http-lines.ts'
import { decodeOnce, headerCode, pathCode, valueCode } from './kind-of-change.ts'
import { type FoundSigned, findSigned } from './search/find-signed.ts'
import { rightWay } from './search/ways.ts'

/** What comes of computing the signature again with the SecretKey. */
export interface Recomputed {
  /**
   * `impossible`: something to compute it from is missing. `holds`: the signature is that of the request as given. `explained`:
   * what was signed is found. `unexplained`: it is not.
   */
  readonly state: 'impossible' | 'holds' | 'explained' | 'unexplained'
  readonly findings: readonly Finding[]
  /** With `unexplained`: whether the search went to its end. */
  readonly isComplete?: boolean
  /** The method the signature holds for. */
  readonly method?: string | undefined
}

const IMPOSSIBLE: Recomputed = { state: 'impossible', findings: [] }
const METHODS = ['GET', 'PUT', 'HEAD', 'POST', 'DELETE']

/** Computes the signature of the request with the SecretKey, and searches for what was signed when it is another. */
export function recompute(known: Case): Recomputed {
  const { request, key, fields, answer, kind } = known
  if (request === undefined || fields === undefined || key === undefined || key.secretKey === '')
    return IMPOSSIBLE
  if (kind !== 'none' && kind !== 'bare' && kind !== 'mismatch' && kind !== 'denied') return IMPOSSIBLE
  const ofOtherKey = key.secretId !== undefined && key.secretId !== fields.secretId
  const readings = readingsOf(request, fields, key)
  const right = rightWay(key.secretKey, fields)
  const holding = readings.find(
    ({ lines, complete }) => complete && right.sign(writeHttpLines(lines)) === fields.signature,
  )
  if (ofOtherKey) return holding === undefined ? IMPOSSIBLE : { state: 'explained', findings: [mixedKeys()] }
  const method = holding?.lines.method.toUpperCase()
  const received = answer?.lines
  if (holding !== undefined && received === undefined) return { ...holds(known), method }
  if (received !== undefined && right.sign(writeHttpLines(received)) === fields.signature) {
    return { ...holdsForServer(known), method: received.method.toUpperCase() }
  }
  if (holding !== undefined && received !== undefined) {
    return { state: 'explained', findings: changedOnTheWay(known, holding.lines, received), method }
  }
  const complete = readings.filter((reading) => reading.complete)
  const starts = received === undefined ? startsOf(complete) : [received]
  if (starts.length === 0) return IMPOSSIBLE
  const { found, isComplete } = findSigned(starts, request, key.secretKey, fields)
  if (found !== undefined) return { state: 'explained', findings: explain(found, request) }
  return { state: 'unexplained', findings: [], isComplete }
}

interface Reading {
  readonly lines: HttpLines
  readonly complete: boolean
}

/** The request as a verifier may read it, for each method it may have been sent with. */
function readingsOf({ read, method }: RequestFacts, fields: SignatureFields, key: KeyFacts): Reading[] {
  if (read === undefined) return []
  const methods = method === undefined ? METHODS : [method]
  const texts = [...signedTexts(read, fields, { token: key.securityToken, allowHostWithoutPort: true })]
  return methods.flatMap((one) =>
    texts.map(({ parameters, headers, complete }) => ({
      lines: { method: one.toLowerCase(), path: read.target.path, parameters, headers },
      complete,
    })),
  )
}

/** Where a search begins: the first reading is the documentation's. */
function startsOf(readings: readonly Reading[]): HttpLines[] {
  return readings.slice(0, 1).map(({ lines }) => lines)
}

/** The request as it was given is signed right; but is it what COS saw? */
function holds({ kind }: Case): Recomputed {
  if (kind !== 'mismatch') return { state: 'holds', findings: [] }
  return {
    state: 'holds',
    findings: [
      createFinding('signature-mismatch', 'certain', {
        summary:
          'The signature is right for the request as given and this SecretKey; COS received another request, or has another key.',
        leavesOpen: [
          'host-differs',
          'content-type-differs',
          'header-differs',
          'path-dots-collapsed',
          'path-differs',
          'wrong-key',
        ],
        tellApart: 'The FormatString of the answer: it shows what COS received.',
      }),
    ],
  }
}

/** The signature is right even for what the server says it received. */
function holdsForServer({ kind }: Case): Recomputed {
  if (kind !== 'mismatch') return { state: 'holds', findings: [] }
  const summary =
    'The signature is right for what COS received and this SecretKey: COS has another SecretKey for this SecretId.'
  return { state: 'explained', findings: [createFinding('wrong-key', 'certain', { summary })] }
}

function mixedKeys(): Finding {
  const summary =
    'The signature was made with the given SecretKey, and the request names the SecretId of another key.'
  return createFinding('id-of-another-key', 'certain', { summary })
}

function changedOnTheWay({ request }: Case, signed: HttpLines, received: HttpLines): Finding[] {
  return differencesOf(signed, received).map((difference) => {
    const { line, name = '' } = difference
    const code =
      line === 'method'
        ? 'method-differs'
        : line === 'path'
          ? pathCode(signed.path, received.path, request)
          : line === 'parameters'
            ? valueCode(valueIn(signed.parameters, name), valueIn(received.parameters, name))
            : headerCode(name, valueIn(signed.headers, name), valueIn(received.headers, name))
    return createFinding(code, 'certain', { difference })
  })
}

function valueIn(line: string, name: string): string {
  const pair = line.split('&').find((one) => one.startsWith(`${name}=`)) ?? ''
  return pair.slice(name.length + 1)
}

/** Says what was found. */
function explain(found: FoundSigned, request: RequestFacts): Finding[] {
  if (found.isEdited) return [createFinding('signature-edited', 'certain')]
  const ofWay =
    found.way?.code === undefined
      ? []
      : [createFinding(found.way.code, 'certain', { summary: found.way.summary })]
  const ofLines = found.changes.map(({ line, code, summary }) =>
    createFinding(code, 'certain', {
      summary,
      difference: differenceOf(line, found.signed, found.from),
      corrected: correctionOf(found, request),
    }),
  )
  return [...ofLines, ...ofWay]
}

/** The request with what was signed instead of what was sent, where that can be sent; else what is to be signed again. */
function correctionOf(
  { from, signed, changes, way }: FoundSigned,
  request: RequestFacts,
): CorrectedRequest | undefined {
  const { method } = from
  const [change, more] = changes
  if (change === undefined || more !== undefined || way !== undefined || !SENT_WRONG.has(change.code)) {
    return correct(request, { method, signAgain: true })
  }
  switch (change.line) {
    case 'method':
      return correct(request, { method: signed.method, signAgain: false })
    case 'path':
      return correct(request, { method, path: signed.path, signAgain: false })
    case 'parameters': {
      const params = decodedChanges(from.parameters, signed.parameters)
      return correct(request, { method, params, signAgain: params === undefined })
    }
    default: {
      const headers = decodedChanges(from.headers, signed.headers)
      return correct(request, { method, headers, signAgain: headers === undefined })
    }
  }
}

/** The values that were signed where others arrived, decoded; `undefined` where nothing that is sent arrives so. */
function decodedChanges(from: string, signed: string): Record<string, string> | undefined {
  const before = new Map(pairsOf(from))
  const changed = pairsOf(signed).filter(([name, value]) => before.get(name) !== value)
  if (changed.some(([, value]) => encode(decodeOnce(value)) !== value)) return undefined
  return Object.fromEntries(changed.map(([name, value]) => [name, decodeOnce(value)]))
}

/** Causes for which the signature is right and what was sent is wrong. */
const SENT_WRONG: ReadonlySet<DiagnosisCode> = new Set([
  'method-differs',
  'path-encoded-twice',
  'path-plus-for-space',
  'path-dots-collapsed',
  'path-unicode-form',
  'path-differs',
  'parameter-encoded-twice',
  'parameter-plus-for-space',
  'parameter-differs',
  'content-type-differs',
  'header-missing',
  'header-differs',
])
