import { CosClient, type CosClientOptions } from 'cos-presign'
import { formatDuration } from './duration.ts'
import { askCore } from './errors.ts'
import { style } from './io/sink.ts'
import type { Io } from './io.ts'
import type { SigningFlags } from './options.ts'
import { tell, warn } from './output.ts'
import { resolveSettings, type Settings } from './settings.ts'

/** A client with the settings it was made from. */
export interface Signer {
  readonly client: CosClient
  readonly settings: Settings
}

/** A temporary key lives no longer (documentation 436/68284). */
const LONGEST_TEMPORARY_KEY_SECONDS = 36 * 3600

/** Makes a client from flags, environment and profile, and says on stderr what a person should know. */
export async function createSigner(flags: SigningFlags, io: Io): Promise<Signer> {
  const settings = await resolveSettings(flags, io)
  const { explanation, warnings } = settings
  if (flags.verbose) for (const line of explanation) await tell(io, style(io.stderr, 'dim', line))
  for (const line of warnings) await warn(io, line)
  const client = askCore(() => new CosClient({ ...toClientOptions(settings), Now: () => io.now() }))
  return { client, settings }
}

/** What a client is made with, but for the clock: nothing but data. */
export function toClientOptions({ credential, place, signHost }: Settings): CosClientOptions {
  return {
    Region: place.region,
    Endpoint: place.endpoint,
    Domain: place.domain,
    Scheme: place.scheme,
    SecretId: credential.secretId,
    SecretKey: credential.secretKey,
    Token: credential.securityToken,
    TokenExpiresAt: credential.expiresAt,
    SignHost: signHost,
  }
}

/** Warns when the temporary key dies before the signature was asked to. */
export async function warnOfEarlyEnd({ settings }: Signer, flags: SigningFlags, io: Io): Promise<void> {
  const { securityToken, expiresAt } = settings.credential
  const left = expiresAt === undefined ? undefined : expiresAt - Math.floor(io.now() / 1000)
  const asked = formatDuration(flags.expires)
  if (left !== undefined && left < flags.expires) {
    await warn(
      io,
      `the temporary key dies in ${formatDuration(left)}, and the signature with it (asked: ${asked})`,
    )
  } else if (
    left === undefined &&
    securityToken !== undefined &&
    flags.expires > LONGEST_TEMPORARY_KEY_SECONDS
  ) {
    await warn(
      io,
      `a temporary key lives 36 h at most, so the signature will end before the ${asked} asked for`,
    )
  }
}
