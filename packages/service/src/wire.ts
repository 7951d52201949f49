import { z } from 'zod'
import { SCOPE_OPERATIONS, type ScopeOperation } from './grants/decide-scope.ts'
import { headerName, headerValue, mediaType, wellFormed } from './texts.ts'

/*
 * The JSON of the service's own API. Names say the unit; times are Unix seconds. Unknown members of a request are refused, because a
 * misspelt limit is no limit.
 */

const name = z.string().min(1).max(100)
const key = z.string().min(1).max(850)
const lifetimeSeconds = z
  .int()
  .min(1)
  .max(36 * 3600)

const sizeBytes = z.int().min(0)
const bucketName = z.string().min(1).max(80)

/** An upload to be. */
export interface UploadRequest {
  /** The grant to use; when absent the first that allows it, by its key and its constraints. */
  readonly grant?: string | undefined
  /** The client's name of the file. */
  readonly filename?: string | undefined
  /** The key, where a grant lets the client choose it. */
  readonly key?: string | undefined
  /** The type that will be sent. */
  readonly contentType?: string | undefined
  /** The size that will be sent. */
  readonly sizeBytes?: number | undefined
  /** 16 bytes in Base64. */
  readonly contentMd5?: string | undefined
  readonly lifetimeSeconds?: number | undefined
  /**
   * A presigned PUT, or a form for a POST, which can allow a range of sizes.
   * @default 'put'
   */
  readonly form?: 'put' | 'post' | undefined
}

export const uploadRequest: z.ZodType<UploadRequest> = z.strictObject({
  grant: name.optional(),
  filename: z.string().max(1024).optional(),
  key: key.optional(),
  contentType: mediaType.optional(),
  sizeBytes: sizeBytes.optional(),
  contentMd5: z
    .string()
    .regex(/^[A-Za-z\d+/]{22}==$/, 'must be 16 bytes in Base64')
    .optional(),
  lifetimeSeconds: lifetimeSeconds.optional(),
  form: z.enum(['put', 'post']).optional(),
})

/** A download of an object. */
export interface DownloadRequest {
  readonly grant?: string | undefined
  readonly key: string
  readonly lifetimeSeconds?: number | undefined
  /** The name that the file is to have where it is saved. */
  readonly filename?: string | undefined
  /** Whether a browser shows the object or saves it. */
  readonly disposition?: 'attachment' | 'inline' | undefined
}

export const downloadRequest: z.ZodType<DownloadRequest> = z.strictObject({
  grant: name.optional(),
  key,
  lifetimeSeconds: lifetimeSeconds.optional(),
  filename: wellFormed(255).min(1).optional(),
  disposition: z.enum(['attachment', 'inline']).optional(),
})

/** A request that the client may send to COS as it is. */
export interface PresignedAnswer {
  readonly method: string
  readonly url: string
  /** To be sent exactly so. */
  readonly headers: Readonly<Record<string, string>>
  readonly bucket: string
  readonly key: string
  /** The grant that allowed it. */
  readonly grant: string
  /** Unix seconds: when the URL really stops working. */
  readonly effectiveExpiresAt: number
}

const place = { bucket: z.string(), key: z.string(), grant: z.string() }
const request = {
  method: z.string(),
  url: z.string(),
  headers: z.record(z.string(), z.string()),
  effectiveExpiresAt: z.int(),
}
const presigned = { ...request, ...place }

export const presignedAnswer: z.ZodType<PresignedAnswer> = z.object(presigned)

/** A presigned upload, and which constraints of the grant COS will enforce on it. */
export interface UploadAnswer extends PresignedAnswer {
  readonly enforced: readonly string[]
  readonly notEnforced: readonly { readonly constraint: string; readonly reason: string }[]
}

const enforcement = {
  enforced: z.array(z.string()),
  notEnforced: z.array(z.object({ constraint: z.string(), reason: z.string() })),
}

export const uploadAnswer: z.ZodType<UploadAnswer> = z.object({ ...presigned, ...enforcement })

/** A form to be sent by POST as multipart/form-data, with the field `file` last. */
export interface PostFormAnswer extends Omit<UploadAnswer, 'headers'> {
  /** The fields, in the order in which they are sent. */
  readonly fields: Readonly<Record<string, string>>
  /** Fields that the sender may add. */
  readonly openFields: readonly string[]
}

export const postFormAnswer: z.ZodType<PostFormAnswer> = z.object({
  method: z.string(),
  url: z.string(),
  fields: z.record(z.string(), z.string()),
  openFields: z.array(z.string()),
  effectiveExpiresAt: z.int(),
  ...place,
  ...enforcement,
})

/** An upload in parts to be. */
export type MultipartRequest = Omit<UploadRequest, 'form' | 'contentMd5' | 'lifetimeSeconds'>

export const multipartRequest: z.ZodType<MultipartRequest> = z.strictObject({
  grant: name.optional(),
  filename: z.string().max(1024).optional(),
  key: key.optional(),
  contentType: mediaType.optional(),
  sizeBytes: sizeBytes.optional(),
})

/** An upload in parts that has begun. */
export interface MultipartAnswer {
  readonly bucket: string
  readonly key: string
  readonly grant: string
  /** COS's, for the steps that follow. */
  readonly uploadId: string
  /** The size of each part but the last. */
  readonly partSizeBytes: number
  /** How many parts of that size the announced size makes. */
  readonly partCount?: number | undefined
}

export const multipartAnswer: z.ZodType<MultipartAnswer> = z.object({
  ...place,
  uploadId: z.string(),
  partSizeBytes: z.int(),
  partCount: z.int().optional(),
})

/** Which upload in parts is meant. */
export interface UploadReference {
  readonly grant?: string | undefined
  readonly key: string
}

export const uploadReference: z.ZodType<UploadReference> = z.strictObject({ grant: name.optional(), key })

/** Parts to sign. */
export interface PartsRequest extends UploadReference {
  /** At most 1,000, each from 1 to 10,000. */
  readonly partNumbers: readonly number[]
  readonly lifetimeSeconds?: number | undefined
}

export const partsRequest: z.ZodType<PartsRequest> = z.strictObject({
  grant: name.optional(),
  key,
  partNumbers: z.array(z.int().min(1).max(10_000)).min(1).max(1000),
  lifetimeSeconds: lifetimeSeconds.optional(),
})

/** A part to be sent; the answer's ETag belongs to it. */
export interface PartAnswer {
  readonly partNumber: number
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Unix seconds. */
  readonly effectiveExpiresAt: number
}

/** Signed parts. */
export interface PartsAnswer {
  readonly parts: readonly PartAnswer[]
}

export const partsAnswer: z.ZodType<PartsAnswer> = z.object({
  parts: z.array(z.object({ partNumber: z.int(), ...request })),
})

/** A part that has arrived. */
export interface UploadedPart {
  readonly partNumber: number
  readonly etag: string
  readonly sizeBytes: number
}

/** Parts that have arrived, in their order. */
export interface UploadedPartsAnswer {
  readonly parts: readonly UploadedPart[]
}

export const uploadedPartsAnswer: z.ZodType<UploadedPartsAnswer> = z.object({
  parts: z.array(z.object({ partNumber: z.int(), etag: z.string(), sizeBytes: z.int() })),
})

/** An upload in parts to be completed. */
export interface CompletionRequest extends UploadReference {
  /** The parts that make the object, with their ETags, in any order and each once; all that have arrived when absent. */
  readonly parts?: readonly Omit<UploadedPart, 'sizeBytes'>[] | undefined
}

export const completionRequest: z.ZodType<CompletionRequest> = z.strictObject({
  grant: name.optional(),
  key,
  parts: z
    .array(z.strictObject({ partNumber: z.int().min(1).max(10_000), etag: z.string().min(1).max(100) }))
    .min(1)
    .max(10_000)
    .optional(),
})

/** An object that an upload in parts has become. */
export interface CompletionAnswer {
  readonly bucket: string
  readonly key: string
  readonly grant: string
  readonly etag: string
  readonly sizeBytes: number
}

export const completionAnswer: z.ZodType<CompletionAnswer> = z.object({
  ...place,
  etag: z.string(),
  sizeBytes: z.int(),
})

/** What was given up. */
export interface AbortAnswer {
  readonly bucket: string
  readonly key: string
  readonly grant: string
}

export const abortAnswer: z.ZodType<AbortAnswer> = z.object(place)

/** What an object should be. */
export interface ConfirmRequest extends UploadReference {
  readonly sizeBytes?: number | undefined
  readonly contentType?: string | undefined
  readonly etag?: string | undefined
  /** As `x-cos-hash-crc64ecma`: decimal digits. */
  readonly crc64?: string | undefined
}

export const confirmRequest: z.ZodType<ConfirmRequest> = z.strictObject({
  grant: name.optional(),
  key,
  sizeBytes: sizeBytes.optional(),
  contentType: mediaType.optional(),
  etag: z.string().min(1).max(100).optional(),
  crc64: z
    .string()
    .regex(/^\d{1,20}$/, 'must be decimal digits')
    .optional(),
})

/** What an object is. */
export interface ConfirmAnswer {
  readonly bucket: string
  readonly key: string
  readonly grant: string
  readonly sizeBytes: number
  readonly contentType: string
  readonly etag: string
  readonly crc64: string
}

export const confirmAnswer: z.ZodType<ConfirmAnswer> = z.object({
  ...place,
  sizeBytes: z.int(),
  contentType: z.string(),
  etag: z.string(),
  crc64: z.string(),
})

/** A request that the client has made and wants signed. */
export interface AuthorizationRequest extends UploadReference {
  readonly bucket?: string | undefined
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE'
  /** Those that it will send, and that are to be signed. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly params?: Readonly<Record<string, string>> | undefined
  readonly lifetimeSeconds?: number | undefined
}

export const authorizationRequest: z.ZodType<AuthorizationRequest> = z.strictObject({
  grant: name.optional(),
  bucket: bucketName.optional(),
  key,
  method: z.enum(['GET', 'HEAD', 'PUT', 'POST', 'DELETE']),
  headers: z.record(headerName, headerValue).optional(),
  params: z.record(wellFormed(128).min(1), wellFormed(8192)).optional(),
  lifetimeSeconds: lifetimeSeconds.optional(),
})

/** A signature for one request. */
export interface AuthorizationAnswer {
  readonly bucket: string
  readonly key: string
  readonly grant: string
  /** The header's value. */
  readonly authorization: string
  /** All headers to send, the Authorization and the token of a temporary key among them. */
  readonly headers: Readonly<Record<string, string>>
  /** Unix seconds. */
  readonly effectiveExpiresAt: number
}

export const authorizationAnswer: z.ZodType<AuthorizationAnswer> = z.object({
  ...place,
  authorization: z.string(),
  headers: z.record(z.string(), z.string()),
  effectiveExpiresAt: z.int(),
})

/** A ticket to be. */
export interface TicketRequest {
  /** The only grants it opens; all that are for the caller when absent. */
  readonly grants?: readonly string[] | undefined
  readonly lifetimeSeconds?: number | undefined
}

export const ticketRequest: z.ZodType<TicketRequest> = z.strictObject({
  grants: z.array(name).min(1).max(100).optional(),
  lifetimeSeconds: lifetimeSeconds.optional(),
})

/** A ticket. It is a secret for as long as it lives. */
export interface TicketAnswer {
  readonly ticket: string
  /** To be put before the path of a request: `/t/<ticket>/v1/uploads`. */
  readonly path: string
  /** The grants it opens. */
  readonly grants: readonly string[]
  /** Unix seconds. */
  readonly expiresAt: number
}

export const ticketAnswer: z.ZodType<TicketAnswer> = z.object({
  ticket: z.string(),
  path: z.string(),
  grants: z.array(z.string()),
  expiresAt: z.int(),
})

/** A temporary key to be. */
export interface CredentialsRequest {
  readonly grant?: string | undefined
  /** One object; without it all that the caller has, where the grant is for a prefix, or else a new object. */
  readonly key?: string | undefined
  readonly filename?: string | undefined
  /** All of the grant's when absent. */
  readonly operations?: readonly ScopeOperation[] | undefined
  readonly lifetimeSeconds?: number | undefined
}

export const credentialsRequest: z.ZodType<CredentialsRequest> = z.strictObject({
  grant: name.optional(),
  key: key.optional(),
  filename: z.string().max(1024).optional(),
  operations: z.array(z.enum(SCOPE_OPERATIONS)).min(1).optional(),
  lifetimeSeconds: lifetimeSeconds.optional(),
})

/** A temporary key. It is a secret for as long as it lives. */
export interface CredentialsAnswer {
  readonly secretId: string
  readonly secretKey: string
  readonly securityToken: string
  /** Unix seconds, by the clock of STS. */
  readonly startsAt: number
  /** Unix seconds. */
  readonly effectiveExpiresAt: number
  readonly bucket: string
  readonly region: string
  /** The object it is good for; or what the keys of all such objects begin with. */
  readonly key?: string | undefined
  readonly keyPrefix?: string | undefined
  readonly grant: string
  readonly operations: readonly ScopeOperation[]
  readonly enforced: readonly string[]
  readonly notEnforced: readonly { readonly constraint: string; readonly reason: string }[]
}

export const credentialsAnswer: z.ZodType<CredentialsAnswer> = z.object({
  secretId: z.string(),
  secretKey: z.string(),
  securityToken: z.string(),
  startsAt: z.int(),
  effectiveExpiresAt: z.int(),
  bucket: z.string(),
  region: z.string(),
  key: z.string().optional(),
  keyPrefix: z.string().optional(),
  grant: z.string(),
  operations: z.array(z.enum(SCOPE_OPERATIONS)),
  ...enforcement,
})
