import { withoutPort } from '../host.ts'
import { decodePath, decodeToBytes, encode } from '../percent-encoding.ts'
import { fromWire } from '../utf8.ts'
import type { DiagnosisCode } from './diagnosis-code.ts'
import type { RequestFacts } from './facts.ts'
import { collapseDots } from './read/read-url.ts'

/** What kind of change makes one decoded path of another: `intended` is what was signed or given, `arrived` what COS saw. */
export function pathCode(intended: string, arrived: string, request?: RequestFacts): DiagnosisCode {
  if (decodeOnce(arrived) === intended) return 'path-encoded-twice'
  if (decodeOnce(intended) === arrived) return 'path-encoded-before-signing'
  if (arrived.replaceAll('+', ' ') === intended || intended.replaceAll('+', ' ') === arrived)
    return 'path-plus-for-space'
  if (collapseDots(intended) === arrived || isWrittenWithDots(arrived, request)) return 'path-dots-collapsed'
  if (withoutSlashes(intended) === withoutSlashes(arrived)) return 'path-slash-differs'
  if (intended.normalize('NFC') === arrived.normalize('NFC')) return 'path-unicode-form'
  if (holdsBucket(intended, arrived) || holdsBucket(arrived, intended)) return 'path-holds-bucket'
  return 'path-differs'
}

function isWrittenWithDots(arrived: string, request: RequestFacts | undefined): boolean {
  return request !== undefined && decodePath(collapseDots(request.writtenPath)) === arrived
}

/** A text with its escapes decoded once. */
export function decodeOnce(text: string): string {
  return fromWire(decodeToBytes(text, false))
}

function withoutSlashes(path: string): string {
  return path.replaceAll('\\', '/').replace(/\/+/g, '/').replace(/\/$/, '')
}

/** Whether one path is the other behind the name of a bucket. */
function holdsBucket(longer: string, shorter: string): boolean {
  return longer.endsWith(shorter) && /^\/[a-z\d-]+-\d+$/.test(longer.slice(0, -shorter.length))
}

/** What kind of change makes one encoded value of another. */
export function valueCode(intended: string, arrived: string): DiagnosisCode {
  if (encode(intended) === arrived || encode(arrived) === intended) return 'parameter-encoded-twice'
  if (intended.replaceAll('%2B', '%20') === arrived || arrived.replaceAll('%2B', '%20') === intended) {
    return 'parameter-plus-for-space'
  }
  return arrived === '' ? 'parameter-missing' : 'parameter-differs'
}

/** What kind of change makes one encoded header value of another. */
export function headerCode(name: string, intended: string, arrived: string): DiagnosisCode {
  if (arrived === '') return 'header-missing'
  if (name === 'content-type') return 'content-type-differs'
  if (name === 'host') {
    const [a, b] = [fromWire(decodeToBytes(intended, false)), fromWire(decodeToBytes(arrived, false))]
    return withoutPort(a).toLowerCase() === withoutPort(b).toLowerCase()
      ? 'host-port-differs'
      : 'host-differs'
  }
  const loose = (value: string): string => value.replace(/(?:%20|%09)+/g, '')
  return loose(intended) === loose(arrived) ? 'header-white-space' : 'header-differs'
}
