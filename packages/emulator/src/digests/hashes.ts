import { createHash } from 'node:crypto'
import { createCrc64 } from './crc64.ts'

/** What bytes hash to. */
export interface HashValues {
  /** Hex. */
  readonly md5: string
  /** Hex; only when it was asked for. */
  readonly sha1?: string | undefined
  /** An unsigned decimal. */
  readonly crc64: string
}

/** The hashes that COS knows of an object, computed as its bytes pass. */
export interface Hashes {
  update(chunk: Uint8Array): void
  /** To be called once. */
  values(): HashValues
}

export function createHashes(withSha1: boolean): Hashes {
  const md5 = createHash('md5')
  const sha1 = withSha1 ? createHash('sha1') : undefined
  const crc64 = createCrc64()
  return {
    update(chunk) {
      md5.update(chunk)
      sha1?.update(chunk)
      crc64.update(chunk)
    },
    values: () => ({ md5: md5.digest('hex'), sha1: sha1?.digest('hex'), crc64: crc64.digest() }),
  }
}
