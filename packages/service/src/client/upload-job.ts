import type { MultipartRequest } from '../wire.ts'
import type { ServiceConnection } from './call.ts'
import type { ResumeEntry } from './resume-store.ts'

/** A file to be uploaded, whichever way. */
export interface UploadJob {
  readonly connection: ServiceConnection
  readonly file: Blob
  /** What the service is told of the file. */
  readonly request: MultipartRequest
  /** Where its parts are remembered, if anywhere. */
  readonly resume: ResumeEntry | undefined
  readonly parallelParts: number
  readonly signal: AbortSignal | undefined
  readonly onProgress: (sentBytes: number) => void
  readonly fetch: typeof globalThis.fetch
}
