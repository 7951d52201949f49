import { decodeToBytes } from '../../percent-encoding.ts'
import type { Rule } from '../case.ts'
import { createFinding } from '../finding.ts'
import { isCdnHost } from '../host-names.ts'
import { pairsOf } from '../http-lines.ts'

/** A host at which no signature of COS holds. */
export const cdnHost: Rule = ({ request, received, answer }) => {
  const signed = pairsOf(received?.headers ?? '').find(([name]) => name === 'host')?.[1] ?? ''
  const [asked = ''] = (answer?.resource ?? '').split('/')
  const hosts = [decodeToBytes(signed, false), request?.host ?? '', request?.urlHost ?? '', asked]
  return hosts.some(isCdnHost) ? [createFinding('host-is-cdn', 'certain')] : []
}
