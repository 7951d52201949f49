import type { Route } from '../route.ts'
import { abortMultipartUploadRoute } from './abort-multipart-upload.ts'
import { completeMultipartUploadRoute } from './complete-multipart-upload.ts'
import { confirmUploadRoute } from './confirm-upload.ts'
import { createMultipartUploadRoute } from './create-multipart-upload.ts'
import { issueCredentialsRoute } from './issue-credentials.ts'
import { issueTicketRoute } from './issue-ticket.ts'
import { createLinkRoute, readLinkRoute, revokeLinkRoute } from './links.ts'
import { listPartsRoute } from './list-parts.ts'
import { presignDownloadRoute } from './presign-download.ts'
import { presignUploadRoute } from './presign-upload.ts'
import { signPartsRoute } from './sign-parts.ts'
import { signRequestRoute } from './sign-request.ts'

/** The service's own API, in the order of its documentation. */
export const ROUTES: readonly Route[] = [
  presignUploadRoute,
  createMultipartUploadRoute,
  signPartsRoute,
  listPartsRoute,
  completeMultipartUploadRoute,
  abortMultipartUploadRoute,
  confirmUploadRoute,
  presignDownloadRoute,
  signRequestRoute,
  issueCredentialsRoute,
  issueTicketRoute,
  createLinkRoute,
  readLinkRoute,
  revokeLinkRoute,
]
