import type { PolicyRequest } from '../../src/index.ts'

/*
 * The documentation's rules once more, as short as they can be said and with none of the evaluator's code: patterns are regular
 * expressions, nothing is prepared, nothing is explained.
 */

/** A policy of texts and lists only. */
export interface ModelPolicy {
  readonly version: '2.0'
  readonly statement: readonly ModelStatement[]
}

/** See {@link ModelPolicy}. */
export interface ModelStatement {
  readonly effect: 'allow' | 'deny'
  readonly action: readonly string[]
  readonly resource: readonly string[]
  readonly condition: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>
}

/** Whether the policy allows the request. */
export function modelAllows(policy: ModelPolicy, request: PolicyRequest): boolean {
  const effects = policy.statement.filter((one) => isAbout(one, request)).map(({ effect }) => effect)
  return effects.includes('allow') && !effects.includes('deny')
}

function isAbout({ action, resource, condition }: ModelStatement, request: PolicyRequest): boolean {
  return (
    namesOf(request.action).some((name) =>
      action.some((pattern) => like(pattern.replace(/^name\//, ''), name)),
    ) &&
    resource.some((pattern) => covers(pattern, request)) &&
    Object.entries(condition).every(([operator, keys]) =>
      Object.entries(keys).every(([key, values]) => holds(operator, values, actualOf(key, request))),
    )
  )
}

function namesOf(action: string): string[] {
  const also = { PutObjectCopy: ['PutObject'], DeleteMultipleObjects: ['DeleteObject'] }[action] ?? []
  return [action, ...also].map((name) => `cos:${name}`)
}

function covers(pattern: string, { action, resource, params }: PolicyRequest): boolean {
  if (pattern === '*') return true
  const { region = '', bucket = '', key = '' } = resource ?? {}
  const [, , service = '', itsRegion, account, last = ''] = pattern.split(':')
  const isOld = last.startsWith('prefix//')
  const [name = '', appId = ''] = bucket.split(/-(?=\d+$)/)
  const prefix = action === 'GetBucket' ? (params as Record<string, string>).prefix : undefined
  const keys = prefix === undefined ? [key] : [key, prefix]
  return (
    service === 'cos' &&
    (itsRegion === '' || itsRegion === region) &&
    (account === '' || account === `uid/${appId}`) &&
    keys.some((one) =>
      like(
        pattern.split(':').slice(5).join(':'),
        isOld ? `prefix//${appId}/${name}/${one}` : `${bucket}/${one}`,
      ),
    )
  )
}

function actualOf(key: string, { headers, params, clientIp, isSecure }: PolicyRequest): string | undefined {
  if (key === 'qcs:ip') return clientIp
  if (key === 'cos:secure-transport') return String(isSecure)
  const name = key.replace('cos:', '')
  const param = (params as Record<string, string>)[name]
  return name === 'prefix' ? param && encodeURIComponent(param) : (headers as Record<string, string>)[name]
}

function holds(operator: string, values: readonly string[], actual: string | undefined): boolean {
  const base = operator.replace(/_if_exist$/, '')
  if (actual === undefined) return operator !== base
  const meets = (value: string): boolean => {
    switch (base.replace('_not_', '_')) {
      case 'string_equal':
        return value === actual
      case 'string_like':
        return like(value, actual)
      case 'numeric_less_than_equal':
        return Number(actual) <= Number(value)
      case 'numeric_greater_than':
        return Number(actual) > Number(value)
      case 'ip_equal':
        return isInRange(value, actual)
      case 'bool_equal':
        return value === actual
      default:
        throw new Error(operator)
    }
  }
  return base.includes('_not_') ? !values.some(meets) : values.some(meets)
}

function isInRange(range: string, address: string): boolean {
  const bits = (text: string): string =>
    text
      .split('.')
      .map((byte) => Number(byte).toString(2).padStart(8, '0'))
      .join('')
  const [network = '', length = '32'] = range.split('/')
  return bits(address).startsWith(bits(network).slice(0, Number(length)))
}

function like(pattern: string, text: string): boolean {
  const source = pattern.split('*').map((part) => part.replace(/[\\^$.|?+()[\]{}/-]/g, '\\$&'))
  return new RegExp(`^${source.join('.*')}$`, 's').test(text)
}
