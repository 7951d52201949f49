import type { Credential } from './credential.ts'

/** What a key is asked for. A provider with one key for all may ignore it; one that asks for narrow keys has here what to allow. */
export interface CredentialRequest {
  /** The HTTP method that will be signed. */
  readonly method?: string | undefined
  /** `BucketName-APPID`. */
  readonly bucket?: string | undefined
  /** The object's key, without a leading slash; empty for the bucket itself. */
  readonly key?: string | undefined
  /**
   * Until when the signature is to hold, in Unix seconds. A provider that has or can get a key that lives as long gives it; otherwise
   * it gives the one that lives longest.
   */
  readonly validUntil?: number | undefined
}

/**
 * Gets a credential: from a file, a metadata service, STS. Called for each signature, so it keeps what it got for as long as that
 * is good. It never gives a dead one; when it has none it rejects, and the error reaches whoever wanted the signature.
 */
export type CredentialProvider = (request?: CredentialRequest) => Promise<Credential>
