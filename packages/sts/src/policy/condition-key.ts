import { fieldOf, type PolicyRequest } from './policy-request.ts'

/** What a condition key stands for in a request. */
export interface ConditionKey {
  readonly name: string
  /** Whether it is a query parameter, whose values are written percent-encoded in a policy (documentation 436/71306). */
  readonly isParam: boolean
  /** The value in a request; several for tags. */
  read(request: PolicyRequest): readonly string[] | undefined
}

type Reader = (request: PolicyRequest) => unknown

const GENERAL: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['qcs:ip', ({ clientIp }) => clientIp],
  ['qcs:current_time', ({ time }) => time],
  ['qcs:request_tag', ({ tags }) => tags],
  ['vpc:requester_vpc', ({ vpcId }) => vpcId],
  // The older name of the same [doc 436/46206].
  ['qcs:vpc', ({ vpcId }) => vpcId],
  ['cos:secure-transport', ({ isSecure }) => isSecure],
  ['cos:tls-version', ({ tlsVersion }) => tlsVersion],
])

/** Keys that the documentation has for a header or parameter, for the advice on a misspelt one. */
const DOCUMENTED = [
  ...GENERAL.keys(),
  'cos:content-length',
  'cos:content-type',
  'cos:host',
  'cos:prefix',
  'cos:response-content-type',
  'cos:versionid',
  'cos:x-cos-acl',
  'cos:x-cos-forbid-overwrite',
  'cos:x-cos-mime-limit',
  'cos:x-cos-storage-class',
]

// Every other name after `cos:` is a parameter.
const HEADER = /^(?:x-cos-|content-|if-)|^(?:host|range|referer|origin|user-agent|cache-control|expires)$/

/** Finds out what a condition key reads. One that nobody knows is in no request. */
export function toConditionKey(name: string): ConditionKey {
  const general = GENERAL.get(name)
  if (general) return { name, isParam: false, read: (request) => toList(general(request)) }
  const [, field] = /^cos:(.+)$/.exec(name) ?? []
  if (field === undefined) return { name, isParam: false, read: () => undefined }
  const isParam = !HEADER.test(field)
  return {
    name,
    isParam,
    read: ({ headers, params }) => toList(fieldOf(isParam ? params : headers, field)),
  }
}

/** Whether anything of a request is called so. */
export function isReadable(name: string): boolean {
  return GENERAL.has(name) || name.startsWith('cos:')
}

/** The documented key that somebody probably meant, if it is another. */
export function suggestKey(name: string): string | undefined {
  const plain = (key: string): string => key.toLowerCase().replaceAll('_', '-')
  if (DOCUMENTED.includes(name)) return undefined
  return DOCUMENTED.find((known) => plain(known) === plain(name))
}

/** Values as texts, whatever a request of plain JavaScript holds: an answer is no place for a TypeError. */
function toList(value: unknown): readonly string[] | undefined {
  if (value === undefined || value === null) return undefined
  return Array.isArray(value) ? value.map(String) : [String(value)]
}
