import { encode } from '../../percent-encoding.ts'
import { TOKEN_NAMES } from '../../signed-texts.ts'
import type { Case, Rule } from '../case.ts'
import type { KeyFacts, RequestFacts } from '../facts.ts'
import { createFinding, type Finding } from '../finding.ts'
import { PERMANENT_ID_LENGTH } from '../secret-id.ts'
import { formatSpan, formatTime } from '../time-text.ts'

/** The token of a temporary key: missing, of another key, broken on its way, or dead. */
export const token: Rule = (known) => {
  const { request, fields, kind } = known
  if (request === undefined || fields === undefined) return withoutRequest(known)
  const key = keyOfRequest(known)
  const dead = deadKey(known, key)
  const sent = sentTokens(request, fields.securityToken)
  if (sent.length === 0) return [...missing(known, key, request), ...dead]
  if (key?.securityToken !== undefined) return [...wrong(sent, key.securityToken), ...dead]
  if (kind === 'key' || kind === 'mismatch') return [...broken(sent), ...unneeded(known, key), ...dead]
  return [...unneeded(known, key), ...dead]
}

/** The key that was given, if it is the one of the request. */
function keyOfRequest({ key, fields }: Case): KeyFacts | undefined {
  return key?.secretId === undefined || key.secretId === fields?.secretId ? key : undefined
}

function withoutRequest({ kind }: Case): Finding[] {
  return kind === 'token' ? [createFinding('token-expired', 'certain')] : []
}

/** A token in the forms it may be read in. */
type SentToken = readonly [decoded: string, raw: string]

function sentTokens({ headers, read }: RequestFacts, inAuthorization: string | undefined): SentToken[] {
  const tokens: SentToken[] = []
  for (const { name, value = '' } of headers) if (TOKEN_NAMES.includes(name)) tokens.push([value, value])
  for (const { name, value, rawValue } of read?.target.params ?? []) {
    if (TOKEN_NAMES.includes(name.toLowerCase())) tokens.push([value, rawValue])
  }
  if (inAuthorization !== undefined) tokens.push([inAuthorization, inAuthorization])
  return tokens.filter(([decoded]) => decoded !== '')
}

function missing(known: Case, key: KeyFacts | undefined, request: RequestFacts): Finding[] {
  const { fields, kind } = known
  if (fields === undefined) return []
  const isSigned = [...fields.headerList, ...fields.urlParamList].some((name) =>
    TOKEN_NAMES.includes(name.toLowerCase()),
  )
  const isTemporary = key?.securityToken !== undefined || isSigned
  if (isTemporary && (request.signature?.carrier !== 'header' || request.headersKnown !== 'none')) {
    return [createFinding('token-missing', 'certain')]
  }
  if (fields.secretId.length <= PERMANENT_ID_LENGTH) return []
  if (request.signature?.carrier === 'header' && request.headersKnown === 'none') return []
  return [
    createFinding('token-missing', kind === 'denied' ? 'possible' : 'likely', {
      summary: `The SecretId has ${fields.secretId.length} characters, as those of temporary keys do, and the request carries no token.`,
    }),
  ]
}

function wrong(sent: readonly SentToken[], right: string): Finding[] {
  const other = sent.find((forms) => !forms.includes(right))
  if (other === undefined) return []
  const [decoded, raw] = other
  if (decoded.includes(encode(right)) || raw.includes('%25')) {
    return [createFinding('token-broken', 'certain', { summary: 'The token was percent-encoded twice.' })]
  }
  if (decoded.replaceAll(' ', '+') === right) {
    return [createFinding('token-broken', 'certain', { summary: 'The + of the token arrived as spaces.' })]
  }
  // A cut may leave half of an escape.
  const beginning = decoded.replace(/%.?$/, '')
  if (right.startsWith(beginning)) {
    return [
      createFinding('token-broken', 'certain', {
        summary: `The token was cut: ${beginning.length} of ${right.length} characters arrived.`,
      }),
    ]
  }
  return [createFinding('token-wrong', 'certain')]
}

/** Without the right token to compare: what cannot be a token as STS makes them. */
function broken(sent: readonly SentToken[]): Finding[] {
  for (const [decoded] of sent) {
    if (/%(?:2B|2F|3D|25)/i.test(decoded)) {
      return [createFinding('token-broken', 'likely', { summary: 'The token was percent-encoded twice.' })]
    }
    if (/\s/.test(decoded)) {
      return [
        createFinding('token-broken', 'likely', {
          summary:
            'The token holds white space; it was put into the URL unencoded, or copied with a line end.',
        }),
      ]
    }
  }
  return []
}

function unneeded({ kind, fields, key: given }: Case, key: KeyFacts | undefined): Finding[] {
  if (kind !== 'key' && !(kind === 'none' && key?.secretId !== undefined && given === key)) return []
  const isPermanent = key?.secretId !== undefined || (fields?.secretId.length ?? 0) <= PERMANENT_ID_LENGTH
  return isPermanent
    ? [
        createFinding('token-wrong', 'likely', {
          summary: 'The key looks permanent, and the request carries a token.',
        }),
      ]
    : [createFinding('token-wrong', 'likely', { leavesOpen: ['key-unknown', 'token-broken'] })]
}

function deadKey({ kind, answer, request, seconds, fields }: Case, key: KeyFacts | undefined): Finding[] {
  const at = answer?.serverSeconds ?? request?.startedAt ?? seconds
  const { expiresAt } = key ?? {}
  if (expiresAt !== undefined && at > expiresAt) {
    const end = fields === undefined ? 0 : fields.signTime.expiresAt
    const claim = end > expiresAt ? `, though the signature says ${formatTime(end)}` : ''
    return [
      createFinding('token-expired', kind === 'token' || kind === 'none' ? 'certain' : 'likely', {
        summary: `The temporary key died ${formatTime(expiresAt)}, ${formatSpan(at - expiresAt)} before ${formatTime(at)}${claim}.`,
      }),
    ]
  }
  return kind === 'token' ? [createFinding('token-expired', 'certain')] : []
}
