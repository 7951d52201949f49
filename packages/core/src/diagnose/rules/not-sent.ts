import { encodeName } from '../../percent-encoding.ts'
import { TOKEN_NAMES } from '../../signed-texts.ts'
import type { Rule } from '../case.ts'
import type { DiagnosisCode } from '../diagnosis-code.ts'
import type { RequestFacts } from '../facts.ts'
import { createFinding, type Finding } from '../finding.ts'
import { pairsOf } from '../http-lines.ts'
import { OF_UPLOAD } from '../operation-names.ts'

/** What the lists of a signature name and the request has not, or not so often. */
export const notSent: Rule = ({ fields, request, kind, answer }) => {
  if (fields === undefined || request?.read === undefined) return []
  if (kind !== 'mismatch' && kind !== 'none' && kind !== 'bare') return []
  return [
    ...missingHeaders(request, fields.headerList, answer?.lines?.headers ?? ''),
    ...repeatedHeaders(request, fields.headerList),
    ...paramFaults(request, fields.urlParamList),
  ]
}

// What clients set by themselves, so that nobody names it.
const SET_BY_CLIENTS = ['host', 'content-length', 'connection', 'accept', 'user-agent']

function missingHeaders(request: RequestFacts, list: readonly string[], serverHeaders: string): Finding[] {
  const { method, headers, headersKnown, host, read } = request
  if (headersKnown === 'none') return []
  const isDownload = /^(?:GET|HEAD|DELETE)$/.test(method ?? '')
  const sent = new Set(headers.map(({ name }) => name))
  if (host !== undefined) sent.add('host')
  if (headersKnown === 'given') for (const name of SET_BY_CLIENTS) sent.add(name)
  // The client added a header after all, if the server has a value for it.
  for (const [name, value] of pairsOf(serverHeaders)) if (value !== '') sent.add(name)
  // The iOS SDK lists the token as a header and sends it in the query.
  for (const { name } of read?.target.params ?? []) if (isTokenName(name)) sent.add(name.toLowerCase())
  const otherCauses = (name: string): DiagnosisCode[] | undefined => {
    if (isDownload && OF_UPLOAD.test(name)) return ['method-differs']
    return headersKnown === 'given' && name === 'content-type' ? ['content-type-differs'] : undefined
  }
  return [...new Set(list.map((name) => name.toLowerCase()))]
    .filter((name) => !sent.has(name))
    .map((name) =>
      createFinding('header-missing', headersKnown === 'all' ? 'certain' : 'likely', {
        summary: `The header ${name} is signed and was not sent.`,
        leavesOpen: otherCauses(name),
      }),
    )
}

/** Lines of a header that is listed once count as one line, whose value was not signed. */
function repeatedHeaders({ headers }: RequestFacts, list: readonly string[]): Finding[] {
  const lines = new Map<string, number>()
  for (const { name } of headers) lines.set(name, (lines.get(name) ?? 0) + 1)
  return [...new Set(list)]
    .filter((name) => (lines.get(name) ?? 0) > 1)
    .map((name) =>
      createFinding('repeated', 'likely', {
        summary: `The header ${name} is signed once and was sent ${lines.get(name)} times.`,
      }),
    )
}

function isTokenName(name: string): boolean {
  return TOKEN_NAMES.includes(name.toLowerCase())
}

function paramFaults({ read }: RequestFacts, list: readonly string[]): Finding[] {
  const sent = new Map<string, number>()
  for (const { name } of read?.target.params ?? []) {
    const canonical = encodeName(name)
    sent.set(canonical, (sent.get(canonical) ?? 0) + 1)
  }
  const listed = new Map<string, number>()
  for (const name of list) {
    const lower = name.toLowerCase()
    const canonical = sent.has(lower) ? lower : encodeName(name)
    listed.set(canonical, (listed.get(canonical) ?? 0) + 1)
  }
  const findings: Finding[] = []
  for (const [name, times] of listed) {
    const count = sent.get(name) ?? 0
    if (count === 0) {
      findings.push(
        createFinding('parameter-missing', 'certain', {
          summary: `The parameter ${name} is signed and was not sent.`,
        }),
      )
    } else if (count > times) {
      findings.push(
        createFinding('repeated', 'certain', {
          summary: `The parameter ${name} is signed ${times === 1 ? 'once' : `${times} times`} and was sent ${count} times.`,
        }),
      )
    }
  }
  return findings
}
