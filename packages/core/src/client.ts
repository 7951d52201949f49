import { assertOneOf, assertOptions, assertSeconds, assertText, assertType } from './assert.ts'
import { type BucketHost, createBucketHost } from './bucket-host.ts'
import { type Disposition, withDisposition } from './content-disposition.ts'
import { assertSecret, NOT_IN_ID } from './credential.ts'
import type { CredentialProvider } from './credential-provider.ts'
import { assertScheme, type Scheme } from './host.ts'
import { assertKeyLength, assertUrlKey } from './object-key.ts'
import { isSamePairs, type Pairs, type TextPairs, toHeaders, toParams } from './pairs.ts'
import { encodePath } from './percent-encoding.ts'
import {
  missingToken,
  type PreparedUrl,
  prepareSignedUrl,
  prepareUrl,
  type UrlShape,
  withHost,
  writeUrl,
} from './presign-url.ts'
import { printRedacted } from './print.ts'
import { createProvidedClient, type ProvidedClient } from './provided-client.ts'
import { asPythonSigns } from './python-compat.ts'
import { createSignKeys } from './sign-key.ts'
import { type Authorize, prepareAuthorization, type RequestShape, type Signer } from './signature.ts'
import { earlyStart, endWithKey, keyTimeOf, NEVER, readClock, type TimeWindow } from './time-window.ts'

/** The methods that COS signs requests for. */
export type Method = 'GET' | 'PUT' | 'POST' | 'DELETE' | 'HEAD'

/** What to do when the temporary key dies before a signature was to end: end it with the key, or throw. */
export type ExpiryPolicy = 'clamp' | 'throw'

/** Where a client's requests go, who signs them, and how. */
export interface CosClientOptions {
  /** Region of the bucket, such as `ap-guangzhou`: hosts are `<Bucket>.cos.<Region>.myqcloud.com`. Old names (`cosgz`, `cn-south`) work. */
  readonly Region?: string | undefined
  /** What follows `<Bucket>.` in a host, such as `cos.accelerate.myqcloud.com`; before `Region`. */
  readonly Endpoint?: string | undefined
  /** The whole host, such as `files.example.com`; `{Bucket}` and `{Region}` in it are replaced. Before `Endpoint` and `Region`. */
  readonly Domain?: string | undefined
  /** Names the key; stands in every signature. */
  readonly SecretId: string
  /** Signs, and goes nowhere: not into a URL, an error or a print. */
  readonly SecretKey: string
  /** The token of a temporary key. */
  readonly Token?: string | undefined
  /** When the temporary key dies, in Unix seconds. No signature will outlive it. */
  readonly TokenExpiresAt?: number | undefined
  /**
   * What to do when the temporary key dies before the end that was asked for.
   * @default 'clamp'
   */
  readonly ExpiryPolicy?: ExpiryPolicy | undefined
  /** @default 'https' */
  readonly Scheme?: Scheme | undefined
  /**
   * Whether the host is part of signatures. Without it they hold for the same key of other buckets too.
   * @default true
   */
  readonly SignHost?: boolean | undefined
  /** `'python'`: exactly what the vendor's Python SDK makes, with its gaps: some headers unsigned, no token, the host without its port. */
  readonly Compat?: 'python' | undefined
  /**
   * The clock: a function that returns milliseconds since the epoch. Where the machine's own is wrong, `clockOffsetOf` learns by how
   * much from an answer of COS: `Now: () => Date.now() + offset`.
   * @default Date.now
   */
  readonly Now?: (() => number) | undefined
}

/** What an operation is done to. */
export interface ObjectParams {
  /** `BucketName-APPID`. */
  readonly Bucket: string
  /** The object's key, never encoded; one leading `/` is optional. `/` is the bucket itself. */
  readonly Key: string
}

/** A request to sign, without its method. */
export interface RequestParams extends ObjectParams {
  /**
   * Seconds from now.
   * @default 300
   */
  readonly Expired?: number | undefined
  /** Query parameters, all signed. */
  readonly Params?: Pairs | undefined
  /** Request headers, all signed: the sender must send exactly these. */
  readonly Headers?: Pairs | undefined
  /** Overrides the client's `SignHost`. */
  readonly SignHost?: boolean | undefined
}

/** A request to sign. */
export interface SignParams extends RequestParams {
  /** GET, PUT, POST, DELETE or HEAD. */
  readonly Method: Method
}

/** A download to make a URL for. */
export interface DownloadUrlParams extends RequestParams {
  /**
   * Seconds: all calls within that time give the same URL, so that it can be cached; `Expired` is then what is at least left of its
   * life. The times begin at multiples of it since 1970. With another key the URL is another.
   */
  readonly StableFor?: number | undefined
  /** The name under which a browser saves the object, in any language; see `downloadName`. For GET and HEAD. */
  readonly Filename?: string | undefined
  /**
   * Whether a browser saves the object or shows it, if it can. For GET and HEAD.
   * @default 'attachment' with a `Filename`, else what is stored with the object
   */
  readonly Disposition?: Disposition | undefined
}

/** A request to make a URL for. */
export interface PresignParams extends DownloadUrlParams {
  /** GET, PUT, POST, DELETE or HEAD. */
  readonly Method: Method
}

/** A presigned URL with all that its sender must know. Prints redacted; `url` and JSON are complete, for sending. */
export interface PresignedRequest {
  /** The only method the URL is good for. */
  readonly method: Method
  /** Whoever has it may make the request: as secret as what it opens. */
  readonly url: string
  /** Headers the sender must send, as given; Host, which clients send by themselves, left out. */
  readonly headers: Readonly<Record<string, string>>
  /** Unix seconds: the beginning of the signature. */
  readonly startsAt: number
  /** Unix seconds: the end of the signature. */
  readonly expiresAt: number
  /** Unix seconds: when the URL really stops working, the earlier of signature and key. */
  readonly effectiveExpiresAt: number
}

/** An authorised request: the headers to send. Prints redacted. */
export interface AuthorizedRequest {
  /** The value of the `Authorization` header. */
  readonly authorization: string
  /** All headers to send: the given ones, `Authorization`, and the token of a temporary key. */
  readonly headers: Readonly<Record<string, string>>
}

const OPTIONS = [
  'Region',
  'Endpoint',
  'Domain',
  'SecretId',
  'SecretKey',
  'Token',
  'TokenExpiresAt',
  'ExpiryPolicy',
  'Scheme',
  'SignHost',
  'Compat',
  'Now',
]
const OBJECT = ['Bucket', 'Key']
/** The parameters of any request. */
export const REQUEST: readonly string[] = [...OBJECT, 'Expired', 'Params', 'Headers', 'SignHost']
const SIGN = ['Method', ...REQUEST]
/** The parameters of a download. */
export const DOWNLOAD: readonly string[] = [...REQUEST, 'StableFor', 'Filename', 'Disposition']
const PRESIGN = ['Method', ...DOWNLOAD]
const METHODS: readonly Method[] = ['GET', 'PUT', 'POST', 'DELETE', 'HEAD']

/** What a client was made with, for functions that take one. */
export let settingsOf: (client: CosClient) => ClientSettings

/**
 * Signs requests to COS under the names of the vendor's documentation. Every method is synchronous, needs no network, and throws
 * a TypeError (wrong type or a name that is not allowed) or RangeError (wrong value) that names the parameter.
 *
 * @throws {TypeError|RangeError} An option is missing or not as it must be; messages never hold a secret.
 * @see https://cloud.tencent.com/document/product/436/35153
 * @example
 * const client = new CosClient({ Region: 'ap-guangzhou', SecretId, SecretKey })
 * const url = client.getPresignedDownloadUrl({ Bucket: 'examplebucket-1250000000', Key: 'exampleobject' })
 */
export class CosClient {
  // All in one private field, so that nothing is printed or serialised; and a function, because a browser's console does show
  // the value of a private field.
  readonly #settings: () => ClientSettings

  static {
    settingsOf = (client) => client.#settings()
  }

  constructor(options: CosClientOptions) {
    assertOptions(options, 'options', OPTIONS)
    const {
      SecretId,
      SecretKey,
      Token,
      TokenExpiresAt,
      ExpiryPolicy = 'clamp',
      Scheme = 'https',
      SignHost = true,
      Compat,
      Now = Date.now,
    } = options
    assertSecret(SecretId, 'SecretId', NOT_IN_ID)
    assertSecret(SecretKey, 'SecretKey')
    if (Token !== undefined) assertSecret(Token, 'Token')
    if (TokenExpiresAt !== undefined) assertSeconds(TokenExpiresAt, 'TokenExpiresAt')
    assertOneOf(ExpiryPolicy, 'ExpiryPolicy', ['clamp', 'throw'])
    assertScheme(Scheme, 'Scheme')
    assertType(SignHost, 'SignHost', 'boolean')
    if (Compat !== undefined) assertOneOf(Compat, 'Compat', ['python'])
    assertType(Now, 'Now', 'function')
    const python = Compat === 'python'
    const settings = createSettings({
      options,
      signer: { secretId: SecretId, signKeys: createSignKeys(SecretKey) },
      bucketHost: createBucketHost(options, Scheme, python),
      scheme: Scheme,
      signHost: SignHost,
      token: Token,
      keyExpiresAt: TokenExpiresAt ?? NEVER,
      mayClamp: ExpiryPolicy === 'clamp',
      python,
      now: Now,
    })
    this.#settings = () => settings
  }

  /**
   * The vendor's `get_auth`: the value of the `Authorization` header for one request.
   *
   * A temporary key's token is neither added nor signed unless given in `Headers` or `Params`; {@link authorize} returns it too.
   *
   * @throws {SignatureError} `ERR_CREDENTIAL_EXPIRED`: the temporary key is dead; `ERR_CREDENTIAL_EXPIRES_EARLY`: it dies too early.
   * @see https://cloud.tencent.com/document/product/436/7778
   */
  getAuth(params: SignParams): string {
    const settings = this.#settings()
    return authorizationOf(settings, readCall(settings, params, SIGN))
  }

  /**
   * The vendor's `get_presigned_url`: a URL that may be used for this one request, by anybody.
   *
   * @throws {SignatureError} `ERR_CREDENTIAL_EXPIRED`: the temporary key is dead; `ERR_CREDENTIAL_EXPIRES_EARLY`: it dies too early.
   * @see https://cloud.tencent.com/document/product/436/14114
   */
  getPresignedUrl(params: PresignParams): string {
    const settings = this.#settings()
    return urlOf(settings, readCall(settings, params))
  }

  /**
   * The vendor's `get_presigned_download_url`: a URL for GET.
   *
   * @throws {SignatureError} `ERR_CREDENTIAL_EXPIRED`: the temporary key is dead; `ERR_CREDENTIAL_EXPIRES_EARLY`: it dies too early.
   * @see https://cloud.tencent.com/document/product/436/14116
   */
  getPresignedDownloadUrl(params: DownloadUrlParams): string {
    const settings = this.#settings()
    return urlOf(settings, readCall(settings, params, DOWNLOAD, 'GET'))
  }

  /**
   * As {@link getPresignedUrl}, with all the sender must know.
   *
   * @throws {SignatureError} `ERR_CREDENTIAL_EXPIRED`: the temporary key is dead; `ERR_CREDENTIAL_EXPIRES_EARLY`: it dies too early.
   */
  presign(params: PresignParams): PresignedRequest {
    const settings = this.#settings()
    return presignCall(settings, readCall(settings, params))
  }

  /**
   * As {@link getAuth}, with all headers to send, the token of a temporary key among them.
   *
   * @throws {SignatureError} `ERR_CREDENTIAL_EXPIRED`: the temporary key is dead; `ERR_CREDENTIAL_EXPIRES_EARLY`: it dies too early.
   */
  authorize(params: SignParams): AuthorizedRequest {
    const settings = this.#settings()
    const call = readCall(settings, params, SIGN)
    const authorization = authorizationOf(settings, call)
    const token = missingToken(call, settings.token)
    const headers = Object.fromEntries([...call.headers, ['Authorization', authorization], ...token])
    return printRedacted({ authorization, headers })
  }

  /**
   * This client with the keys of a provider instead of its own.
   *
   * @param provider - Called for each signature; see {@link CredentialProvider}.
   */
  withCredentials(provider: CredentialProvider): ProvidedClient {
    assertType(provider, 'provider', 'function')
    const settings = this.#settings()
    return createProvidedClient(async (params) => {
      // Pairs may be of a kind that is read once, as `map.entries()` is: reading them is left to whoever signs them.
      const withoutPairs = { Method: 'GET', ...params, Params: [], Headers: [] } as const
      const { method, key, expiresAt } = readCall({ ...settings, keyExpiresAt: NEVER }, withoutPairs)
      const credential = await provider({ method, bucket: params.Bucket, key, validUntil: expiresAt })
      return new CosClient({
        ...settings.options,
        SecretId: credential.secretId,
        SecretKey: credential.secretKey,
        Token: credential.securityToken,
        TokenExpiresAt: credential.expiresAt,
      })
    })
  }

  /**
   * The address of an object (or bucket), not signed: for public objects, or to be sent with {@link authorize}d headers.
   *
   * @see https://cloud.tencent.com/document/product/436/6224
   */
  getObjectUrl(params: ObjectParams): string {
    assertOptions(params, 'params', OBJECT)
    const { scheme, bucketHost, python } = this.#settings()
    return `${scheme}://${bucketHost(params.Bucket)}/${encodePath(keyOf(params.Key, python))}`
  }
}

/** A client's options, checked. */
interface Options extends Pick<UrlShape, 'scheme' | 'signHost' | 'token'> {
  readonly options: CosClientOptions
  readonly signer: Signer
  readonly bucketHost: BucketHost
  readonly keyExpiresAt: number
  readonly mayClamp: boolean
  readonly python: boolean
  readonly now: () => number
}

/** And what was prepared with them. */
export interface ClientSettings extends Options {
  readonly prepareUrl: (shape: CallShape) => PreparedUrl
  readonly prepareAuthorization: (shape: CallShape) => Authorize
}

/** What many calls have in common, checked. */
export interface CallShape extends RequestShape {
  readonly method: Method
  readonly host: string
  readonly signHost: boolean
}

/** A call's parameters, checked. */
export interface Call extends CallShape, TimeWindow {
  readonly key: string
}

function createSettings(options: Options): ClientSettings {
  const { signer, scheme, token, python } = options
  return {
    ...options,
    prepareUrl: keepShapes((call) => {
      const shape = { scheme, token, ...call }
      return python ? prepareSignedUrl(asPythonSigns(shape), shape, signer) : prepareUrl(shape, signer)
    }),
    prepareAuthorization: keepShapes((call) =>
      prepareAuthorization(python ? asPythonSigns(call) : { ...call, headers: withHost(call) }, signer),
    ),
  }
}

/** Keeps what was prepared for the last call of each method: the next one mostly differs in its key alone. */
function keepShapes<T>(prepare: (shape: CallShape) => T): (shape: CallShape) => T {
  const kept = new Map<Method, { shape: CallShape; prepared: T }>()
  return function prepareShape(shape) {
    let last = kept.get(shape.method)
    if (last === undefined || !isSameShape(last.shape, shape)) {
      last = { shape, prepared: prepare(shape) }
      kept.set(shape.method, last)
    }
    return last.prepared
  }
}

function isSameShape(a: CallShape, b: CallShape): boolean {
  return (
    a.host === b.host &&
    a.signHost === b.signHost &&
    isSamePairs(a.params, b.params) &&
    isSamePairs(a.headers, b.headers)
  )
}

function authorizationOf(settings: ClientSettings, call: Call): string {
  return settings.prepareAuthorization(call)(call.key, keyTimeOf(call))
}

/** The URL of a call. */
export function urlOf(settings: ClientSettings, call: Call): string {
  if (!settings.python) assertUrlKey(call.key, 'Key')
  return writeUrl(settings.prepareUrl(call), call.key, keyTimeOf(call))
}

/** The URL of a call, with all its sender must know. */
export function presignCall(settings: ClientSettings, call: Call): PresignedRequest {
  const { method, startsAt, expiresAt } = call
  return printRedacted({
    method,
    url: urlOf(settings, call),
    headers: Object.fromEntries(call.headers.filter(([name]) => name.toLowerCase() !== 'host')),
    startsAt,
    expiresAt,
    effectiveExpiresAt: Math.min(expiresAt, settings.keyExpiresAt),
  })
}

/**
 * Reads and checks the parameters of a call.
 *
 * @param headers - Those to sign, where they have been read and checked.
 */
export function readCall(
  settings: ClientSettings,
  params: DownloadUrlParams & { readonly Method?: Method },
  known: readonly string[] = PRESIGN,
  method: Method | undefined = params?.Method,
  headers?: TextPairs,
): Call {
  assertOptions(params, 'params', known)
  const { python } = settings
  const { Expired = 300, SignHost = settings.signHost, StableFor = 0 } = params
  assertOneOf(method, 'Method', METHODS)
  assertSeconds(Expired, 'Expired', 1)
  assertType(SignHost, 'SignHost', 'boolean')
  assertSeconds(StableFor, 'StableFor')
  const host = settings.bucketHost(params.Bucket)
  const key = keyOf(params.Key, python)
  const seconds = readClock(settings.now, 'Now')
  const begin = StableFor ? seconds - (seconds % StableFor) : seconds
  const end = begin + StableFor + Expired
  const needed = settings.mayClamp && !StableFor ? 1 : Expired
  return {
    method,
    key,
    params: withDisposition(
      toParams(params.Params, 'Params', python),
      method,
      params.Filename,
      params.Disposition,
    ),
    headers: headers ?? toHeaders(params.Headers, 'Headers', python),
    host,
    signHost: SignHost,
    startsAt: earlyStart(begin),
    expiresAt: python ? end : endWithKey(end, seconds, settings.keyExpiresAt, needed),
  }
}

/** The key without the one leading slash that is optional. */
export function keyOf(key: unknown, python: boolean): string {
  assertText(key, 'Key')
  const bare = key.startsWith('/') ? key.slice(1) : key
  if (!python) assertKeyLength(bare, 'Key')
  return bare
}
