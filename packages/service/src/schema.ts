import { z } from 'zod'
import { ServiceError, type ServiceErrorCode } from './errors.ts'

/**
 * Reads unknown input by a schema.
 *
 * @param what - What it is called in the message.
 * @throws {ServiceError} With the code; the message names each place, what is wrong there, and no value.
 */
export function readBySchema<T>(
  schema: z.ZodType<T>,
  input: unknown,
  code: ServiceErrorCode,
  what: string,
): T {
  const { success, data, error } = schema.safeParse(input)
  if (success) return data
  const places = error.issues
    .slice(0, 5)
    .map((issue) => `${z.core.toDotPath(issue.path) || what}: ${sentenceOf(issue)}`)
  throw new ServiceError(code, `${what} is not as it must be: ${places.join('; ')}`)
}

/** Zod's own messages, but for those that could repeat a value. */
function sentenceOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys')
    return `unknown: ${issue.keys.map((key) => JSON.stringify(key)).join(', ')}`
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.map(String).join(', ')}`
  return issue.message
}
