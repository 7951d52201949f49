import { z } from 'zod'
import type { LinkStore } from './link-store.ts'

/** How share links are kept and followed. */
export interface LinkOptions {
  /**
   * Where they are kept.
   * @default In memory, so that they are gone when the process ends; the log says so
   */
  readonly store?: LinkStore | undefined
  /** Where the service is reached from outside, such as `https://files.example.com`, with its `basePath` if it has one; with it answers have the whole URL of a link. */
  readonly publicUrl?: string | undefined
  /**
   * The longest life of a link, in seconds.
   * @default 604800
   */
  readonly maxLifetimeSeconds?: number | undefined
  /**
   * How long the URL lives that a link leads to, in seconds.
   * @default 30
   */
  readonly redirectLifetimeSeconds?: number | undefined
  /**
   * How many passwords may be tried for a link within 15 minutes.
   * @default 10
   */
  readonly maxPasswordTries?: number | undefined
}

export const linkSchema: z.ZodType<LinkOptions> = z.strictObject({
  store: z
    .custom<LinkStore>(
      (value) => typeof (value as Partial<LinkStore> | undefined)?.take === 'function',
      'must be a store of links',
    )
    .optional(),
  publicUrl: z
    .url({ protocol: /^https?$/, error: 'must be a URL that begins with http:// or https://' })
    .refine((url) => !/[?#@]/.test(url), 'must be an address without a query, a fragment or a password')
    .optional(),
  maxLifetimeSeconds: z
    .int()
    .min(1)
    .max(366 * 86_400)
    .optional(),
  redirectLifetimeSeconds: z.int().min(1).max(300).optional(),
  maxPasswordTries: z.int().min(1).max(1000).optional(),
})
