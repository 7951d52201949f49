import type {
  AuthorizedRequest,
  CosClient,
  DownloadUrlParams,
  PresignedRequest,
  PresignParams,
  SignParams,
} from './client.ts'

/**
 * A client that asks a provider for its key, for each call anew: `client.withCredentials(provider)`. Its methods are those of
 * `CosClient`, and promise. The provider is told how long the signature is to hold, so that a key which would die before is
 * refreshed; a signature still ends with the key that the provider gives, or the promise is rejected, as `ExpiryPolicy` says.
 */
export interface ProvidedClient {
  getAuth(params: SignParams): Promise<string>
  getPresignedUrl(params: PresignParams): Promise<string>
  getPresignedDownloadUrl(params: DownloadUrlParams): Promise<string>
  presign(params: PresignParams): Promise<PresignedRequest>
  authorize(params: SignParams): Promise<AuthorizedRequest>
  /**
   * A client with the key that the provider gives for a call, for the functions that take a client:
   * `presignUpload(await provided.toClient(params), params, constraints)`.
   */
  toClient(params: DownloadUrlParams & Partial<PresignParams>): Promise<CosClient>
}

/** Makes one from the function that gets a client for a call. */
export function createProvidedClient(toClient: ProvidedClient['toClient']): ProvidedClient {
  return {
    toClient,
    getAuth: async (params) => (await toClient(params)).getAuth(params),
    getPresignedUrl: async (params) => (await toClient(params)).getPresignedUrl(params),
    getPresignedDownloadUrl: async (params) => (await toClient(params)).getPresignedDownloadUrl(params),
    presign: async (params) => (await toClient(params)).presign(params),
    authorize: async (params) => (await toClient(params)).authorize(params),
  }
}
