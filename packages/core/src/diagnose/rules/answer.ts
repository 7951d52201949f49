import type { Case, Rule } from '../case.ts'
import { conceal } from '../conceal.ts'
import type { DiagnosisCode } from '../diagnosis-code.ts'
import type { AnswerFacts } from '../facts.ts'
import { createFinding, type Finding } from '../finding.ts'
import { openCauses } from '../open-causes.ts'

/** What the server's code says by itself, where that has nothing to do with the value of the signature. */
export const answer: Rule = (known) => {
  const { kind, request } = known
  const facts = known.answer
  if (facts === undefined) return []
  switch (kind) {
    case 'accepted':
      return facts.isDownloadForced ? [createFinding('download-forced', 'certain')] : []
    case 'denied':
      return denied(known, facts)
    case 'other':
      return [other(facts)]
    case 'bare':
      return request?.method === 'HEAD'
        ? [
            createFinding('refused-without-reason', 'certain', {
              leavesOpen: [
                'method-differs',
                ...openCauses(known).filter((code) => code !== 'method-differs'),
              ],
              tellApart:
                'The same request with GET and a signature for GET: its answer has a document that says why.',
            }),
          ]
        : [
            createFinding('refused-without-reason', 'certain', {
              summary: bareSummary(facts),
              leavesOpen: openCauses(known),
            }),
          ]
    case 'none':
      return facts.status === 0 ? [createFinding('cors-or-network', 'likely')] : []
    default:
      return []
  }
}

function bareSummary({ status }: AnswerFacts): string {
  return `Status ${status} came without the error document of COS; it may be the answer of a proxy or of another server.`
}

const MESSAGES: readonly (readonly [RegExp, DiagnosisCode])[] = [
  [/bucket referer rule/i, 'referer-denied'],
  [/^Condition key |post object request has been expired/i, 'form-refused'],
]

function denied(known: Case, { message = '' }: AnswerFacts): Finding[] {
  const { request, fields } = known
  const special = MESSAGES.find(([pattern]) => pattern.test(message))?.[1]
  if (special !== undefined) return [createFinding(special, 'certain', { summary: quote(special, message) })]
  if (request === undefined) {
    return [
      createFinding('access-denied', 'certain', {
        leavesOpen: openCauses(known),
        tellApart: 'The request: whether it is signed, and its signature has all fields.',
      }),
    ]
  }
  if (fields === undefined) return []
  return [
    createFinding('policy-denied', 'likely', {
      leavesOpen: ['strict-signing'],
      tellApart: 'Whether another bucket accepts the same key and the same client.',
    }),
  ]
}

const CODES: Readonly<Record<string, DiagnosisCode>> = {
  AccessForbidden: 'cors-refused',
  PathStyleDomainForbidden: 'path-style-refused',
  DownloadForbidden: 'download-refused',
  NoSuchKey: 'object-missing',
  NoSuchBucket: 'bucket-missing',
  BadDigest: 'body-differs',
  InvalidDigest: 'body-differs',
  InvalidSHA1Digest: 'body-differs',
  IncompleteBody: 'body-differs',
  EntitySizeNotMatch: 'body-differs',
  InvalidPolicyDocument: 'form-refused',
  MalformedPOSTRequest: 'form-refused',
  IncorrectNumberOfFilesInPostRequest: 'form-refused',
  InvalidObjectState: 'object-archived',
  VerifyAlgorithmNotSupported: 'algorithm-unsupported',
}

function other({ code = '', message = '', resource = '' }: AnswerFacts): Finding {
  const known = Object.hasOwn(CODES, code) ? CODES[code] : undefined
  if (known === 'object-missing' && /%[\da-f]{2}/i.test(resource)) {
    return createFinding(known, 'certain', {
      summary: `There is no such object: ${conceal(resource)}. Its key holds an escape, as one that was encoded twice does.`,
      leavesOpen: ['path-encoded-twice'],
    })
  }
  if (code === 'InvalidURI') {
    return createFinding('refused-otherwise', 'certain', {
      summary: quote(undefined, `${code}: ${message}`),
      leavesOpen: ['path-not-utf8'],
    })
  }
  return createFinding(known ?? 'refused-otherwise', 'certain', {
    summary: quote(known, `${code}: ${message}`),
  })
}

/** The sentence of a code, with what the server said. */
function quote(code: DiagnosisCode | undefined, said: string): string {
  const shown = conceal(said)
    .slice(0, 300)
    .replace(/[:.\s]+$/, '')
  const { summary } = createFinding(code ?? 'refused-otherwise', 'certain')
  return `${summary.replace(/\.$/, '')} (${shown}).`
}
