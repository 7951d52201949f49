import { parseAuthorization, presignUpload } from 'cos-presign'
import type { Caller } from '../caller.ts'
import type { ClientFor } from '../cos/clients.ts'
import { ServiceError } from '../errors.ts'
import { decideAndUse, type Permission, type Wish } from '../grants/decide.ts'
import type { Operation } from '../grants/operation.ts'
import { noteIssued } from '../observe/issued.ts'
import type { Services } from '../services.ts'
import type { AuthorizationAnswer, AuthorizationRequest } from '../wire.ts'
import { assertKeptInParts, assertMayComplete } from './multipart.ts'
import { assertSignable } from './signable-headers.ts'
import { assertForm, assertKept, placeOf } from './upload.ts'

/**
 * Signs a request that the client has made itself, if a grant allows it.
 *
 * @throws {ServiceError} `ERR_SERVICE_NOT_GRANTED`: none does, or a constraint of the grant cannot be kept so.
 * @throws {SignatureError} `ERR_CONSTRAINT_BROKEN`: a header is none that the constraints allow.
 */
export async function issueAuthorization(
  request: AuthorizationRequest,
  caller: Caller,
  services: Services,
): Promise<AuthorizationAnswer> {
  const { method, params = {}, grant, key, bucket, lifetimeSeconds } = request
  const listedKey = keyOfList(request)
  const operation = listedKey === undefined ? operationOf(method, params) : 'multipart'
  const isNew = operation === 'upload' || beginsParts(method, params)
  const wish: Wish = { operation, isNew, grant, key: listedKey ?? key, bucket, lifetimeSeconds }
  return await decideAndUse(wish, caller, services.grants, services, (permission) =>
    signWith(permission, request, listedKey, services),
  )
}

async function signWith(
  permission: Permission,
  { method, headers = {}, params = {} }: AuthorizationRequest,
  listedKey: string | undefined,
  services: Services,
): Promise<AuthorizationAnswer> {
  const { operation } = permission
  if (listedKey !== undefined) assertListsOwn(permission)
  if (operation === 'multipart' && method === 'POST') assertMayComplete(permission)
  if (operation === 'upload') assertForm(permission, 'put')
  const signerFor = signerOf(operation, services)
  const client = await signerFor(permission.lifetimeSeconds, permission.bucket)
  const signed = client.authorize({
    Method: method,
    Bucket: permission.bucket,
    Key: listedKey === undefined ? permission.key : '/',
    Params: params,
    Headers: await headersFor(permission, method, params, headers, services),
    Expired: permission.lifetimeSeconds,
  })
  const effectiveExpiresAt = parseAuthorization(signed.authorization).signTime.expiresAt
  noteIssued(services, permission, effectiveExpiresAt)
  return { ...placeOf(permission), ...signed, effectiveExpiresAt }
}

function signerOf(operation: Operation, { writerFor, readerFor, deleterFor }: Services): ClientFor {
  if (operation === 'download') return readerFor
  return operation === 'delete' ? deleterFor : writerFor
}

/** Which operation of a grant a request is. What no grant can allow is refused, whatever is asked for. */
function operationOf(method: string, params: Readonly<Record<string, string>>): Operation {
  const names = Object.keys(params).map((name) => name.toLowerCase())
  const telling = names.filter((name) => !PARAMS_OF_LISTS.has(name))
  if (REQUESTS_OF_PARTS.has(`${method} ${telling.sort().join(' ')}`) && hasValues(params)) return 'multipart'
  if (method === 'GET' || method === 'HEAD') {
    if (names.every((name) => name.startsWith('response-') || name === 'imagemogr2')) return 'download'
  } else if (names.length === 0) {
    if (method === 'PUT') return 'upload'
    if (method === 'DELETE') return 'delete'
  }
  throw new ServiceError('ERR_SERVICE_NOT_GRANTED', `No grant can allow ${method} with these parameters`)
}

/** [guess] An empty value may count as none. */
function hasValues(params: Readonly<Record<string, string>>): boolean {
  return Object.entries(params).every(([name, value]) => {
    const lowerName = name.toLowerCase()
    if (lowerName === 'partnumber') return /^[1-9]\d{0,4}$/.test(value)
    return lowerName !== 'uploadid' || value !== ''
  })
}

/** Exactly these: with fewer parameters COS could take a part for a whole object. */
const REQUESTS_OF_PARTS = new Set([
  'POST uploads',
  'PUT partnumber uploadid',
  'GET uploadid',
  'POST uploadid',
  'DELETE uploadid',
])
const PARAMS_OF_LISTS = new Set(['max-parts', 'part-number-marker', 'encoding-type'])

/**
 * The key whose uploads in parts a request lists, as the SDKs do to go on with one: it is of the bucket, and the key is its prefix.
 */
function keyOfList({ method, key, params = {} }: AuthorizationRequest): string | undefined {
  const names = Object.keys(params)
  if (method !== 'GET' || key !== '' || params.uploads === undefined) return undefined
  return names.every((name) => PARAMS_OF_UPLOADS.has(name)) ? params.prefix : undefined
}

const PARAMS_OF_UPLOADS = new Set([
  'uploads',
  'prefix',
  'max-uploads',
  'key-marker',
  'upload-id-marker',
  'encoding-type',
])

/** What begins with a key of the caller's is the caller's too only where the rest of a key is the client's choice. */
function assertListsOwn({ grant }: Permission): void {
  if (grant.template.isPrefix) return
  throw new ServiceError('ERR_SERVICE_NOT_GRANTED', `The grant "${grant.name}" allows no list of uploads`, {
    grant: grant.name,
  })
}

/** Whether a request makes an upload in parts, of a key that nothing has decided before. */
function beginsParts(method: string, params: Readonly<Record<string, string>>): boolean {
  return method === 'POST' && Object.keys(params).some((name) => name.toLowerCase() === 'uploads')
}

/** The headers to sign: the client's, and those that the constraints ask for. */
async function headersFor(
  permission: Permission,
  method: string,
  params: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>>,
  { clientFor }: Services,
): Promise<Readonly<Record<string, string>>> {
  const { operation, bucket, key, constraints } = permission
  assertSignable(headers, permission)
  const begins = beginsParts(method, params)
  if (operation !== 'upload' && !begins) return headers
  const client = await clientFor(1)
  const put = presignUpload(client, { Bucket: bucket, Key: key, Headers: headers }, constraints)
  const check = begins ? assertKeptInParts : assertKept
  check(permission, put.notEnforced)
  return put.headers
}
