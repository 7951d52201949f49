import { createHash, createHmac } from 'node:crypto'
import { createCredential, type PostCondition, signPostPolicy, signRequest } from 'cos-presign'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createEmulator, type Emulator, type InjectRequest, type InjectResponse } from '../src/index.ts'
import { BUCKET, createSender, elementsOf, KEY, md5Of, type Sent } from './sending.ts'

/*
 * What COS answers to what, as a table: the situation, the request, status, code and message. The mark says how sure the code /
 * the message are: doc (documentation), seen (public reports of the real service), guess (our choice where neither says).
 *
 * Three situations of COS's list cannot be brought about here and have no row: a bucket of another owner (there is one account),
 * a referer rule (it cannot be configured, see the row that says so), and PathConflict (writers to one key do not conflict here).
 */

const NOW_SECONDS = 1_700_000_000
const HOST = `${BUCKET}.cos.ap-guangzhou.myqcloud.com`
const TEMPORARY = createCredential({
  secretId: 'AKIDtemporary00001',
  secretKey: 'test-secret-temporary',
  securityToken: 'test-token',
  expiresAt: NOW_SECONDS + 60,
})
const LIMITED = createCredential({ secretId: 'AKIDlimited0000001', secretKey: 'test-secret-limited' })
const DENIED = ['Access Denied.', 'doc / doc'] as const
const EXPIRED = 'Request has expired'
const NO_SUCH_KEY_ID = 'The Access Key Id you provided does not exist in our records'

let emulator: Emulator
let send: ReturnType<typeof createSender>
beforeEach(async () => {
  emulator = createEmulator({
    credentials: [KEY, TEMPORARY],
    buckets: [BUCKET],
    region: 'ap-guangzhou',
    now: () => NOW_SECONDS * 1000,
  })
  send = createSender(emulator)
  await send({ method: 'PUT', body: '0123456789' })
})
afterEach(() => emulator.close())

/** What stands in a row for the request: as it is, or made when what it needs is there. */
type Request = Sent | (() => Promise<Sent>)
type Row = readonly [
  situation: string,
  request: Request,
  status: number,
  code: string,
  message: string | RegExp,
  mark: string,
]

const asTable = (rows: readonly Row[]) =>
  rows.map((row) => ({ name: `${row[0]}: ${row[2]} ${row[3]} (${row[5]})`, row }))

const check = (answer: InjectResponse, [, , status, code, message]: Row) => {
  const { Code, Message, Resource, RequestId, TraceId } = elementsOf(answer)
  expect([answer.statusCode, Code]).toEqual([status, code])
  if (typeof message === 'string') expect(Message).toBe(message)
  else expect(Message).toMatch(message)
  // Without one of them the vendor's Python SDK shows "Unknown".
  for (const text of [Resource, RequestId, TraceId]) expect(text).toMatch(/./)
  expect(answer.headers).toMatchObject({
    'content-type': 'application/xml',
    'x-cos-request-id': RequestId,
    'x-cos-trace-id': TraceId,
    server: 'tencent-cos',
    date: 'Tue, 14 Nov 2023 22:13:20 GMT',
  })
}

/** An Authorization of another time than now. */
const signedFrom = (startsAt: number, endsAt: number): Sent => {
  const request = { method: 'GET', path: '/o', headers: { host: HOST } }
  const authorization = signRequest(request, KEY, { startsAt, expiresAt: endsAt, now: () => startsAt * 1000 })
  return { credential: undefined, unsignedHeaders: { authorization } }
}
const withAuthorization = (authorization: string): Sent => ({
  credential: undefined,
  unsignedHeaders: { authorization },
})

/** A multipart upload with parts of these sizes, and how to complete it. */
const upload = async (sizes: readonly number[], complete: (etags: string[]) => string): Promise<Sent> => {
  const initiated = await send({ method: 'POST', path: '/m', params: { uploads: '' } })
  const { UploadId: uploadId = '' } = elementsOf(initiated)
  const etags: string[] = []
  for (const [index, size] of sizes.entries()) {
    const params = { partNumber: String(index + 1), uploadId }
    const part = await send({ method: 'PUT', path: '/m', params, body: Buffer.alloc(size) })
    etags.push(part.headers.etag ?? '')
  }
  const body = `<CompleteMultipartUpload>${complete(etags)}</CompleteMultipartUpload>`
  return { method: 'POST', path: '/m', params: { uploadId }, body }
}
const partOf = (number: number, etag = '"0"'): string =>
  `<Part><PartNumber>${number}</PartNumber><ETag>${etag}</ETag></Part>`
const asLimited = (): Promise<Sent> => {
  const statement = [{ effect: 'allow', action: 'name/cos:PutObject', resource: '*' }]
  const { secretId, secretKey } = LIMITED
  emulator.addCredential({ secretId, secretKey, policy: { version: '2.0', statement } })
  return Promise.resolve({ credential: LIMITED })
}
const PUT = { method: 'PUT', body: 'text' } as const
const MEGABYTE = 1024 * 1024

const SITUATIONS: readonly Row[] = [
  ['no signature on a private resource', { credential: undefined }, 403, 'AccessDenied', ...DENIED],
  [
    'unknown SecretId',
    { credential: { secretId: 'AKIDnobody', secretKey: 'x' } },
    403,
    'InvalidAccessKeyId',
    NO_SUCH_KEY_ID,
    'doc / seen',
  ],
  [
    'signature mismatch',
    { credential: { secretId: KEY.secretId, secretKey: 'wrong' } },
    403,
    'SignatureDoesNotMatch',
    'The Signature you specified is invalid.',
    'seen / seen',
  ],
  [
    'signature expired',
    signedFrom(NOW_SECONDS - 600, NOW_SECONDS - 1),
    403,
    'AccessDenied',
    EXPIRED,
    'doc / seen',
  ],
  [
    'clock more than 15 minutes off (Date)',
    { unsignedHeaders: { date: 'Tue, 14 Nov 2023 21:58:19 GMT' } },
    403,
    'RequestTimeTooSkewed',
    'The difference between the request time and the current time is too large.',
    'doc / guess',
  ],
  [
    'signature not yet valid',
    signedFrom(NOW_SECONDS + 60, NOW_SECONDS + 600),
    403,
    'AccessDenied',
    EXPIRED,
    'guess / guess',
  ],
  [
    'signature that begins more than 15 minutes from now',
    signedFrom(NOW_SECONDS + 901, NOW_SECONDS + 2000),
    403,
    'RequestTimeTooSkewed',
    'The difference between the request time and the current time is too large.',
    'guess / guess',
  ],
  [
    'malformed Authorization: a missing field',
    withAuthorization(`q-sign-algorithm=sha1&q-ak=${KEY.secretId}&q-sign-time=1;2&q-key-time=1;2`),
    403,
    'AccessDenied',
    /^Access Denied\. ./,
    'guess / guess',
  ],
  [
    'malformed Authorization: a time that is none',
    withAuthorization(
      `q-sign-algorithm=sha1&q-ak=${KEY.secretId}&q-sign-time=now&q-key-time=1;2&q-header-list=&q-url-param-list=&q-signature=${'0'.repeat(40)}`,
    ),
    403,
    'AccessDenied',
    /^Access Denied\. ./,
    'guess / guess',
  ],
  [
    'an Authorization in which no signature can be recognised',
    withAuthorization('Basic dXNlcjpwYXNz'),
    403,
    'AccessDenied',
    'Access Denied.',
    'doc / doc',
  ],
  [
    'another algorithm',
    withAuthorization(
      `q-sign-algorithm=sha256&q-ak=${KEY.secretId}&q-sign-time=1;2&q-key-time=1;2&q-header-list=&q-url-param-list=&q-signature=${'0'.repeat(40)}`,
    ),
    400,
    'VerifyAlgorithmNotSupported',
    'The signature algorithm you specified is not supported.',
    'guess / guess',
  ],
  [
    'token expired',
    () => {
      // Signed while the key lives, for longer than it does.
      const authorization = signRequest(
        { method: 'GET', path: '/o', headers: { host: HOST } },
        { secretId: TEMPORARY.secretId, secretKey: 'test-secret-temporary' },
        { startsAt: NOW_SECONDS - 100, expiresAt: NOW_SECONDS + 100, now: () => NOW_SECONDS * 1000 },
      )
      emulator.addCredential({
        secretId: TEMPORARY.secretId,
        secretKey: 'test-secret-temporary',
        securityToken: 'test-token',
        expiresAt: NOW_SECONDS - 1,
      })
      const unsignedHeaders = { authorization, 'x-cos-security-token': 'test-token' }
      return Promise.resolve({ credential: undefined, unsignedHeaders })
    },
    400,
    'ExpiredToken',
    'The provided token has expired.',
    'doc / guess',
  ],
  [
    'token missing for a temporary SecretId',
    { credential: TEMPORARY },
    403,
    'InvalidAccessKeyId',
    `${NO_SUCH_KEY_ID}: it is a temporary key, and its token is missing (x-cos-security-token)`,
    'guess / guess',
  ],
  [
    'token wrong for a temporary SecretId',
    { credential: TEMPORARY, unsignedHeaders: { 'x-cos-security-token': 'other' } },
    403,
    'InvalidAccessKeyId',
    `${NO_SUCH_KEY_ID}: x-cos-security-token is not the token of this key`,
    'guess / guess',
  ],
  ['policy denies', asLimited, 403, 'AccessDenied', ...DENIED],
  [
    'referer rule (cannot be set)',
    { method: 'PUT', path: '/', params: { referer: '' }, body: 'x' },
    501,
    'NotImplemented',
    /referer/,
    'doc / guess',
  ],
  [
    'CORS preflight refused',
    {
      method: 'OPTIONS',
      credential: undefined,
      unsignedHeaders: { origin: 'https://a.example', 'access-control-request-method': 'PUT' },
    },
    403,
    'AccessForbidden',
    "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Requet-Headers are not whitelisted by the resource's CORS spec",
    'doc / seen',
  ],
  [
    'missing object',
    { path: '/missing' },
    404,
    'NoSuchKey',
    'The specified key does not exist.',
    'seen / seen',
  ],
  [
    'missing bucket',
    { host: 'missing-1250000000.cos.ap-guangzhou.myqcloud.com' },
    404,
    'NoSuchBucket',
    'The specified bucket does not exist.',
    'seen / seen',
  ],
  [
    'wrong method',
    { method: 'PATCH' },
    405,
    'MethodNotAllowed',
    'The specified method is not allowed against this resource.',
    'doc / guess',
  ],
  [
    'wrong method for a sub-resource',
    { method: 'DELETE', params: { acl: '' } },
    405,
    'MethodNotAllowed',
    'The specified method is not allowed against this resource.',
    'doc / guess',
  ],
  [
    'Content-MD5 that is no digest',
    { ...PUT, headers: { 'content-md5': 'abc' } },
    400,
    'InvalidDigest',
    'The Content-MD5 you specified is not valid.',
    'doc / guess',
  ],
  [
    'Content-MD5 of another body',
    { ...PUT, headers: { 'content-md5': md5Of('other') } },
    400,
    'BadDigest',
    'The Content-MD5 you specified did not match what we received.',
    'doc / guess',
  ],
  [
    'bad XML',
    { method: 'PUT', path: '/', params: { cors: '' }, headers: { 'content-md5': md5Of('<a>') }, body: '<a>' },
    400,
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema.',
    'doc / guess',
  ],
  [
    'short body',
    { ...PUT, unsignedHeaders: { 'content-length': '5' } },
    400,
    'IncompleteBody',
    'You did not provide the number of bytes specified by the Content-Length HTTP header.',
    'doc / guess',
  ],
  [
    'key over 850 bytes',
    async () => {
      // No signer of ours signs for such a key.
      await send({
        method: 'PUT',
        path: '/',
        params: { acl: '' },
        headers: { 'x-cos-acl': 'public-read-write' },
      })
      return { ...PUT, path: `/${'k'.repeat(851)}`, credential: undefined }
    },
    400,
    'KeyTooLong',
    'Your key is too long.',
    'doc / guess',
  ],
  [
    'x-cos-content-sha1 of another body',
    { ...PUT, headers: { 'x-cos-content-sha1': '0'.repeat(40) } },
    400,
    'InvalidSHA1Digest',
    'The x-cos-content-sha1 you specified did not match what we received.',
    'doc / guess',
  ],
  [
    'no Content-Length',
    { method: 'PUT' },
    411,
    'MissingContentLength',
    'You must provide the Content-Length HTTP header.',
    'doc / guess',
  ],
  [
    'bucket not empty',
    { method: 'DELETE', path: '/' },
    409,
    'BucketNotEmpty',
    'The bucket you tried to delete is not empty.',
    'doc / guess',
  ],
  [
    'archived object',
    async () => {
      await send({ ...PUT, headers: { 'x-cos-storage-class': 'ARCHIVE' } })
      return {}
    },
    403,
    'InvalidObjectState',
    "The operation is not valid for the object's storage class.",
    'doc / guess',
  ],
  [
    'object over 5 GB',
    { ...PUT, unsignedHeaders: { 'content-length': String(5 * 1024 ** 3 + 1) } },
    400,
    'EntityTooLarge',
    'Your proposed upload exceeds the maximum allowed object size.',
    'doc / guess',
  ],
  [
    'part under 1 MB that is not the last',
    () => upload([MEGABYTE - 1, 1], (etags) => etags.map((etag, index) => partOf(index + 1, etag)).join('')),
    400,
    'EntityTooSmall',
    'Your proposed upload is smaller than the minimum allowed size.',
    'doc / guess',
  ],
  [
    'unsatisfiable range',
    { headers: { range: 'bytes=10-' } },
    416,
    'InvalidRange',
    'The requested range is not satisfiable.',
    'doc / guess',
  ],
  [
    'If-Match of another object',
    { headers: { 'if-match': '"other"' } },
    412,
    'PreconditionFailed',
    'Precondition not match.',
    'seen / seen',
  ],
  [
    'If-Unmodified-Since before the object',
    { headers: { 'if-unmodified-since': 'Mon, 13 Nov 2023 00:00:00 GMT' } },
    412,
    'PreconditionFailed',
    'Precondition not match.',
    'seen / seen',
  ],
  [
    'unknown uploadId',
    { path: '/m', params: { uploadId: 'unknown' } },
    404,
    'NoSuchUpload',
    'The specified multipart upload does not exist.',
    'doc / guess',
  ],
  [
    'part that is missing',
    () => upload([1], ([etag]) => partOf(1, etag) + partOf(2)),
    400,
    'InvalidPart',
    'One or more of the specified parts could not be found.',
    'doc / guess',
  ],
  [
    'part with another ETag',
    () => upload([1], () => partOf(1, '"0"')),
    400,
    'InvalidPart',
    'One or more of the specified parts could not be found.',
    'doc / guess',
  ],
  [
    'parts with a gap',
    () => upload([1, 1, 1], ([first, , third]) => partOf(1, first) + partOf(3, third)),
    400,
    'InvalidPart',
    'One or more of the specified parts could not be found.',
    'doc / guess',
  ],
  [
    'parts that do not ascend',
    () => upload([1, 1], ([first, second]) => partOf(2, second) + partOf(1, first)),
    400,
    'InvalidPartOrder',
    'The list of parts was not in ascending order.',
    'doc / guess',
  ],
  [
    'bucket that exists and is yours',
    { method: 'PUT', path: '/' },
    409,
    'BucketAlreadyOwnedByYou',
    'The bucket you tried to create already exists, and you own it.',
    'doc / guess',
  ],
  [
    'x-cos-traffic-limit out of its range',
    { headers: { 'x-cos-traffic-limit': '819199' } },
    400,
    'InvalidArgument',
    'x-cos-traffic-limit must be 819200 to 838860800 bits a second.',
    'guess / guess',
  ],
  [
    'response-* without a signature',
    async () => {
      await send({ method: 'PUT', path: '/', params: { acl: '' }, headers: { 'x-cos-acl': 'public-read' } })
      return { credential: undefined, params: { 'response-content-type': 'text/html' } }
    },
    400,
    'InvalidRequest',
    'The parameter response-content-type needs a signed request.',
    'guess / guess',
  ],
  [
    'host of another region than the bucket’s',
    { host: `${BUCKET}.cos.ap-beijing.myqcloud.com` },
    404,
    'NoSuchBucket',
    'The specified bucket does not exist.',
    'guess / guess',
  ],
  [
    'strict signature mode: a header that is not signed',
    async () => {
      await emulator.updateBucket(BUCKET, { strictSignature: true })
      return { headers: { 'content-length': '4' }, ...PUT, unsignedHeaders: { 'content-type': 'text/plain' } }
    },
    403,
    'AccessDenied',
    'Access Denied. The bucket is in strict signature mode, and the header content-type is not signed.',
    'guess / guess',
  ],
  [
    'x-cos-forbid-overwrite on a key that exists',
    { ...PUT, headers: { 'x-cos-forbid-overwrite': 'true' } },
    409,
    'FileAlreadyExists',
    'The object you specified already exists and can not be overwritten.',
    'guess / guess',
  ],
  [
    'CORS configuration that is not there',
    { path: '/', params: { cors: '' } },
    404,
    'NoSuchCORSConfiguration',
    'The CORS configuration does not exist.',
    'doc / guess',
  ],
  [
    'tags that are not there',
    { params: { tagging: '' } },
    404,
    'NoSuchTagSet',
    'The TagSet does not exist.',
    'doc / guess',
  ],
]

describe('requests', () => {
  it.each(asTable(SITUATIONS))('$name', async ({ row }) => {
    const [, request] = row
    const answer = await send(typeof request === 'function' ? await request() : request)
    check(answer, row)
  })
})

/** A form as it goes over the wire; the file is its last part unless there are others. */
const formOf = (
  fields: Readonly<Record<string, string>>,
  files: readonly string[] = ['bytes'],
): InjectRequest => {
  const parts = [
    ...Object.entries(fields).map(([name, value]) => `name="${name}"\r\n\r\n${value}`),
    ...files.map((file) => `name="file"; filename="a"\r\n\r\n${file}`),
  ]
  const body = parts.map((part) => `--b\r\nContent-Disposition: form-data; ${part}\r\n`).join('')
  return {
    method: 'POST',
    target: '/',
    headers: { host: HOST, 'content-type': 'multipart/form-data; boundary=b' },
    body: `${body}--b--\r\n`,
  }
}
const sign = (conditions: readonly PostCondition[]) =>
  signPostPolicy(conditions, KEY, { now: () => NOW_SECONDS * 1000 }).fields
const form = (conditions: readonly PostCondition[], fields = {}, files?: readonly string[]): InjectRequest =>
  formOf({ key: 'k', ...sign(conditions), ...fields }, files)
const BUCKET_CONDITION = { bucket: BUCKET }

/** The policy of a form, signed by hand where `signPostPolicy` would not. */
const withPolicy = (text: string): InjectRequest => {
  const keyTime = `${NOW_SECONDS};${NOW_SECONDS + 60}`
  const hmac = (key: string, data: string) => createHmac('sha1', key).update(data).digest('hex')
  return formOf({
    key: 'k',
    policy: Buffer.from(text).toString('base64'),
    'q-sign-algorithm': 'sha1',
    'q-ak': KEY.secretId,
    'q-key-time': keyTime,
    'q-signature': hmac(hmac(KEY.secretKey, keyTime), createHash('sha1').update(text).digest('hex')),
  })
}

type FormRow = readonly [string, () => InjectRequest, number, string, string | RegExp, string]

const FORMS: readonly FormRow[] = [
  [
    'policy with another q-ak than the form',
    () =>
      withPolicy(
        `{"expiration":"2030-01-01T00:00:00Z","conditions":[{"q-sign-algorithm":"sha1"},{"q-ak":"AKIDother"},{"q-sign-time":"${NOW_SECONDS};${NOW_SECONDS + 60}"}]}`,
      ),
    403,
    'AccessDenied',
    "Condition key q-ak doesn't match the value AKIDother",
    'doc / doc',
  ],
  [
    'policy that has expired',
    () =>
      withPolicy(
        `{"expiration":"2023-11-14T22:13:19Z","conditions":[{"q-sign-algorithm":"sha1"},{"q-ak":"${KEY.secretId}"},{"q-sign-time":"${NOW_SECONDS};${NOW_SECONDS + 60}"}]}`,
      ),
    403,
    'AccessDenied',
    'You post object request has been expired, expiration time: 1699999999 but the time now : 1700000000',
    'doc / doc',
  ],
  [
    'wrong signature',
    () => form([BUCKET_CONDITION], { 'q-signature': '0'.repeat(40) }),
    403,
    'SignatureDoesNotMatch',
    'The Signature you specified is invalid.',
    'doc / doc',
  ],
  [
    'policy without conditions',
    () => withPolicy('{"expiration":"2030-01-01T00:00:00Z","conditions":[]}'),
    400,
    'InvalidPolicyDocument',
    'You must provide condition if you specify a policy in post object request.',
    'doc / doc',
  ],
  [
    'condition on another bucket',
    () => form([{ bucket: 'otherbucket-1250000000' }]),
    403,
    'AccessDenied',
    "Condition key bucket doesn't match the value [otherbucket-1250000000]",
    'doc / doc',
  ],
  [
    'condition on another key',
    () => form([['starts-with', '$key', 'users/1/']]),
    403,
    'AccessDenied',
    "Condition key key doesn't match the value users/1/",
    'doc / doc',
  ],
  [
    'body that is no form',
    () => ({ ...form([BUCKET_CONDITION]), body: '--b\r\nhello' }),
    400,
    'MalformedPOSTRequest',
    'The body of your POST request is not well-formed multipart/form-data.',
    'doc / doc',
  ],
  [
    'no file',
    () => form([BUCKET_CONDITION], {}, []),
    400,
    'IncorrectNumberOfFilesInPostRequest',
    'The form has no file.',
    'doc / guess',
  ],
  [
    'two files',
    () => form([BUCKET_CONDITION], {}, ['a', 'b']),
    400,
    'IncorrectNumberOfFilesInPostRequest',
    'The form has more than one file.',
    'doc / guess',
  ],
  [
    'file larger than content-length-range',
    () => form([['content-length-range', 0, 4]]),
    400,
    'EntityTooLarge',
    'Your proposed upload exceeds the maximum allowed object size.',
    'guess / guess',
  ],
  [
    'file smaller than content-length-range',
    () => form([['content-length-range', 6, 9]]),
    400,
    'EntityTooSmall',
    'Your proposed upload is smaller than the minimum allowed size.',
    'guess / guess',
  ],
  ['form without a signature', () => formOf({ key: 'k' }), 403, 'AccessDenied', ...DENIED],
]

describe('forms', () => {
  it.each(FORMS.map((row) => ({ name: `${row[0]}: ${row[2]} ${row[3]} (${row[5]})`, row })))(
    '$name',
    async ({ row: [situation, request, status, code, message, mark] }) => {
      check(await emulator.inject(request()), [situation, {}, status, code, message, mark])
      expect((await send({ path: '/k' })).statusCode).toBe(404)
    },
  )
})

const UPLOAD: Sent = { method: 'PUT', path: '/new', body: 'text' }
const typed = (type: string): Sent => ({ ...UPLOAD, headers: { 'content-type': type } })
const sized = (body: string): Sent => ({ ...UPLOAD, body })
const from = (address: string, tlsVersion?: string): Sent => ({ client: { address, tlsVersion } })
const TYPE = 'cos:content-type'
const LENGTH = 'cos:content-length'
const PUT_IF = (condition: object): object => ({ action: 'name/cos:PutObject', condition })

/**
 * A condition, a request that it lets pass, and one that it does not. The second is always 403 AccessDenied, `Access Denied.`
 * (doc / doc); the mark says how sure it is that the condition means this.
 */
type ConditionRow = readonly [
  condition: string,
  statement: object,
  passes: Sent,
  refused: Sent & { readonly clockAdvance?: number },
  mark: string,
]

const CONDITIONS: readonly ConditionRow[] = [
  ['string_equal', PUT_IF({ string_equal: { [TYPE]: 'a/b' } }), typed('a/b'), typed('a/B'), 'doc'],
  ['string_not_equal', PUT_IF({ string_not_equal: { [TYPE]: 'a/b' } }), typed('a/c'), typed('a/b'), 'doc'],
  [
    'string_equal_ignore_case',
    PUT_IF({ string_equal_ignore_case: { [TYPE]: 'a/b' } }),
    typed('A/B'),
    typed('a/c'),
    'seen',
  ],
  ['string_like', PUT_IF({ string_like: { [TYPE]: 'a/*' } }), typed('a/c'), typed('b/c'), 'doc'],
  ['string_not_like', PUT_IF({ string_not_like: { [TYPE]: '*/b' } }), typed('a/c'), typed('c/b'), 'guess'],
  ['numeric_equal', PUT_IF({ numeric_equal: { [LENGTH]: 2 } }), sized('12'), sized('1'), 'doc'],
  ['numeric_not_equal', PUT_IF({ numeric_not_equal: { [LENGTH]: 2 } }), sized('1'), sized('12'), 'doc'],
  [
    'numeric_greater_than',
    PUT_IF({ numeric_greater_than: { [LENGTH]: 2 } }),
    sized('123'),
    sized('12'),
    'doc',
  ],
  [
    'numeric_greater_than_equal',
    PUT_IF({ numeric_greater_than_equal: { [LENGTH]: 2 } }),
    sized('12'),
    sized('1'),
    'doc',
  ],
  ['numeric_less_than', PUT_IF({ numeric_less_than: { [LENGTH]: 2 } }), sized('1'), sized('12'), 'doc'],
  [
    'numeric_less_than_equal',
    PUT_IF({ numeric_less_than_equal: { [LENGTH]: 2 } }),
    sized('12'),
    sized('123'),
    'doc',
  ],
  [
    'ip_equal, qcs:ip',
    { action: '*', condition: { ip_equal: { 'qcs:ip': ['10.0.0.0/8', '192.0.2.7'] } } },
    from('192.0.2.7'),
    from('192.0.2.8'),
    'doc',
  ],
  [
    'ip_not_equal, qcs:ip',
    { action: '*', condition: { ip_not_equal: { 'qcs:ip': '10.0.0.0/8' } } },
    from('192.0.2.7'),
    from('10.9.8.7'),
    'doc',
  ],
  [
    'bool_equal, cos:secure-transport',
    { action: '*', condition: { bool_equal: { 'cos:secure-transport': 'true' } } },
    from('127.0.0.1', '1.3'),
    from('127.0.0.1'),
    'doc',
  ],
  [
    'cos:tls-version',
    { action: '*', condition: { numeric_greater_than: { 'cos:tls-version': 1.2 } } },
    from('127.0.0.1', '1.3'),
    from('127.0.0.1', '1.2'),
    'doc',
  ],
  [
    'date_less_than, qcs:current_time',
    { action: '*', condition: { date_less_than: { 'qcs:current_time': '2023-11-14T22:13:21Z' } } },
    {},
    { clockAdvance: 1 },
    'guess',
  ],
  [
    'null_equal: the key must not be there',
    PUT_IF({ null_equal: { [TYPE]: 'true' } }),
    UPLOAD,
    typed('a/b'),
    'guess',
  ],
  ['a key that is not there', PUT_IF({ string_equal: { [TYPE]: 'a/b' } }), typed('a/b'), UPLOAD, 'doc'],
  [
    'a key that is not there, negated',
    PUT_IF({ string_not_equal: { [TYPE]: 'a/b' } }),
    typed('a/c'),
    UPLOAD,
    'doc',
  ],
  ['_if_exist', PUT_IF({ string_equal_if_exist: { [TYPE]: 'a/b' } }), UPLOAD, typed('a/c'), 'doc'],
  [
    '_if_exist, negated',
    PUT_IF({ string_not_equal_if_exist: { [TYPE]: 'a/b' } }),
    UPLOAD,
    typed('a/b'),
    'doc',
  ],
  [
    'several values: any',
    PUT_IF({ string_equal: { [TYPE]: ['a/b', 'a/c'] } }),
    typed('a/c'),
    typed('a/d'),
    'doc',
  ],
  [
    'several values, negated: none',
    PUT_IF({ string_not_equal: { [TYPE]: ['a/b', 'a/c'] } }),
    typed('a/d'),
    typed('a/c'),
    'guess',
  ],
  [
    'several operators: all',
    PUT_IF({ string_like: { [TYPE]: 'a/*' }, numeric_less_than: { [LENGTH]: 2 } }),
    { ...typed('a/b'), body: '1' },
    { ...typed('a/b'), body: '12' },
    'guess',
  ],
  [
    'cos:host',
    { action: '*', condition: { string_equal: { 'cos:host': HOST } } },
    {},
    { host: `${BUCKET}.localhost` },
    'guess',
  ],
  [
    'cos:prefix, written URL-encoded',
    { action: 'name/cos:GetBucket', condition: { string_equal: { 'cos:prefix': 'doc%2F' } } },
    { path: '/', params: { prefix: 'doc/' } },
    { path: '/', params: { prefix: 'doc' } },
    'doc',
  ],
  [
    'cos:versionid',
    { action: '*', condition: { string_equal: { 'cos:versionid': 'null' } } },
    { params: { versionId: 'null' } },
    {},
    'doc',
  ],
  [
    'cos:x-cos-storage-class',
    PUT_IF({ string_equal: { 'cos:x-cos-storage-class': 'STANDARD_IA' } }),
    { ...UPLOAD, headers: { 'x-cos-storage-class': 'STANDARD_IA' } },
    { ...UPLOAD, headers: { 'x-cos-storage-class': 'ARCHIVE' } },
    'doc',
  ],
  [
    'cos:x-cos-acl',
    PUT_IF({ string_equal: { 'cos:x-cos-acl': 'private' } }),
    { ...UPLOAD, headers: { 'x-cos-acl': 'private' } },
    { ...UPLOAD, headers: { 'x-cos-acl': 'public-read' } },
    'doc',
  ],
  [
    'cos:response-content-type, written URL-encoded',
    { action: '*', condition: { string_equal: { 'cos:response-content-type': 'image%2Fjpeg' } } },
    { params: { 'response-content-type': 'image/jpeg' } },
    { params: { 'response-content-type': 'text/html' } },
    'doc',
  ],
  [
    'cos:x-cos-forbid-overwrite',
    PUT_IF({ string_equal: { 'cos:x-cos-forbid-overwrite': 'true' } }),
    { ...UPLOAD, headers: { 'x-cos-forbid-overwrite': 'true' } },
    UPLOAD,
    'seen',
  ],
  [
    'cos:x-cos-mime-limit',
    PUT_IF({ string_equal: { 'cos:x-cos-mime-limit': 'image/*' } }),
    { ...UPLOAD, headers: { 'x-cos-mime-limit': 'image/*' } },
    UPLOAD,
    'guess',
  ],
  [
    'qcs:request_tag',
    PUT_IF({ 'for_any_value:string_equal': { 'qcs:request_tag': 'team&a' } }),
    { ...UPLOAD, headers: { 'x-cos-tagging': 'team=a' } },
    { ...UPLOAD, headers: { 'x-cos-tagging': 'team=b' } },
    'doc',
  ],
  [
    'a condition on a deny',
    { action: '*', effect: 'deny', condition: { string_like: { [TYPE]: 'text/html*' } } },
    typed('a/b'),
    typed('text/html; charset=utf-8'),
    'doc',
  ],
  [
    'action * with a key that not every request has',
    { action: '*', condition: { numeric_less_than_equal: { [LENGTH]: 9 } } },
    UPLOAD,
    {},
    'doc',
  ],
  [
    'a VPC, which no request here comes from',
    {
      action: '*',
      condition: { string_equal_if_exist: { 'vpc:requester_vpc': 'vpc-1' }, string_equal: { [TYPE]: 'a/b' } },
    },
    typed('a/b'),
    UPLOAD,
    'doc',
  ],
]

describe('conditions of policies', () => {
  const names = CONDITIONS.map((row) => ({ name: `${row[0]}: 403 AccessDenied otherwise (${row[4]})`, row }))
  it.each(names)('$name', async ({ row: [, statement, passes, refused] }) => {
    const all = { effect: 'allow', resource: '*' }
    const isDeny = 'effect' in statement
    const { secretId, secretKey } = LIMITED
    const policy = {
      version: '2.0',
      statement: [{ ...all, ...statement }, ...(isDeny ? [{ ...all, action: '*' }] : [])],
    }
    emulator.addCredential({ secretId, secretKey, policy })
    expect((await send({ ...passes, credential: LIMITED })).statusCode).toBe(200)
    emulator.clock.advance(refused.clockAdvance ?? 0)
    const answer = await send({ ...refused, credential: LIMITED })
    const { Code, Message } = elementsOf(answer)
    expect([answer.statusCode, Code, Message]).toEqual([403, 'AccessDenied', 'Access Denied.'])
  })
})
