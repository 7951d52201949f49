import type { Rule } from '../case.ts'
import type { SignatureFact } from '../facts.ts'
import { createFinding, type Finding } from '../finding.ts'
import { textOfUrl } from './text-of-url.ts'

const IN_ORDER = [
  'q-sign-algorithm',
  'q-ak',
  'q-sign-time',
  'q-key-time',
  'q-header-list',
  'q-url-param-list',
  'q-signature',
]

/** What is wrong with the form of a signature, and not explained by the text it stands in. */
export const signatureForm: Rule = (known) => {
  const signature = known.request?.signature
  if (signature === undefined || textOfUrl(known).length > 0) return []
  const algorithm = signature.raw.get('q-sign-algorithm')
  if (typeof signature.fields !== 'string') {
    return signature.fields.algorithm === 'sha1' ? [] : [createFinding('algorithm-unsupported', 'certain')]
  }
  if (algorithm !== undefined && algorithm !== 'sha1' && signature.raw.size === IN_ORDER.length) {
    return [createFinding('algorithm-unsupported', 'certain')]
  }
  return [explain(signature.fields, signature)]
}

function explain(fault: string, { raw, carrier }: SignatureFact): Finding {
  const present = IN_ORDER.filter((name) => raw.has(name))
  const isStart = present.length < IN_ORDER.length && present.every((name, at) => name === IN_ORDER[at])
  const value = raw.get('q-signature')
  if (carrier !== 'header' && present.length > 0 && (isStart || isCutSignature(raw, value))) {
    return createFinding('url-cut', 'certain', {
      summary: `The URL was cut off after ${present.at(-1)}.`,
    })
  }
  if (/^\d{13};\d{13}$/.test(raw.get('q-sign-time') ?? ''))
    return createFinding('times-in-milliseconds', 'certain')
  return createFinding('signature-malformed', 'certain', { summary: `${fault}${hintOf(value)}.` })
}

/** Whether the last field that there is, is the beginning of a signature. */
function isCutSignature(raw: ReadonlyMap<string, string>, value: string | undefined): boolean {
  return value !== undefined && /^[\da-f]{0,39}$/i.test(value) && [...raw.keys()].at(-1) === 'q-signature'
}

function hintOf(value: string | undefined): string {
  if (value === undefined) return ''
  if (/^[\da-f]{64}$/i.test(value)) return '; 64 digits are an HMAC-SHA256, and COS takes HMAC-SHA1'
  if (/^[\w+/-]{27}=?$/.test(value)) return '; it looks like Base64, and COS takes hex'
  if (/^[\da-f]{40}./is.test(value)) return '; something follows the 40 digits'
  return ''
}
