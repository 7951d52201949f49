import type { LinkAnswer, LinkRequest, LinkRevoked } from '../links/wire.ts'
import type {
  AbortAnswer,
  AuthorizationAnswer,
  AuthorizationRequest,
  CompletionAnswer,
  CompletionRequest,
  ConfirmAnswer,
  ConfirmRequest,
  CredentialsAnswer,
  CredentialsRequest,
  DownloadRequest,
  MultipartAnswer,
  MultipartRequest,
  PartsAnswer,
  PartsRequest,
  PostFormAnswer,
  PresignedAnswer,
  TicketAnswer,
  TicketRequest,
  UploadAnswer,
  UploadedPartsAnswer,
  UploadReference,
  UploadRequest,
} from '../wire.ts'
import { type Call, call, type ServiceConnection } from './call.ts'
import { abortCall, completeCall, createCall, listPartsCall, signPartsCall } from './multipart-calls.ts'
import {
  discard,
  type UploadableFile,
  type UploadIdentity,
  type UploadOptions,
  type UploadSettings,
  upload,
} from './upload.ts'

/** A service, from a page, a phone or a server. Every method rejects with a `ServiceClientError`, `upload` with what its caller stops it by as well. */
export interface ServiceClient {
  /**
   * Uploads a file, in one request or in parts, and confirms it: tries again what may succeed, signs anew what has expired, and goes on where
   * an earlier attempt was cut off, if there is a `storage`. Rejects at once, and with the reason, when its `signal` is aborted.
   */
  upload(file: UploadableFile, options?: UploadOptions): Promise<ConfirmAnswer>
  /** Gives up what an unfinished upload of the file left behind; `options` as they were for the upload. */
  discard(file: UploadableFile, options?: UploadIdentity): Promise<void>
  /** A presigned PUT. */
  presignUpload(request: UploadRequest): Promise<UploadAnswer>
  /** A form for a POST. */
  presignPost(request: Omit<UploadRequest, 'form'>): Promise<PostFormAnswer>
  /** Begins an upload in parts, for who sends them itself; {@link ServiceClient.upload} takes all steps. */
  createMultipartUpload(request: MultipartRequest): Promise<MultipartAnswer>
  /** A presigned PUT for each of some parts. */
  signParts(uploadId: string, request: PartsRequest): Promise<PartsAnswer>
  /** The parts that have arrived. */
  listParts(uploadId: string, upload: UploadReference): Promise<UploadedPartsAnswer>
  /**
   * Makes the object of its parts. COS does so once: asked again after an answer that was lost, it rejects with
   * `ERR_SERVICE_OBJECT_MISSING`, and {@link ServiceClient.confirm} tells whether the object is there.
   */
  completeMultipartUpload(uploadId: string, request: CompletionRequest): Promise<CompletionAnswer>
  /** Gives an upload in parts up, and frees what COS keeps of it. */
  abortMultipartUpload(uploadId: string, upload: UploadReference): Promise<AbortAnswer>
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
  /** A share link for an object. */
  createLink(request: LinkRequest): Promise<LinkAnswer>
  /** A share link of the caller, and how often it was followed. */
  getLink(id: string): Promise<LinkAnswer>
  /** Ends a share link of the caller, at once. */
  revokeLink(id: string): Promise<LinkRevoked>
}

/**
 * Makes a client of a service.
 *
 * @example
 * const client = createServiceClient({ baseUrl: 'https://uploads.example.com', headers: { Authorization: `Bearer ${token}` }, storage: localStorage })
 * const { key } = await client.upload(input.files[0], { onProgress: ({ fraction }) => bar.value = fraction })
 */
export function createServiceClient(connection: ServiceConnection & UploadSettings): ServiceClient {
  const ask = <Answer>(request: Call): Promise<Answer> => call<Answer>(connection, request)
  const post = <Answer>(path: string, body: object): Promise<Answer> => ask({ method: 'POST', path, body })
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
    createMultipartUpload: (request) => ask(createCall(request)),
    signParts: (uploadId, request) => ask(signPartsCall(uploadId, request)),
    listParts: (uploadId, upload) => ask(listPartsCall(uploadId, upload)),
    completeMultipartUpload: (uploadId, request) => ask(completeCall(uploadId, request)),
    abortMultipartUpload: (uploadId, upload) => ask(abortCall(uploadId, upload)),
    createLink: (request) => post('/links', request),
    getLink: (id) => ask({ method: 'GET', path: `/links/${encodeURIComponent(id)}` }),
    revokeLink: (id) => ask({ method: 'DELETE', path: `/links/${encodeURIComponent(id)}` }),
  }
}
