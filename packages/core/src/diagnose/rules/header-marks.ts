import { decodeToBytes } from '../../percent-encoding.ts'
import type { Case, Rule } from '../case.ts'
import type { RequestFacts } from '../facts.ts'
import { createFinding, type Finding } from '../finding.ts'
import { pairsOf } from '../http-lines.ts'
import { OF_UPLOAD } from '../operation-names.ts'

/** What the signed headers and the host show by themselves of how they went wrong. */
export const headerMarks: Rule = (known) => {
  const pairs = pairsOf(known.received?.headers ?? '')
  return [
    ...otherHost(known),
    ...pairs.flatMap(([name, value]) => [...contentType(known, name, value), ...empty(known, name, value)]),
  ]
}

/** The request itself says one host in its URL and another in its header. */
function otherHost({ request, fields, isMismatch }: Case): Finding[] {
  if (request?.host === undefined || request.urlHost === undefined || fields === undefined) return []
  if (request.host.toLowerCase() === request.urlHost || !fields.headerList.includes('host')) return []
  return [
    createFinding('host-differs', isMismatch ? 'likely' : 'possible', {
      summary: 'The Host header of the request is not the host of its URL; one of them was signed.',
    }),
  ]
}

// What fetch and curl say of a body when nobody else does.
const CLIENT_TYPES =
  /^(?:application%2Fx-www-form-urlencoded|text%2Fplain%3Bcharset%3DUTF-8|multipart%2Fform-data%3B.*)$/

function contentType({ request, received, isMismatch }: Case, name: string, value: string): Finding[] {
  if (name !== 'content-type' || value === '' || !isMismatch) return []
  const sent = request?.headers.find((header) => header.name === 'content-type')
  const isChosen = sent?.isClientMade === false && request !== undefined && showsChoice(request)
  const isUsual = CLIENT_TYPES.test(value) && received?.method !== 'post'
  if (sent?.isClientMade !== true && (isChosen || !isUsual)) return []
  const type = decodeToBytes(value, false).replace(/;\s*boundary.*$/i, '')
  return [
    createFinding('content-type-differs', 'likely', {
      summary: `Content-Type is signed, and the client sent ${type}, which it sets by itself.`,
    }),
  ]
}

/** Whether the evidence tells what somebody chose from what a client added: a call or a command does, a capture does not. */
function showsChoice({ headers, headersKnown }: RequestFacts): boolean {
  return headersKnown === 'given' || headers.some(({ isClientMade }) => isClientMade)
}

/** Without the request an empty value is all that shows that a header was not sent. */
function empty({ request, received, isMismatch }: Case, name: string, value: string): Finding[] {
  if (!isMismatch || value !== '' || (request !== undefined && request.headersKnown !== 'none')) return []
  return [
    createFinding('header-missing', 'likely', {
      summary: `The header ${name} is signed, and COS received no value for it.`,
      leavesOpen: isDownload(received?.method) && OF_UPLOAD.test(name) ? ['method-differs'] : undefined,
    }),
  ]
}

function isDownload(method: string | undefined): boolean {
  return method !== undefined && /^(?:get|head|delete)$/.test(method)
}
