import { createHash, createHmac } from 'node:crypto'
import type { Emulator } from '../../src/index.ts'

/** A caller of STS, written here a second time so that the emulator is not measured by its own code. */
export interface StsCaller {
  readonly secretId: string
  readonly secretKey: string
  readonly securityToken?: string | undefined
}

/** A caller with a temporary key. */
export interface TemporaryCaller extends StsCaller {
  readonly securityToken: string
}

/** What is called; everything but the parameters of the action has the usual value. */
export interface StsRequest {
  readonly params: Readonly<Record<string, string | number>>
  readonly action?: string
  readonly version?: string
  readonly host?: string
  readonly signedHost?: string
  readonly path?: string
  /** Unix seconds. */
  readonly timestamp?: number
}

/** `Response` of an answer. */
export interface StsResponse {
  readonly Error?: { readonly Code: string; readonly Message: string }
  readonly Credentials?: {
    readonly Token: string
    readonly TmpSecretId: string
    readonly TmpSecretKey: string
  }
  readonly ExpiredTime?: number
  readonly Expiration?: string
  readonly RequestId: string
}

const HOST = 'sts.tencentcloudapi.com'

/** Calls with signature v1, as the COS STS SDKs do. */
export async function callV1(
  emulator: Emulator,
  { secretId, secretKey, securityToken }: StsCaller,
  request: StsRequest,
  method: 'GET' | 'POST' = 'POST',
): Promise<StsResponse> {
  const { params, action = 'GetFederationToken', version = '2018-08-13', host = HOST, path = '/' } = request
  const fields: Record<string, string> = {
    ...Object.fromEntries(Object.entries(params).map(([name, value]) => [name, String(value)])),
    Action: action,
    Version: version,
    Region: 'ap-guangzhou',
    Timestamp: String(request.timestamp ?? Math.floor(emulator.clock.now() / 1000)),
    Nonce: '17',
    SecretId: secretId,
    ...(securityToken === undefined ? {} : { Token: securityToken }),
  }
  const pairs = Object.keys(fields)
    .sort()
    .map((name) => `${name}=${fields[name]}`)
  const text = `${method}${request.signedHost ?? host}/?${pairs.join('&')}`
  const Signature = createHmac('sha1', secretKey).update(text).digest('base64')
  const form = new URLSearchParams({ ...fields, Signature }).toString()
  const sent =
    method === 'GET'
      ? { method, target: `${path}?${form}`, headers: { host } }
      : {
          method,
          target: path,
          headers: { host, 'content-type': 'application/x-www-form-urlencoded' },
          body: form,
        }
  return await read(emulator, sent)
}

/** Calls with signature v3, as the cloud SDKs do. */
export async function callTc3(
  emulator: Emulator,
  { secretId, secretKey, securityToken }: StsCaller,
  request: StsRequest,
): Promise<StsResponse> {
  const { params, action = 'GetFederationToken', version = '2018-08-13', host = HOST, path = '/' } = request
  const timestamp = request.timestamp ?? Math.floor(emulator.clock.now() / 1000)
  const date = new Date(timestamp * 1000).toISOString().slice(0, 10)
  const body = JSON.stringify(params)
  const hash = (text: string): string => createHash('sha256').update(text).digest('hex')
  const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()
  const canonical = `POST\n/\n\ncontent-type:application/json\nhost:${request.signedHost ?? host}\n\ncontent-type;host\n${hash(body)}`
  const text = `TC3-HMAC-SHA256\n${timestamp}\n${date}/sts/tc3_request\n${hash(canonical)}`
  const key = hmac(hmac(hmac(`TC3${secretKey}`, date), 'sts'), 'tc3_request')
  return await read(emulator, {
    method: 'POST',
    target: path,
    headers: {
      host,
      'content-type': 'application/json',
      'x-tc-action': action,
      'x-tc-version': version,
      'x-tc-timestamp': String(timestamp),
      ...(securityToken === undefined ? {} : { 'x-tc-token': securityToken }),
      authorization: `TC3-HMAC-SHA256 Credential=${secretId}/${date}/sts/tc3_request, SignedHeaders=content-type;host, Signature=${hmac(key, text).toString('hex')}`,
    },
    body,
  })
}

/** Sends, and reads the answer, which is JSON with status 200 whatever it says. */
export async function read(
  emulator: Emulator,
  request: Parameters<Emulator['inject']>[0],
): Promise<StsResponse> {
  const answer = await emulator.inject(request)
  if (answer.statusCode !== 200) throw new Error(`STS answered ${answer.statusCode} ${answer.body}`)
  return (JSON.parse(answer.body.toString()) as { Response: StsResponse }).Response
}

/** The temporary key of an answer. */
export function keyOf({ Credentials, Error: error }: StsResponse): TemporaryCaller {
  if (Credentials === undefined) throw new Error(`No key: ${error?.Code}: ${error?.Message}`)
  const { Token, TmpSecretId, TmpSecretKey } = Credentials
  return { secretId: TmpSecretId, secretKey: TmpSecretKey, securityToken: Token }
}
