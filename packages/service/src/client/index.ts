export type * from '../links/wire.ts'
export type * from '../wire.ts'
export type { ServiceConnection } from './call.ts'
export type { ResumeStorage } from './resume-store.ts'
export { createServiceClient, type ServiceClient } from './service-client.ts'
export { ServiceClientError, type ServiceClientErrorCode } from './service-client-error.ts'
export type {
  UploadableFile,
  UploadIdentity,
  UploadOptions,
  UploadProgress,
  UploadSettings,
} from './upload.ts'
