import type { Case, Rule } from '../case.ts'
import { createFinding } from '../finding.ts'
import { pairsOf } from '../http-lines.ts'
import { OF_DOWNLOAD, OF_POST, OF_UPLOAD } from '../operation-names.ts'

/** What method the signed names fit, against the one that was used. */
export const methodMarks: Rule = (known) => {
  const { received, request, fields, isMismatch } = known
  const method = (received?.method ?? request?.method ?? '').toLowerCase()
  if (
    method === '' ||
    (request !== undefined && request.method === undefined && known.answer?.lines === undefined)
  )
    return []
  const certainty = isMismatch ? 'likely' : 'possible'
  if (isForm(known, method)) return [createFinding('form-signed-as-request', certainty)]
  const headers = fields?.headerList ?? pairsOf(received?.headers ?? '').map(([name]) => name)
  const params = fields?.urlParamList ?? pairsOf(received?.parameters ?? '').map(([name]) => name)
  const summary = oddity(
    method,
    headers,
    params,
    request?.read?.target.params.map(({ name }) => name.toLowerCase()) ?? params,
  )
  return summary === undefined || (!isMismatch && method === 'head')
    ? []
    : [createFinding('method-differs', certainty, { summary })]
}

function isForm({ request, received }: Case, method: string): boolean {
  if (method !== 'post') return false
  const path = received?.path ?? request?.read?.target.path
  const sent = request?.headers.find(({ name }) => name === 'content-type')?.value
  const signed = pairsOf(received?.headers ?? '').find(([name]) => name === 'content-type')?.[1]
  return path === '/' && /^multipart(?:\/|%2F)form-data/i.test(sent ?? signed ?? '')
}

/** Why a method does not fit what is signed. */
function oddity(
  method: string,
  headers: readonly string[],
  params: readonly string[],
  sentParams: readonly string[],
): string | undefined {
  const upload = headers.find((name) => OF_UPLOAD.test(name.toLowerCase()))
  const download = params.find((name) => OF_DOWNLOAD.test(name.toLowerCase()))
  if (upload !== undefined && /^(?:get|head|delete)$/.test(method)) {
    return `The request is a ${method.toUpperCase()}, and its signature covers ${upload}, which belongs to an upload.`
  }
  if (download !== undefined && /^(?:put|post|delete)$/.test(method)) {
    return `The request is a ${method.toUpperCase()}, and its signature covers ${download}, which belongs to a download.`
  }
  if (method === 'post' && !sentParams.some((name) => OF_POST.has(name))) {
    return 'The request is a POST without a parameter that makes it an operation, so it was probably signed for PUT.'
  }
  return undefined
}
