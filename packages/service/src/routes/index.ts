import type { Route } from '../route.ts'
import { issueTicketRoute } from './issue-ticket.ts'
import { createLinkRoute, readLinkRoute, revokeLinkRoute } from './links.ts'
import { presignDownloadRoute } from './presign-download.ts'
import { presignUploadRoute } from './presign-upload.ts'

/** The service's own API, in the order of its documentation. */
export const ROUTES: readonly Route[] = [
  presignUploadRoute,
  presignDownloadRoute,
  issueTicketRoute,
  createLinkRoute,
  readLinkRoute,
  revokeLinkRoute,
]
