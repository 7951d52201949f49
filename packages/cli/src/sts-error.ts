import { StsError, type StsErrorCode } from '@cos-presign/sts'
import { CliError, type CliErrorCode } from './errors.ts'

/** What an error of `@cos-presign/sts` is to a person at a shell. */
const CLI_CODE: Readonly<Record<StsErrorCode, CliErrorCode>> = {
  ERR_POLICY_INVALID: 'ERR_CLI_INPUT_INVALID',
  ERR_PROVIDER_EMPTY: 'ERR_CLI_CREDENTIAL_MISSING',
  ERR_PROVIDER_EXPIRED: 'ERR_CLI_CREDENTIAL_EXPIRED',
  ERR_PROVIDER_INVALID: 'ERR_CLI_CREDENTIAL_INVALID',
  ERR_STS_ANSWER_INVALID: 'ERR_CLI_NETWORK',
  ERR_STS_NETWORK: 'ERR_CLI_NETWORK',
  ERR_STS_REJECTED: 'ERR_CLI_REFUSED',
  ERR_STS_THROTTLED: 'ERR_CLI_REFUSED',
  ERR_STS_TIMEOUT: 'ERR_CLI_TIMEOUT',
  ERR_STS_UNAVAILABLE: 'ERR_CLI_REFUSED',
}

/** Runs a call into `@cos-presign/sts` and turns its errors into those of the command: what it was given comes from a person. */
export async function askSts<T>(call: () => T | Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    if (error instanceof StsError) {
      const { upstreamCode, requestId, statusCode = 200 } = error
      const refusal = upstreamCode === undefined ? {} : { refusal: { statusCode, upstreamCode, requestId } }
      throw new CliError(CLI_CODE[error.code], error.message, { cause: error, ...refusal })
    }
    if (error instanceof TypeError || error instanceof RangeError) {
      throw new CliError('ERR_CLI_REQUEST_INVALID', error.message, { cause: error })
    }
    throw error
  }
}
