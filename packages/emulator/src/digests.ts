import { createHash, type Hash } from 'node:crypto'
import { createCrc64 } from './crc64.ts'
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
  update(chunk: Uint8Array): void
  /** @throws {Refusal} `BadDigest`, `InvalidSHA1Digest` when the body is not the one announced. */
  finish(): ReceivedDigests
}

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

/** SHA-1 is computed only where it is expected. */
export function createDigests(expected: ExpectedDigests): Digests {
  const md5 = createHash('md5')
  const sha1: Hash | undefined = expected.sha1 === undefined ? undefined : createHash('sha1')
  const crc64 = createCrc64()
  return {
    update(chunk) {
      md5.update(chunk)
      sha1?.update(chunk)
      crc64.update(chunk)
    },
    finish() {
      const digest = md5.digest()
      // Compared as bytes: the last character of Base64 has unused bits.
      if (expected.md5 !== undefined && !digest.equals(Buffer.from(expected.md5, 'base64')))
        throw new Refusal('BadDigest')
      if (sha1 !== undefined && sha1.digest('hex') !== expected.sha1) throw new Refusal('InvalidSHA1Digest')
      return { etag: digest.toString('hex'), crc64: crc64.digest() }
    },
  }
}
