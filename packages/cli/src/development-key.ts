import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Credential, createCredential } from 'cos-presign'

/** A key that looks like what it is, and opens nothing but an emulator of this machine. */
export function createDevelopmentKey(): Credential {
  return createCredential({
    secretId: `AKIDdevelopment${randomBytes(8).toString('hex')}`,
    secretKey: `development${randomBytes(12).toString('hex')}`,
  })
}

/** The key that belongs to a data directory, so that settings once pasted hold after a restart. Its owner alone can read it. */
export async function keepDevelopmentKey(dataDir: string): Promise<Credential> {
  const path = join(dataDir, 'development-key.json')
  try {
    return createCredential(JSON.parse(await readFile(path, 'utf8')) as Credential)
  } catch {
    // None yet, or one that somebody has spoilt: then another.
    const { secretId, secretKey } = createDevelopmentKey()
    await writeFile(path, JSON.stringify({ secretId, secretKey }), { mode: 0o600 })
    return createCredential({ secretId, secretKey })
  }
}
