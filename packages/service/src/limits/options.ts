import { z } from 'zod'
import type { LimitStore, LimitWindow } from './limit-store.ts'

/** How often each caller may ask. */
export interface LimitOptions {
  /**
   * Limits that all hold at once, such as 120 requests in 60 seconds and 20 000 in 86 400. A caller's tickets count for the caller.
   */
  readonly windows: readonly LimitWindow[]
  /** Other windows for some callers; none is no limit. Each is named by method and id, such as `api-key:batch`: one id may be another's in another way. */
  readonly callers?: Readonly<Record<string, readonly LimitWindow[]>> | undefined
  /**
   * What to do while the store cannot be reached: `count-here`, each replica for itself, or `refuse` with 503.
   * @default 'count-here'
   */
  readonly whenStoreFails?: 'count-here' | 'refuse' | undefined
}

const windows: z.ZodType<readonly LimitWindow[]> = z
  .array(
    z.strictObject({
      name: z.string().regex(/^[a-z\d-]{1,40}$/, 'must be lower case letters, digits and -'),
      requests: z.int().min(1),
      seconds: z
        .int()
        .min(1)
        .max(31 * 86_400),
    }),
  )
  .refine(
    (list) => new Set(list.map(({ name }) => name)).size === list.length,
    'must have a name of its own for each',
  )

export const limitSchema: z.ZodType<LimitOptions> = z.strictObject({
  windows,
  callers: z
    .record(z.string(), windows)
    .refine(
      (callers) => Object.keys(callers).every((name) => /^(?:jwt|api-key|host|insecure-dev):./s.test(name)),
      'must name callers by method and id, such as api-key:batch',
    )
    .optional(),
  whenStoreFails: z.enum(['count-here', 'refuse']).optional(),
})

export const limitStoreSchema: z.ZodType<LimitStore> = z.custom<LimitStore>(
  (value) => typeof (value as Partial<LimitStore> | undefined)?.count === 'function',
  'must be a store of limits',
)
