import type { CorrectedRequest, Diagnosis, Difference, Finding } from 'cos-presign/diagnose'
import { formatCurl } from './curl.ts'
import { type Sink, style } from './io/sink.ts'
import type { Io } from './io.ts'
import { printable } from './output.ts'

/** A diagnosis for people: what differs with both texts one above the other, why, and what to do. */
export function formatDiagnosis(diagnosis: Diagnosis, hasSecret: boolean, io: Io): string {
  const { stdout } = io
  const { findings, verdict, signedMethod } = diagnosis
  const parts = [
    ...readLine(diagnosis, hasSecret, stdout),
    ...findings.map((finding) => formatFinding(finding, stdout)),
  ]
  if (verdict === 'sound') {
    const method = signedMethod === undefined ? '' : ` for ${signedMethod}`
    parts.push(
      style(
        stdout,
        'green',
        `Nothing is wrong: the signature holds${hasSecret ? method : ', COS accepted it'}.`,
      ),
    )
  }
  if (verdict === 'nothing-found') parts.push('Nothing that can be seen is wrong.')
  if (verdict === 'open' || verdict === 'nothing-found') parts.push(...compareBlock(diagnosis, stdout))
  return parts.join('\n\n')
}

function readLine({ request }: Diagnosis, hasSecret: boolean, sink: Sink): string[] {
  if (request?.url === undefined) return []
  const known = `${request.secretId === undefined ? '' : `, signed by ${request.secretId}`}${hasSecret ? ', checked with the SecretKey' : ''}`
  const text = `${request.method ?? '(method unknown)'} ${printable(request.url)}${known}`
  return [style(sink, 'dim', text)]
}

const COLOURS = { certain: 'red', likely: 'yellow', possible: 'cyan' } as const

function formatFinding(finding: Finding, sink: Sink): string {
  const { code, certainty, summary, difference, why, remedy, leavesOpen, tellApart, corrected } = finding
  const lines = [
    `${style(sink, 'bold', printable(summary))}`,
    `  ${style(sink, COLOURS[certainty], certainty)}  ${code}`,
    ...(difference === undefined ? [] : formatDifference(difference, sink)),
    labelled('why', why, sink),
    labelled('do', remedy, sink),
  ]
  if (corrected !== undefined)
    lines.push(labelled(corrected.signAgain ? 'sign' : 'send', formatRequest(corrected), sink))
  if (leavesOpen !== undefined && leavesOpen.length > 0)
    lines.push(labelled('open', shorten(leavesOpen, sink), sink))
  if (tellApart !== undefined) lines.push(labelled('tells', tellApart, sink))
  return lines.join('\n')
}

function labelled(label: string, text: string, sink: Sink): string {
  return `  ${style(sink, 'dim', label.padEnd(8))}  ${printable(text)}`
}

const MAX_OPEN = 8

function shorten(codes: readonly string[], sink: Sink): string {
  const isShort = !sink.isTerminal || codes.length <= MAX_OPEN
  return isShort
    ? codes.join(', ')
    : `${codes.slice(0, MAX_OPEN).join(', ')} and ${codes.length - MAX_OPEN} more`
}

/** Both texts, one above the other, with a mark below the first character that differs. */
function formatDifference({ line, signed, received, at }: Difference, sink: Sink): string[] {
  const from = Math.max(0, at - CONTEXT)
  const isCut = sink.isTerminal && Math.max(signed.length, received.length) > 2 * CONTEXT
  const excerpt = (text: string): string => {
    if (!isCut) return printable(text)
    const end = at + CONTEXT
    return `${from > 0 ? '…' : ''}${printable(text.slice(from, end))}${text.length > end ? '…' : ''}`
  }
  const before = printable(signed.slice(isCut ? from : 0, at)).length + (isCut && from > 0 ? 1 : 0)
  return [
    labelledRaw('signed', excerpt(signed), sink),
    labelledRaw('received', excerpt(received), sink),
    `${' '.repeat(12 + before)}${style(sink, 'red', `^ ${line}, character ${at + 1}`)}`,
  ]
}

const CONTEXT = 48

function labelledRaw(label: string, text: string, sink: Sink): string {
  return `  ${style(sink, 'dim', label.padEnd(8))}  ${text}`
}

function formatRequest({ method, url, headers }: CorrectedRequest): string {
  return formatCurl({ method, url, headers }, method === 'PUT' ? 'FILE' : undefined)
}

function compareBlock({ compare }: Diagnosis, sink: Sink): string[] {
  if (compare === undefined) return []
  const whose = compare.from === 'server' ? 'what COS computed' : 'what COS computes of the request as given'
  const lines = compare.httpString.split('\n').slice(0, -1)
  return [
    [
      `Compare with the HttpString of the signer; this is ${whose}:`,
      ...lines.map((line, index) => `  ${style(sink, 'dim', String(index + 1))}  ${printable(line)}`),
    ].join('\n'),
  ]
}
