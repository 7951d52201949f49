import { assertOptions, assertSeconds, assertText, assertUnixSeconds, kindOf } from './assert.ts'
import { type BucketHost, createBucketHost } from './bucket-host.ts'
import { assertCredential, type Credential, createCredential } from './credential.ts'
import { assertScheme, type Scheme, tokenNameOf } from './host.ts'
import { assertKeyLength } from './object-key.ts'
import {
  assertHeaderSyntax,
  assertSignableHeaders,
  assertSignableParams,
  combineRepeated,
  findPair,
  type Pairs,
  toTextPairs,
} from './pairs.ts'
import { encodePath } from './percent-encoding.ts'
import { composeUrl, type Destination, isTokenGiven, type UrlNames, writeUrl } from './presign-url.ts'
import { asPythonSigns } from './python-compat.ts'
import { printAs, redact, redactId } from './redact.ts'
import { signerOf } from './sign-request.ts'
import {
  computeSignature,
  type RequestParts,
  type Signature,
  type Signer,
  toAuthorization,
  toQuery,
} from './signature.ts'
import { clampWindow, earlyStart, keyTimeOf, readClock, type TimeWindow } from './time-window.ts'

/** The methods that COS signs requests for. */
export type Method = 'GET' | 'PUT' | 'POST' | 'DELETE' | 'HEAD'

/** Where a client's requests go, who signs them, and how. */
export interface CosClientOptions {
  /** Region of the bucket, such as `ap-guangzhou`: hosts are `<Bucket>.cos.<Region>.myqcloud.com`. Old names (`cosgz`, `cn-south`) work. */
  readonly Region?: string | undefined
  /** What follows `<Bucket>.` in a host, such as `cos.accelerate.myqcloud.com`; before `Region`. */
  readonly Endpoint?: string | undefined
  /** The whole host, such as `files.example.com`; `{Bucket}` and `{Region}` in it are replaced. Before `Endpoint` and `Region`. */
  readonly Domain?: string | undefined
  readonly SecretId: string
  readonly SecretKey: string
  /** The token of a temporary key. */
  readonly Token?: string | undefined
  /** When the temporary key dies, in Unix seconds. No signature will outlive it. */
  readonly TokenExpiresAt?: number | undefined
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
   * The clock: a function that returns milliseconds since the epoch.
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

/** What to sign, besides the method. */
export interface DownloadUrlParams extends ObjectParams {
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

/** What to sign. */
export interface SignParams extends DownloadUrlParams {
  /** GET, PUT, POST, DELETE or HEAD. */
  readonly Method: Method
}

/** A presigned URL with all that its sender must know. Prints redacted; `url` and JSON are complete, for sending. */
export interface PresignedRequest {
  readonly method: Method
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

const OPTIONS = new Set([
  'Region',
  'Endpoint',
  'Domain',
  'SecretId',
  'SecretKey',
  'Token',
  'TokenExpiresAt',
  'Scheme',
  'SignHost',
  'Compat',
  'Now',
])
const OBJECT = new Set(['Bucket', 'Key'])
const DOWNLOAD = new Set([...OBJECT, 'Expired', 'Params', 'Headers', 'SignHost'])
const SIGN = new Set([...DOWNLOAD, 'Method'])

const NAMES: UrlNames = { path: 'Key', params: 'Params', headers: 'Headers', token: 'Token' }

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
  readonly #credential: Credential
  readonly #signer: Signer
  readonly #bucketHost: BucketHost
  readonly #scheme: Scheme
  readonly #signHost: boolean
  readonly #python: boolean
  readonly #now: () => number

  constructor(options: CosClientOptions) {
    assertOptions(options, 'options', OPTIONS)
    const {
      SecretId,
      SecretKey,
      Token,
      TokenExpiresAt,
      Scheme = 'https',
      SignHost = true,
      Compat,
      Now = Date.now,
    } = options
    const credential = {
      secretId: SecretId,
      secretKey: SecretKey,
      securityToken: Token,
      expiresAt: TokenExpiresAt,
    }
    assertCredential(credential, {
      secretId: 'SecretId',
      secretKey: 'SecretKey',
      securityToken: 'Token',
      expiresAt: 'TokenExpiresAt',
    })
    assertScheme(Scheme, 'Scheme')
    assertBoolean(SignHost, 'SignHost')
    if (Compat !== undefined && Compat !== 'python')
      throw new RangeError('"Compat" must be "python" or left out')
    if (typeof Now !== 'function')
      throw new TypeError(`"Now" must be a function returning milliseconds; got ${kindOf(Now)}`)
    this.#credential = createCredential(credential)
    this.#signer = signerOf(this.#credential)
    this.#bucketHost = createBucketHost(options, Scheme, Compat === 'python')
    this.#scheme = Scheme
    this.#signHost = SignHost
    this.#python = Compat === 'python'
    this.#now = Now
    printAs(this, () => `CosClient ${JSON.stringify(this)}`)
  }

  /**
   * The vendor's `get_auth`: the value of the `Authorization` header for one request.
   *
   * A temporary key's token is neither added nor signed unless given in `Headers` or `Params`; {@link authorize} returns it too.
   *
   * @throws {SignatureError} `ERR_CREDENTIAL_EXPIRED`: the temporary key is dead.
   * @see https://cloud.tencent.com/document/product/436/7778
   */
  getAuth(params: SignParams): string {
    return this.#authorization(this.#read(params, SIGN, params?.Method))
  }

  /**
   * The vendor's `get_presigned_url`: a URL that may be used for this one request, by anybody.
   *
   * @throws {SignatureError} `ERR_CREDENTIAL_EXPIRED`: the temporary key is dead.
   * @see https://cloud.tencent.com/document/product/436/14114
   */
  getPresignedUrl(params: SignParams): string {
    return this.#url(this.#read(params, SIGN, params?.Method))
  }

  /**
   * The vendor's `get_presigned_download_url`: a URL for GET.
   *
   * @throws {SignatureError} `ERR_CREDENTIAL_EXPIRED`: the temporary key is dead.
   * @see https://cloud.tencent.com/document/product/436/14116
   */
  getPresignedDownloadUrl(params: DownloadUrlParams): string {
    return this.#url(this.#read(params, DOWNLOAD, 'GET'))
  }

  /**
   * As {@link getPresignedUrl}, with all the sender must know.
   *
   * @throws {SignatureError} `ERR_CREDENTIAL_EXPIRED`: the temporary key is dead.
   */
  presign(params: SignParams): PresignedRequest {
    const call = this.#read(params, SIGN, params?.Method)
    const { startsAt, expiresAt } = call.window
    return printRedacted({
      method: call.method,
      url: this.#url(call),
      headers: Object.fromEntries(call.headers.filter(([name]) => name.toLowerCase() !== 'host')),
      startsAt,
      expiresAt,
      effectiveExpiresAt: Math.min(expiresAt, this.#credential.expiresAt ?? expiresAt),
    })
  }

  /**
   * As {@link getAuth}, with all headers to send, the token of a temporary key among them.
   *
   * @throws {SignatureError} `ERR_CREDENTIAL_EXPIRED`: the temporary key is dead.
   */
  authorize(params: SignParams): AuthorizedRequest {
    const call = this.#read(params, SIGN, params?.Method)
    const { securityToken } = this.#credential
    const headers = new Map(call.headers)
    const authorization = this.#authorization(call)
    headers.set('Authorization', authorization)
    if (securityToken !== undefined) {
      const name = tokenNameOf(call.destination.host)
      if (!isTokenGiven(name, securityToken, call.params, call.headers, NAMES))
        headers.set(name, securityToken)
    }
    return printRedacted({ authorization, headers: Object.fromEntries(headers) })
  }

  /** The address of an object (or bucket), not signed: for public objects, or to be sent with {@link authorize}d headers. */
  getObjectUrl(params: ObjectParams): string {
    assertOptions(params, 'params', OBJECT)
    return `${this.#scheme}://${this.#bucketHost(params.Bucket)}${encodePath(this.#path(params.Key))}`
  }

  /** What JSON and printing show: no secret. */
  toJSON(): Readonly<Record<string, unknown>> {
    return { SecretId: redactId(this.#credential.secretId), Scheme: this.#scheme, SignHost: this.#signHost }
  }

  #authorization(call: Call): string {
    const { params, headers } = call
    const { host, signHost } = call.destination
    if (this.#python) return toAuthorization(this.#pythonSignature(call))
    const addHost = signHost && findPair(headers, 'host') === undefined
    const signed = addHost ? [...headers, ['host', host] as const] : headers
    const { method, path, keyTime } = call
    return toAuthorization(computeSignature({ method, path, params, headers: signed }, this.#signer, keyTime))
  }

  #url(call: Call): string {
    if (!this.#python) return composeUrl(call, call.destination, this.#signer, call.keyTime, NAMES)
    return writeUrl(call.destination, call.path, toQuery(this.#pythonSignature(call)), call.params)
  }

  #pythonSignature({ method, path, params, headers, destination, keyTime }: Call): Signature {
    return computeSignature(
      asPythonSigns({ method, path, params, headers }, destination),
      this.#signer,
      keyTime,
    )
  }

  #read(params: DownloadUrlParams, known: ReadonlySet<string>, method: unknown): Call {
    assertOptions(params, 'params', known)
    const { Expired = 300, SignHost: signHost = this.#signHost } = params
    assertMethod(method)
    assertSeconds(Expired, 'Expired')
    assertBoolean(signHost, 'SignHost')
    const host = this.#bucketHost(params.Bucket)
    const path = this.#path(params.Key)
    const signed = toTextPairs(params.Params, 'Params')
    const headers = toTextPairs(params.Headers, 'Headers')
    if (this.#python) {
      assertHeaderSyntax(headers, 'Headers')
    } else {
      assertSignableParams(signed, 'Params')
      assertSignableHeaders(headers, 'Headers')
    }
    const seconds = readClock(this.#now, 'Now')
    const whole = { startsAt: earlyStart(seconds), expiresAt: seconds + Expired }
    assertUnixSeconds(whole.expiresAt, 'Expired')
    const window = this.#python ? whole : clampWindow(whole, seconds, this.#credential.expiresAt)
    return {
      method,
      path,
      params: signed,
      headers: this.#python ? headers : combineRepeated(headers),
      destination: { scheme: this.#scheme, host, signHost, token: this.#credential.securityToken },
      window,
      keyTime: keyTimeOf(window),
    }
  }

  #path(Key: unknown): string {
    if (Key === '') throw new RangeError('"Key" must not be empty; "/" is the bucket')
    assertText(Key, 'Key')
    const path = Key.startsWith('/') ? Key : `/${Key}`
    if (!this.#python) assertKeyLength(path.slice(1), 'Key')
    return path
  }
}

/** A call's parameters, checked. */
interface Call extends RequestParts {
  readonly method: Method
  readonly destination: Destination
  readonly window: TimeWindow
  readonly keyTime: string
}

const METHODS = new Set<unknown>(['GET', 'PUT', 'POST', 'DELETE', 'HEAD'])

function assertMethod(method: unknown): asserts method is Method {
  if (typeof method !== 'string') throw new TypeError(`"Method" must be a string; got ${kindOf(method)}`)
  if (!METHODS.has(method))
    throw new RangeError('"Method" must be GET, PUT, POST, DELETE or HEAD, in capitals')
}

function assertBoolean(value: unknown, name: string): asserts value is boolean {
  if (typeof value !== 'boolean') throw new TypeError(`"${name}" must be true or false; got ${kindOf(value)}`)
}

/** Makes a result print redacted, while its members and its JSON stay complete. */
function printRedacted<T extends object>(result: T): T {
  printAs(result, () => JSON.parse(redact(JSON.stringify(result))))
  return result
}
