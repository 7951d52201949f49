import { createDistantHashes } from './digests/hash-thread.ts'
import { createHashes } from './digests/hashes.ts'
import type { HeaderMap } from './message.ts'
import { Refusal } from './refusal.ts'

/** What a client says its body hashes to. */
export interface ExpectedDigests {
  /** `Content-MD5`: Base64. */
  readonly md5?: string | undefined
  /** `x-cos-content-sha1`: hex in lower case. */
  readonly sha1?: string | undefined
}

/** What a body hashes to. */
export interface ReceivedDigests {
  /** MD5 in hex, which is the ETag of a simple upload. */
  readonly etag: string
  /** An unsigned decimal. */
  readonly crc64: string
}

/** The digests of a body, computed as it passes. */
export interface Digests {
  /** Resolves when more may come; the chunk may be reused then. */
  update(chunk: Uint8Array): Promise<void> | void
  /** @throws {Refusal} `BadDigest`, `InvalidSHA1Digest` when the body is not the one announced. */
  finish(): Promise<ReceivedDigests>
  /** Nobody wants them any more. Does nothing after {@link Digests.finish}. */
  abandon(): void
}

/** From so many bytes on a body is hashed in a thread of its own. */
const LARGE_BYTES = 1024 ** 2

/** @throws {Refusal} `InvalidDigest`, `InvalidSHA1Digest` when a header is no digest at all. */
export function readExpectedDigests(headers: HeaderMap): ExpectedDigests {
  const md5 = headers.get('content-md5')
  if (md5 !== undefined && !/^[A-Za-z0-9+/]{22}==$/.test(md5)) throw new Refusal('InvalidDigest')
  const sha1 = headers.get('x-cos-content-sha1')?.toLowerCase()
  if (sha1 !== undefined && !/^[0-9a-f]{40}$/.test(sha1)) {
    throw new Refusal('InvalidSHA1Digest', { message: 'The x-cos-content-sha1 you specified is not valid.' })
  }
  return { md5, sha1 }
}

/**
 * Starts the digests of a body; SHA-1 is among them only where it is expected.
 *
 * @param length - How many bytes are announced, if that is known.
 */
export function createDigests(expected: ExpectedDigests, length = 0): Digests {
  const withSha1 = expected.sha1 !== undefined
  const distant = length >= LARGE_BYTES ? createDistantHashes(withSha1) : undefined
  const hashes = distant ?? createHashes(withSha1)
  return {
    update: hashes.update,
    async finish() {
      const { md5, sha1, crc64 } = await hashes.values()
      // Compared as bytes: the last character of Base64 has unused bits.
      if (expected.md5 !== undefined && Buffer.from(expected.md5, 'base64').toString('hex') !== md5)
        throw new Refusal('BadDigest')
      if (sha1 !== expected.sha1) throw new Refusal('InvalidSHA1Digest')
      return { etag: md5, crc64 }
    },
    abandon: () => distant?.abandon(),
  }
}
