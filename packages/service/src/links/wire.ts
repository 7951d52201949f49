import { z } from 'zod'
import { wellFormed } from '../texts.ts'

/** A share link to be. */
export interface LinkRequest {
  readonly grant?: string | undefined
  readonly key: string
  /** The name that a browser saves it under; the end of the key when absent. */
  readonly filename?: string | undefined
  readonly lifetimeSeconds?: number | undefined
  /** Any number when absent. */
  readonly maxDownloads?: number | undefined
  /** What whoever follows it must know. */
  readonly password?: string | undefined
}

export const linkRequest: z.ZodType<LinkRequest> = z.strictObject({
  grant: z.string().min(1).max(100).optional(),
  key: z.string().min(1).max(850),
  filename: wellFormed(200).min(1).optional(),
  lifetimeSeconds: z
    .int()
    .min(1)
    .max(366 * 86_400)
    .optional(),
  maxDownloads: z.int().min(1).max(1_000_000).optional(),
  password: z.string().min(4).max(200).optional(),
})

/** A share link. Whoever has it has the object. */
export interface LinkAnswer {
  readonly id: string
  /** Of the service: `/l/<id>`. */
  readonly path: string
  /** Where the service knows its address. */
  readonly url?: string | undefined
  readonly bucket: string
  readonly key: string
  readonly grant: string
  /** Unix seconds. */
  readonly expiresAt: number
  readonly maxDownloads?: number | undefined
  readonly hasPassword: boolean
  /** How often it was followed to its object. */
  readonly downloads: number
}

export const linkAnswer: z.ZodType<LinkAnswer> = z.object({
  id: z.string(),
  path: z.string(),
  url: z.string().optional(),
  bucket: z.string(),
  key: z.string(),
  grant: z.string(),
  expiresAt: z.int(),
  maxDownloads: z.int().optional(),
  hasPassword: z.boolean(),
  downloads: z.int(),
})

/** A link that is no more. */
export interface LinkRevoked {
  readonly id: string
  readonly revoked: true
}

export const linkRevoked: z.ZodType<LinkRevoked> = z.object({ id: z.string(), revoked: z.literal(true) })
