import { z } from 'zod'

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

/** An upload to be. */
export interface UploadRequest {
  /** The grant to use; the first that allows it when absent. */
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
}

export const uploadRequest: z.ZodType<UploadRequest> = z.strictObject({
  grant: name.optional(),
  filename: z.string().max(1024).optional(),
  key: key.optional(),
  contentType: z.string().max(255).optional(),
  sizeBytes: z.int().min(0).optional(),
  contentMd5: z.string().length(24).optional(),
  lifetimeSeconds: lifetimeSeconds.optional(),
})

/** A download of an object. */
export interface DownloadRequest {
  readonly grant?: string | undefined
  readonly key: string
  readonly lifetimeSeconds?: number | undefined
}

export const downloadRequest: z.ZodType<DownloadRequest> = z.strictObject({
  grant: name.optional(),
  key,
  lifetimeSeconds: lifetimeSeconds.optional(),
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

const presigned = {
  method: z.string(),
  url: z.string(),
  headers: z.record(z.string(), z.string()),
  bucket: z.string(),
  key: z.string(),
  grant: z.string(),
  effectiveExpiresAt: z.int(),
}

export const presignedAnswer: z.ZodType<PresignedAnswer> = z.object(presigned)

/** A presigned upload, and which constraints of the grant COS will enforce on it. */
export interface UploadAnswer extends PresignedAnswer {
  readonly enforced: readonly string[]
  readonly notEnforced: readonly { readonly constraint: string; readonly reason: string }[]
}

export const uploadAnswer: z.ZodType<UploadAnswer> = z.object({
  ...presigned,
  enforced: z.array(z.string()),
  notEnforced: z.array(z.object({ constraint: z.string(), reason: z.string() })),
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
