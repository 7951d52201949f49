import { isFieldName } from '../signature-fields.ts'
import type { Case } from './case.ts'
import { CODES, causeOf } from './causes.ts'
import type { DiagnosisCode } from './diagnosis-code.ts'
import { isCdnHost, isCosHost } from './host-names.ts'
import { pairsOf } from './http-lines.ts'
import { isOpen } from './rank.ts'
import { PERMANENT_ID_LENGTH } from './secret-id.ts'

/** The most usual causes, which are named first. */
const USUAL: readonly DiagnosisCode[] = [
  'wrong-key',
  'policy-denied',
  'unsigned',
  'key-unknown',
  'method-differs',
  'content-type-differs',
  'host-differs',
  'path-differs',
  'path-encoded-before-signing',
  'path-dots-collapsed',
  'header-differs',
  'parameter-differs',
  'token-missing',
  'expired',
  'not-yet-valid',
  'clock-wrong',
]

/** All causes that the answer of the server allows and nothing in the evidence excludes, the most usual first. */
export function openCauses(known: Case): DiagnosisCode[] {
  const isApplicable = createApplicability(known)
  const open = CODES.filter((code) => {
    const { answers } = causeOf(code)
    const fits =
      known.kind === 'none' || known.kind === 'bare' ? answers.length > 0 : answers.includes(known.kind)
    return fits && !isOpen(code) && !ABOUT_EVIDENCE.has(code) && isApplicable(code)
  })
  const usual = USUAL.filter((code) => open.includes(code))
  return [...usual, ...open.filter((code) => !usual.includes(code))]
}

const ABOUT_EVIDENCE: ReadonlySet<DiagnosisCode> = new Set(['evidence-of-two-requests', 'evidence-altered'])

/** Whether the request, as far as it is known, has what a cause needs; unknown parts exclude nothing. */
function createApplicability(known: Case): (code: DiagnosisCode) => boolean {
  const needs = { ...needsOfPath(known), ...needsOfPairs(known), ...needsOfKey(known), ...needsOfForm(known) }
  return (code) => needs[code] ?? true
}

type Needs = Partial<Record<DiagnosisCode, boolean>>

function needsOfPath({ request, received, kind }: Case): Needs {
  const path = received?.path ?? request?.read?.target.path
  const isUtf8Needed = request === undefined && kind !== 'mismatch'
  if (path === undefined) return { 'path-not-utf8': isUtf8Needed }
  return {
    'path-encoded-before-signing': /[^\w.~-]/.test(path.slice(1)),
    'path-encoded-twice': /%[\da-f]{2}/i.test(path),
    'path-plus-for-space': /[+ ]/.test(path),
    'path-unicode-form': path !== path.normalize('NFD') || path !== path.normalize('NFC'),
    'path-not-utf8': isUtf8Needed,
    'charset-differs': /[^\0-\x7f]|%[89A-F][\dA-F]/.test(
      `${path}${received?.parameters}${received?.headers}`,
    ),
  }
}

function needsOfPairs(known: Case): Needs {
  const { request, fields, received, kind } = known
  const headers = pairsOf(received?.headers ?? '')
  const host = request?.host ?? headers.find(([name]) => name === 'host')?.[1]
  const names = new Set([...(fields?.headerList ?? []), ...headers.map(([name]) => name)])
  const isSeen = received !== undefined || fields !== undefined
  const hasHost = !isSeen || names.has('host')
  const hasOthers = !isSeen || [...names].some((name) => name !== 'host')
  const hasParams = (received?.parameters ?? fields?.urlParamList.join() ?? '?') !== ''
  return {
    'host-differs': hasHost,
    'host-port-differs': hasHost,
    'host-is-cdn': host === undefined || isCdnHost(host) || (!isCosHost(host) && kind !== 'mismatch'),
    'content-type-differs': !isSeen || names.has('content-type'),
    'header-differs': hasOthers,
    'header-missing': hasOthers,
    'header-not-encoded': hasOthers || /%/.test(received?.headers ?? '%'),
    'header-white-space': hasOthers,
    'parameter-differs': hasParams,
    'parameter-missing': hasParams && request === undefined,
    'parameter-encoded-twice': hasParams,
    'parameter-not-encoded': hasParams,
    'parameter-plus-for-space': hasParams,
    'list-incomplete': request === undefined || isMore(known),
    repeated: request === undefined,
  }
}

function needsOfKey({ fields, key }: Case): Needs {
  if (fields === undefined) return {}
  const { signTime, keyTime, secretId } = fields
  const isTemporary = key?.securityToken !== undefined || secretId.length !== PERMANENT_ID_LENGTH
  return {
    'times-differ': signTime.startsAt !== keyTime.startsAt || signTime.expiresAt !== keyTime.expiresAt,
    'token-missing': isTemporary,
    'token-wrong': isTemporary,
    'token-broken': isTemporary,
    'token-expired': isTemporary,
    'id-and-key-swapped': !/^AKID.{32}/.test(secretId),
  }
}

/** What can be wrong with the form of a signature is seen where there is a request. */
const OF_FORM: readonly DiagnosisCode[] = [
  'unsigned',
  'other-signature',
  'url-cut',
  'url-html-escaped',
  'url-encoded-twice',
  'signature-malformed',
  'algorithm-unsupported',
  'times-in-milliseconds',
]

function needsOfForm({ request, received }: Case): Needs {
  const method = request?.method ?? received?.method.toUpperCase()
  return {
    ...Object.fromEntries(OF_FORM.map((code) => [code, request === undefined])),
    'signed-twice': request === undefined || request.isSignedTwice,
    'form-signed-as-request': method === undefined || method === 'POST',
  }
}

/** Whether something was sent that no list names. */
function isMore({ request, fields }: Case): boolean {
  const listed = new Set(
    [...(fields?.headerList ?? []), ...(fields?.urlParamList ?? [])].map((name) => name.toLowerCase()),
  )
  const params = (request?.read?.target.params ?? []).filter(
    ({ name }) => !isFieldName(name) && name !== 'sign',
  )
  if (request?.headersKnown !== 'all') return true
  return [...params, ...request.headers].some(({ name }) => !listed.has(name.toLowerCase()))
}
