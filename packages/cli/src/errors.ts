/**
 * Every way a command can fail, with the exit status a script sees.
 *
 * 1: it did not work. 2: the command line, a setting or an input is wrong, so the same command never works.
 * 3: the server refused. 4: no answer from the server, so the same command may work later.
 * 130 and 141 are what a shell reports for Ctrl-C and for a closed pipe.
 */
export const CODES = {
  ERR_CLI_USAGE: { exitStatus: 2 },
  ERR_CLI_ADDRESS_INVALID: { exitStatus: 2 },
  ERR_CLI_OPTION_INVALID: { exitStatus: 2 },
  ERR_CLI_REQUEST_INVALID: { exitStatus: 2 },
  ERR_CLI_INPUT_INVALID: { exitStatus: 2 },
  ERR_CLI_CREDENTIAL_MISSING: { exitStatus: 2 },
  ERR_CLI_CREDENTIAL_INCOMPLETE: { exitStatus: 2 },
  ERR_CLI_CREDENTIAL_INVALID: { exitStatus: 2 },
  ERR_CLI_CREDENTIAL_EXPIRED: { exitStatus: 2 },
  ERR_CLI_REGION_MISSING: { exitStatus: 2 },
  ERR_CLI_PROFILE_MISSING: { exitStatus: 2 },
  ERR_CLI_PROFILE_UNSAFE: { exitStatus: 2 },
  ERR_CLI_PROFILE_INVALID: { exitStatus: 2 },
  ERR_CLI_FILE: { exitStatus: 1 },
  ERR_CLI_NOT_EXPLAINED: { exitStatus: 1 },
  ERR_CLI_NOT_VERIFIED: { exitStatus: 1 },
  ERR_CLI_CONFIG_INVALID: { exitStatus: 2 },
  ERR_CLI_CORRUPT: { exitStatus: 1 },
  ERR_CLI_DENIED: { exitStatus: 1 },
  ERR_CLI_FINDINGS: { exitStatus: 1 },
  ERR_CLI_DEMO_FAILED: { exitStatus: 1 },
  ERR_CLI_INTERNAL: { exitStatus: 1 },
  ERR_CLI_REFUSED: { exitStatus: 3 },
  ERR_CLI_NETWORK: { exitStatus: 4 },
  ERR_CLI_TIMEOUT: { exitStatus: 4 },
  ERR_CLI_INTERRUPTED: { exitStatus: 130 },
  ERR_CLI_OUTPUT_CLOSED: { exitStatus: 141 },
} as const

/** Why a command failed; never changes within a major version. */
export type CliErrorCode = keyof typeof CODES

/** What the server said when it refused. */
export interface Refusal {
  /** HTTP status. */
  readonly statusCode: number
  /** COS's own code, such as `SignatureDoesNotMatch`; absent where the answer was not COS's XML. */
  readonly upstreamCode?: string | undefined
  /** The server's own message. */
  readonly upstreamMessage?: string | undefined
  /** What to tell support. */
  readonly requestId?: string | undefined
}

/** A command failed. The message is one or two sentences for a person; branch on {@link CliError.code}. */
export class CliError extends Error {
  override readonly name = 'CliError'
  /** Stable reason. */
  readonly code: CliErrorCode
  /** What the server said, for `ERR_CLI_REFUSED`. */
  readonly refusal: Refusal | undefined

  constructor(code: CliErrorCode, message: string, options: { cause?: unknown; refusal?: Refusal } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined)
    this.code = code
    this.refusal = options.refusal
  }

  /** What the process exits with. */
  get exitStatus(): number {
    return CODES[this.code].exitStatus
  }
}

/** The `code` of a Node.js system error or of a coded error of ours. */
export function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code
  return typeof code === 'string' ? code : undefined
}

const FILE_REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist; check the path',
  ENOTDIR: 'a part of its path is not a directory',
  EACCES: 'permission denied; check its mode and owner',
  EPERM: 'the system does not permit it',
  EISDIR: 'it is a directory; name a file',
  EBADF: 'no such descriptor is open for this',
  ENOSPC: 'the disk is full; free some space and try again',
  EDQUOT: 'your quota is used up; free some space and try again',
  EFBIG: 'it would be larger than a file may be here; see ulimit -f',
  EROFS: 'the file system is read-only',
  ENAMETOOLONG: 'the name is too long for this file system',
  EMFILE: 'this process has too many open files',
}

/** A failure to do something with a file, said for a person. */
export function fileError(action: string, path: string, error: unknown): CliError {
  if (error instanceof CliError) return error
  const code = codeOf(error)
  const reason = (code !== undefined && FILE_REASONS[code]) || (error as Error).message
  return new CliError('ERR_CLI_FILE', `Cannot ${action} ${path}: ${reason}`, { cause: error })
}

/** An error from another thread, which keeps its code and message, and not its class. */
export function toCliError(error: unknown): unknown {
  const code = codeOf(error)
  return code !== undefined && Object.hasOwn(CODES, code)
    ? new CliError(code as CliErrorCode, (error as Error).message, { cause: error })
    : error
}

/**
 * What `cos-presign` says of a dead temporary key, as a CLI error; `undefined` for any other error. Goes by the code, which is all that
 * an error from another thread keeps of its class.
 */
export function toExpiry(error: unknown): CliError | undefined {
  if (codeOf(error) !== 'ERR_CREDENTIAL_EXPIRED') return undefined
  return new CliError('ERR_CLI_CREDENTIAL_EXPIRED', (error as Error).message, { cause: error })
}

/**
 * Runs a call into `cos-presign` and turns what it says of its arguments into a CLI error: there they come from a person.
 */
export function askCore<T>(call: () => T): T {
  try {
    return call()
  } catch (error) {
    const expiry = toExpiry(error)
    if (expiry !== undefined) throw expiry
    if (
      error instanceof TypeError ||
      error instanceof RangeError ||
      codeOf(error) === 'ERR_CONSTRAINT_BROKEN'
    ) {
      throw new CliError('ERR_CLI_REQUEST_INVALID', (error as Error).message, { cause: error })
    }
    throw error
  }
}
