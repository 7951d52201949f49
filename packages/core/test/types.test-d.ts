import {
  CosClient,
  createCredential,
  type PresignedRequest,
  presignUrl,
  type RefusedRequest,
  signRequest,
  type VerifiedRequest,
  verifyRequest,
} from '../src/index.ts'

/* Compiled and never run: what must type-check does, and what must not is marked. */

const keys = { SecretId: 'a', SecretKey: 'b' }
const client = new CosClient({ Region: 'ap-guangzhou', ...keys })
const object = { Bucket: 'examplebucket-1250000000', Key: 'o' }

export const url: string = client.getPresignedUrl({
  ...object,
  Method: 'GET',
  Params: { acl: '', n: 1, b: true },
})
export const presigned: PresignedRequest = client.presign({
  ...object,
  Method: 'PUT',
  Headers: [['a', 'b']] as const,
})
export const fromMap: string = client.getAuth({ ...object, Method: 'HEAD', Headers: new Map([['a', 'b']]) })
export const undefinedIsAbsent: CosClient = new CosClient({
  ...keys,
  Region: 'x',
  Token: undefined,
  Compat: undefined,
})

// @ts-expect-error Method is missing
client.getPresignedUrl(object)
// @ts-expect-error a download is always GET
client.getPresignedDownloadUrl({ ...object, Method: 'GET' })
// @ts-expect-error COS signs no PATCH
client.getAuth({ ...object, Method: 'PATCH' })
// @ts-expect-error seconds are a number
client.getPresignedDownloadUrl({ ...object, Expired: '300' })
// @ts-expect-error a value cannot be undefined
client.getPresignedDownloadUrl({ ...object, Params: { a: undefined } })
// @ts-expect-error the vendor's spelling
new CosClient({ Region: 'x', secretId: 'a', secretKey: 'b' })
// @ts-expect-error one Compat is known
new CosClient({ ...keys, Region: 'x', Compat: 'java' })
// @ts-expect-error results are read-only
presigned.url = ''

const credential = createCredential({ secretId: 'a', secretKey: 'b' })
// @ts-expect-error a credential is read-only
credential.secretKey = ''
// @ts-expect-error a URL needs a host
presignUrl({ method: 'GET', path: '/' }, credential)
export const authorization: string = signRequest({ method: 'GET', path: '/' }, credential, {
  expiresInSeconds: 1,
})

const answer = verifyRequest({ method: 'GET', target: '/', headers: {} }, () => undefined)
export const narrowed: VerifiedRequest | RefusedRequest = answer.ok ? answer : answer
// @ts-expect-error only a refusal has a code
answer.code
if (!answer.ok) answer.code satisfies string
