import { z } from 'zod'

/** The ways of other clients. */
export interface DialectOptions {
  /**
   * The paths and answers of Tencent's sample servers. `vendor-status` answers refusals with 200 and an error code, as they do, for
   * front ends that look at nothing else.
   * @default 'off'
   */
  readonly tencentSamples?: 'off' | 'on' | 'vendor-status' | undefined
}

export const dialectsSchema: z.ZodType<DialectOptions> = z.strictObject({
  tencentSamples: z.enum(['off', 'on', 'vendor-status']).optional(),
})
