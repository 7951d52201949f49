import { assertOneOf, assertOptions, assertSeconds } from './assert.ts'
import { type ParsedPresignedUrl, parsePresignedUrl } from './parse-presigned-url.ts'
import { encodeName } from './percent-encoding.ts'
import { TOKEN_NAMES } from './signed-texts.ts'
import { readClock } from './time-window.ts'

/** What a presigned URL leaves unprotected; never changes within a major version. */
export type LintCode =
  /** The URL is sent unencrypted. */
  | 'http'
  /** The signature holds for the same key in other buckets. */
  | 'host-unsigned'
  /** Parameters of the URL can be changed or taken away. */
  | 'params-unsigned'
  /** The token can be seen to be replaced: it is not part of the signature. */
  | 'token-unsigned'
  /** The SecretId is one of a temporary key, and there is no token. */
  | 'token-missing'
  /** Whoever has the URL can say how the answer is shown: `response-content-type=text/html`. */
  | 'overrides-unsigned'
  /** The sender chooses the content type. */
  | 'content-type-unsigned'
  /** The sender chooses the size, up to 5 GB. */
  | 'size-unsigned'
  /** An object that exists is overwritten. */
  | 'overwrite-allowed'
  /** The sender can make the object public. */
  | 'acl-unsigned'
  /** The URL works for longer than it should. */
  | 'long-life'
  /** The key that signed lives until somebody deletes it. */
  | 'permanent-key'

/** One thing that a URL leaves unprotected. */
export interface LintFinding {
  readonly code: LintCode
  /** A sentence for people: what somebody can do. Holds no secret. */
  readonly message: string
  /** A sentence for people: what to do about it. */
  readonly nextStep: string
}

/** How to look at a URL. */
export interface LintOptions {
  /**
   * What the URL is for: a URL does not say.
   * @default 'PUT' when a header is signed that only an upload has, else 'GET'
   */
  readonly method?: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE' | undefined
  /**
   * How long a URL may live, in seconds.
   * @default 86400, a day
   */
  readonly maxLifeSeconds?: number | undefined
  /**
   * The clock: milliseconds since the epoch.
   * @default Date.now
   */
  readonly now?: (() => number) | undefined
}

const OPTIONS = ['method', 'maxLifeSeconds', 'now']
const METHODS = ['GET', 'HEAD', 'PUT', 'POST', 'DELETE'] as const
const UPLOAD_HEADER =
  /^(?:content-(?:type|length|md5)|x-cos-(?:acl|forbid-overwrite|storage-class|traffic-limit))$/

/** SecretIds of permanent keys have 36 characters, those of temporary keys more (documentation 436/30613). */
const PERMANENT_ID_LENGTH = 36

/**
 * Says what a presigned URL leaves unprotected: what somebody who has it can change and COS will still accept. Whether it is a
 * fault depends on what the URL is for.
 *
 * @returns The findings, the gravest first; empty when there is nothing to say.
 * @throws {SignatureError} `ERR_PRESIGNED_URL_MALFORMED`
 * @throws {TypeError|RangeError} An option is not as it must be.
 */
export function lint(url: string, options: LintOptions = {}): LintFinding[] {
  assertOptions(options, 'options', OPTIONS)
  const parsed = parsePresignedUrl(url)
  const { method = parsed.headerList.some((name) => UPLOAD_HEADER.test(name)) ? 'PUT' : 'GET' } = options
  const { maxLifeSeconds = 86_400, now = Date.now } = options
  assertOneOf(method, 'method', METHODS)
  assertSeconds(maxLifeSeconds, 'maxLifeSeconds', 1)
  const left = Math.min(parsed.signTime.expiresAt, parsed.keyTime.expiresAt) - readClock(now, 'now')
  return [
    ...lintTarget(parsed),
    ...(method === 'PUT' ? lintUpload(parsed) : []),
    ...(method === 'GET' ? lintDownload(parsed) : []),
    ...lintKey(parsed, left, maxLifeSeconds),
  ]
}

function lintTarget({ scheme, headerList, urlParamList, params }: ParsedPresignedUrl): LintFinding[] {
  const signed = new Set([...urlParamList, ...urlParamList.map(encodeName)])
  const open = params.map(([name]) => name).filter((name) => !isToken(name) && !signed.has(encodeName(name)))
  return [
    ...finding(
      scheme === 'http',
      'http',
      'The URL goes over the network unencrypted, and whoever sees it can use it.',
      'Sign it with the scheme https.',
    ),
    ...finding(
      !headerList.includes('host'),
      'host-unsigned',
      'The host is not signed: the URL also opens this key in other buckets of the same owner.',
      'Sign the host, as is the default.',
    ),
    ...finding(
      open.length > 0,
      'params-unsigned',
      `Parameters of the URL are not signed and can be changed: ${open.map((name) => JSON.stringify(name)).join(', ')}.`,
      'Give them as Params when signing, instead of appending them.',
    ),
  ]
}

function lintUpload({ headerList, params }: ParsedPresignedUrl): LintFinding[] {
  const isPart = params.some(([name]) => /^uploadid$/i.test(name))
  const isOpen = (name: string): boolean => !headerList.includes(name)
  return [
    ...finding(
      isOpen('content-type') && !isPart,
      'content-type-unsigned',
      'The sender chooses the content type: text/html among them, which a browser runs.',
      'Sign Content-Type, or use presignUpload with the constraint contentType.',
    ),
    ...finding(
      isOpen('content-length') && isOpen('content-md5'),
      'size-unsigned',
      'The sender chooses the size, up to 5 GB.',
      'Sign Content-Length, or use a POST form or a temporary key with maxSizeBytes.',
    ),
    ...finding(
      isOpen('x-cos-forbid-overwrite') && !isPart,
      'overwrite-allowed',
      'An object that has this key is overwritten.',
      'Sign x-cos-forbid-overwrite: true (the constraint forbidOverwrite), or upload under a new key each time.',
    ),
    ...finding(
      isOpen('x-cos-acl') && !isPart,
      'acl-unsigned',
      'The sender can add x-cos-acl: public-read and so publish the object.',
      'Sign x-cos-acl (the constraint acl).',
    ),
  ]
}

function lintDownload({ urlParamList }: ParsedPresignedUrl): LintFinding[] {
  return finding(
    !urlParamList.includes('response-content-type'),
    'overrides-unsigned',
    'Whoever has the URL can append response-content-type=text/html, other response-… parameters, a versionId or an image-processing rule.',
    'Sign response-content-type with the type that it must have, and Filename or Disposition.',
  )
}

function lintKey(
  { params, secretId, headerList, urlParamList, securityToken }: ParsedPresignedUrl,
  left: number,
  maxLifeSeconds: number,
): LintFinding[] {
  const hasToken = securityToken !== undefined || params.some(([name]) => isToken(name))
  const isSigned = [...urlParamList, ...headerList].some(isToken)
  const isTemporary = hasToken || isSigned || secretId.length > PERMANENT_ID_LENGTH
  return [
    ...finding(
      isTemporary && !hasToken && !isSigned,
      'token-missing',
      'The SecretId is one of a temporary key, and the URL does not carry its token: COS will refuse it.',
      'Give the Token to the client; it then is in the URL, signed.',
    ),
    ...finding(
      hasToken && !isSigned,
      'token-unsigned',
      'The token is not part of the signature; SDKs that append it often forget to encode it, too.',
      'Give the Token to the client instead of appending it.',
    ),
    ...finding(
      left > maxLifeSeconds,
      'long-life',
      `The URL works for another ${left} s, more than ${maxLifeSeconds}.`,
      'Sign for as short as will do; StableFor keeps URLs cacheable all the same.',
    ),
    ...finding(
      !isTemporary,
      'permanent-key',
      'The URL was signed with a permanent key: it can be revoked only by deleting that key.',
      'Sign with a temporary key that may do no more than this.',
    ),
  ]
}

function isToken(name: string): boolean {
  return TOKEN_NAMES.includes(name.toLowerCase())
}

function finding(applies: boolean, code: LintCode, message: string, nextStep: string): LintFinding[] {
  return applies ? [{ code, message, nextStep }] : []
}
