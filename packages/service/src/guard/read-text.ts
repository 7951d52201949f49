import { ServiceError } from '../errors.ts'

/**
 * The whole body as text.
 *
 * @throws {ServiceError} `ERR_SERVICE_REQUEST_INVALID`: the client broke off before its end.
 */
export async function readText(request: Request): Promise<string> {
  // Of the application around it, which must give a clone to whoever reads.
  const wasRead = request.bodyUsed
  try {
    return await request.text()
  } catch (error) {
    throw wasRead || error instanceof ServiceError ? error : brokenOff(error)
  }
}

/** The refusal of a body without its end. Phones lose their connection every day: that is nothing for an operator to look after. */
export function brokenOff(cause: unknown): ServiceError {
  return new ServiceError('ERR_SERVICE_REQUEST_INVALID', 'The body broke off before its end; send it again', {
    cause,
  })
}
