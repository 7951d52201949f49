import type { Case, Rule } from '../case.ts'
import type { DiagnosisCode } from '../diagnosis-code.ts'
import { differenceOf } from '../difference.ts'
import { createFinding, type Finding } from '../finding.ts'
import type { HttpLines } from '../http-lines.ts'
import { pairsOf } from '../http-lines.ts'
import { headerCode, pathCode, valueCode } from '../kind-of-change.ts'

/** The request as it was given against what the server says it got: what was changed in between. */
export const onTheWay: Rule = (known) => {
  const { answer, sent, request } = known
  const received = answer?.lines
  if (sent === undefined || received === undefined || request === undefined) return []
  if (answer?.keyTime !== undefined && isOfAnotherRequest(known, answer.keyTime)) {
    return [createFinding('evidence-of-two-requests', 'certain')]
  }
  return [
    ...(request.method === undefined ? [] : methodChange(sent, received)),
    ...pathChange(known, sent, received),
    ...pairChanges('parameters', known, sent, received),
    ...pairChanges('headers', known, sent, received),
  ]
}

function isOfAnotherRequest({ fields }: Case, keyTime: string): boolean {
  if (fields === undefined) return false
  const times = [fields.signTime, fields.keyTime].map(({ startsAt, expiresAt }) => `${startsAt};${expiresAt}`)
  return !times.includes(keyTime)
}

function methodChange(sent: HttpLines, received: HttpLines): Finding[] {
  if (sent.method.toLowerCase() === received.method.toLowerCase()) return []
  return [
    createFinding('method-differs', 'certain', {
      summary: `The request was given as ${sent.method.toUpperCase()}, and COS received ${received.method.toUpperCase()}.`,
      difference: differenceOf('method', sent, received),
    }),
  ]
}

function pathChange({ request }: Case, sent: HttpLines, received: HttpLines): Finding[] {
  if (sent.path === received.path) return []
  const found = pathCode(sent.path, received.path, request)
  // Decoded once more by somebody in between: how it was signed is another matter.
  const code = found === 'path-encoded-before-signing' ? 'path-differs' : found
  return [createFinding(code, 'likely', { difference: differenceOf('path', sent, received) })]
}

function pairChanges(
  line: 'parameters' | 'headers',
  { request }: Case,
  sent: HttpLines,
  received: HttpLines,
): Finding[] {
  const before = new Map(pairsOf(sent[line]))
  const findings: Finding[] = []
  for (const [name, value] of pairsOf(received[line])) {
    const given = before.get(name)
    if (given === undefined || given === value) continue
    // Without all headers, an empty value says only that nobody showed it.
    if (line === 'headers' && given === '' && request?.headersKnown !== 'all') continue
    const code: DiagnosisCode = line === 'headers' ? headerCode(name, given, value) : valueCode(given, value)
    const one = (text: string): HttpLines => ({ ...sent, [line]: text })
    const difference = differenceOf(line, one(`${name}=${given}`), one(`${name}=${value}`))
    findings.push(createFinding(code, 'likely', { summary: changeSummary(line, name, code), difference }))
  }
  return findings
}

function changeSummary(
  line: 'parameters' | 'headers',
  name: string,
  code: DiagnosisCode,
): string | undefined {
  if (code === 'host-differs') return 'COS received another host than the one of the request as it was given.'
  if (code === 'host-port-differs')
    return 'COS received the host with another port than the request as it was given.'
  return `The ${line === 'headers' ? 'header' : 'parameter'} ${name} reached COS with another value than the request was given with.`
}
