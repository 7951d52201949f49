import { z } from 'zod'

/*
 * Texts of clients that end in a header or a query. What cannot stand there is refused where it comes in, with the place named.
 */

/** Text of whole characters. */
export function wellFormed(maxLength: number): z.ZodString {
  return z
    .string()
    .max(maxLength)
    .regex(/^\P{Cs}*$/u, 'must not hold half of a surrogate pair')
}

/** A media type. */
export const mediaType: z.ZodString = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[ -~]+$/, 'must be ASCII without control characters')

/** The name of a header (RFC 9110, section 5.6.2). */
export const headerName: z.ZodString = z
  .string()
  .max(128)
  .regex(/^[!#$%&'*+.^_`|~\dA-Za-z-]+$/, 'must be the name of a header')

/** The value of a header: one line. */
export const headerValue: z.ZodString = z
  .string()
  .max(8192)
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'must not hold control characters')
