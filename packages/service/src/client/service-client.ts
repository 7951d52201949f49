import type {
  AuthorizationAnswer,
  AuthorizationRequest,
  ConfirmAnswer,
  ConfirmRequest,
  CredentialsAnswer,
  CredentialsRequest,
  DownloadRequest,
  PostFormAnswer,
  PresignedAnswer,
  TicketAnswer,
  TicketRequest,
  UploadAnswer,
  UploadRequest,
} from '../wire.ts'
import { call, type ServiceConnection } from './call.ts'
import {
  discard,
  type UploadableFile,
  type UploadIdentity,
  type UploadOptions,
  type UploadSettings,
  upload,
} from './upload.ts'

/** A service, from a page, a phone or a server. Every method rejects with a `ServiceClientError`. */
export interface ServiceClient {
  /**
   * Uploads a file, in one request or in parts, and confirms it: tries again what may succeed, signs expired parts anew, and goes on where an earlier attempt
   * was cut off, if there is a `storage`.
   */
  upload(file: UploadableFile, options?: UploadOptions): Promise<ConfirmAnswer>
  /** Gives up what an unfinished upload of the file left behind; `options` as they were for the upload. */
  discard(file: UploadableFile, options?: UploadIdentity): Promise<void>
  /** A presigned PUT. */
  presignUpload(request: UploadRequest): Promise<UploadAnswer>
  /** A form for a POST. */
  presignPost(request: Omit<UploadRequest, 'form'>): Promise<PostFormAnswer>
  /** A presigned GET. */
  presignDownload(request: DownloadRequest): Promise<PresignedAnswer>
  /** The Authorization of a request that the caller makes itself. */
  authorize(request: AuthorizationRequest): Promise<AuthorizationAnswer>
  /** A temporary key. */
  credentials(request?: CredentialsRequest): Promise<CredentialsAnswer>
  /** Whether an object is what was granted. */
  confirm(request: ConfirmRequest): Promise<ConfirmAnswer>
  /** A ticket, for clients that can put a proof into nothing but a path. */
  ticket(request?: TicketRequest): Promise<TicketAnswer>
}

/**
 * Makes a client of a service.
 *
 * @example
 * const client = createServiceClient({ baseUrl: 'https://uploads.example.com', headers: { Authorization: `Bearer ${token}` }, storage: localStorage })
 * const { key } = await client.upload(input.files[0], { onProgress: ({ sentBytes, totalBytes }) => bar.value = sentBytes / totalBytes })
 */
export function createServiceClient(connection: ServiceConnection & UploadSettings): ServiceClient {
  const post = <Answer>(path: string, body: object): Promise<Answer> =>
    call<Answer>(connection, { method: 'POST', path, body })
  return {
    upload: (file, options = {}) => upload(connection, file, options),
    discard: (file, options = {}) => discard(connection, file, options),
    presignUpload: (request) => post('/v1/uploads', { ...request, form: 'put' }),
    presignPost: (request) => post('/v1/uploads', { ...request, form: 'post' }),
    presignDownload: (request) => post('/v1/downloads', request),
    authorize: (request) => post('/v1/authorizations', request),
    credentials: (request = {}) => post('/v1/credentials', request),
    confirm: (request) => post('/v1/confirm', request),
    ticket: (request = {}) => post('/v1/tickets', request),
  }
}
