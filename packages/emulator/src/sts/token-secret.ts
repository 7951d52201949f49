import { randomBytes } from 'node:crypto'
import { join } from 'node:path'

/**
 * What temporary keys are made from. Given: that. With a data directory: one that is made the first time and kept there, so that keys
 * outlive a restart as objects do. Otherwise one for this run.
 */
export async function loadTokenSecret({
  tokenSecret,
  dataDir,
}: {
  readonly tokenSecret?: string | undefined
  readonly dataDir?: string | undefined
}): Promise<Uint8Array> {
  const make = () => randomBytes(32).toString('base64url')
  if (tokenSecret !== undefined) return Buffer.from(tokenSecret, 'utf8')
  if (dataDir === undefined) return Buffer.from(make(), 'utf8')
  const { keepSecret } = await import('../disk/keep-secret.ts')
  return Buffer.from(await keepSecret(join(dataDir, 'secrets', 'token-secret'), make), 'utf8')
}
