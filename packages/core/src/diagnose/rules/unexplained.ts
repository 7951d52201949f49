import type { Case, Rule } from '../case.ts'
import type { DiagnosisCode } from '../diagnosis-code.ts'
import { createFinding, type Finding } from '../finding.ts'
import { openCauses } from '../open-causes.ts'

/** A refused signature for which the evidence leaves several causes open: which ones, from what there is to differ. */
export const unexplained: Rule = (known) =>
  known.isMismatch
    ? [
        createFinding('signature-mismatch', 'certain', {
          leavesOpen: openCauses(known),
          tellApart: 'The SecretKey, or the HttpString that the signer made.',
        }),
      ]
    : []

/** The SecretKey is known, and what was signed was searched for in vain. */
export function notFound(known: Case, isComplete: boolean): Finding[] {
  const searched = isComplete ? ', nor of one that differs in a usual way or in one character' : ''
  return [
    createFinding('signature-mismatch', 'certain', {
      summary: `The signature is not the one of this request with this SecretKey${searched}.`,
      remedy:
        'Check that SecretId and SecretKey belong together; then compare the HttpString of COS with the one that the signer made.',
      leavesOpen: openCauses({ ...known, kind: 'mismatch' }).filter(
        (code) => !(isComplete && FOUND_BY_SEARCH.has(code)),
      ),
      tellApart:
        'Whether another request, signed with the same SecretKey, is accepted: if so, the key is right and more than one thing differs.',
    }),
  ]
}

/** Causes that a search would have found. */
const FOUND_BY_SEARCH: ReadonlySet<DiagnosisCode> = new Set([
  'method-differs',
  'path-encoded-before-signing',
  'path-encoded-twice',
  'path-plus-for-space',
  'path-slash-differs',
  'path-unicode-form',
  'path-holds-query',
  'path-holds-host',
  'parameter-encoded-twice',
  'parameter-not-encoded',
  'parameter-plus-for-space',
  'header-not-encoded',
  'header-white-space',
  'host-port-differs',
  'list-incomplete',
  'key-with-white-space',
  'times-differ',
  'signature-edited',
])
