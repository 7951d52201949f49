import type { Case, Rule } from '../case.ts'
import type { RequestFacts } from '../facts.ts'
import { createFinding } from '../finding.ts'

/** A request without a signature of COS, or with two. */
export const unsigned: Rule = (known) => {
  const { request } = known
  if (request === undefined) return []
  if (request.isSignedTwice) return [createFinding('signed-twice', 'likely')]
  if (request.signature !== undefined) return []
  const other = otherSignature(request)
  if (other !== undefined) {
    return [
      createFinding('other-signature', 'certain', {
        summary: `The request carries a signature of ${other}.`,
      }),
    ]
  }
  if (!isKnownUnsigned(known, request)) return []
  if (request.headersKnown === 'all') return [createFinding('unsigned', 'certain')]
  return [
    createFinding('unsigned', 'likely', {
      leavesOpen: ['policy-denied'],
      tellApart: 'Whether an Authorization header was sent; what is shown of the request may be without it.',
    }),
  ]
}

/** A bare URL may have a signature in a header that was not shown. */
function isKnownUnsigned({ kind }: Case, { method, headersKnown, read }: RequestFacts): boolean {
  // A preflight never is.
  if (read === undefined || method === 'OPTIONS') return false
  return headersKnown === 'all' ? kind === 'denied' || kind === 'none' || kind === 'bare' : kind === 'denied'
}

const IN_QUERY: readonly (readonly [RegExp, string])[] = [
  [/^x-amz-(?:signature|algorithm|credential)$/i, 'S3 (AWS4)'],
  [/^awsaccesskeyid$/i, 'S3 (version 2)'],
  [/^x-oss-signature|^ossaccesskeyid$/i, 'Alibaba OSS'],
  [/^x-goog-signature$/i, 'Google Cloud Storage'],
]

const IN_HEADER: readonly (readonly [RegExp, string])[] = [
  [/^AWS4-HMAC-SHA256/i, 'S3 (AWS4)'],
  [/^AWS [^:]+:/i, 'S3 (version 2)'],
  [/^OSS/i, 'Alibaba OSS'],
  [/^TC3-HMAC-SHA256/i, 'the Cloud API (TC3)'],
  [/^(?:Bearer|Basic|Digest) /i, 'another kind (Bearer, Basic or Digest)'],
]

function otherSignature({ read, headers }: RequestFacts): string | undefined {
  const authorization = headers.find(({ name }) => name === 'authorization')?.value ?? ''
  const inHeader = IN_HEADER.find(([pattern]) => pattern.test(authorization))?.[1]
  if (inHeader !== undefined) return inHeader
  for (const { name, value } of read?.target.params ?? []) {
    const inQuery = IN_QUERY.find(([pattern]) => pattern.test(name))?.[1]
    if (inQuery !== undefined) return inQuery
    if (name === 'sign' && /^[\w+/-]{40,}={0,2}$/.test(value)) return 'the retired JSON API of COS'
  }
  return undefined
}
