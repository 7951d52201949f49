import { z } from 'zod'
import { decideAndUse } from '../grants/decide.ts'
import { issuePostForm, issuePut } from '../issue/upload.ts'
import { defineRoute, type Route } from '../route.ts'
import {
  type PostFormAnswer,
  postFormAnswer,
  type UploadAnswer,
  type UploadRequest,
  uploadAnswer,
  uploadRequest,
} from '../wire.ts'

/** `POST /v1/uploads`: a presigned PUT, or a form, for a new object. */
export const presignUploadRoute: Route = defineRoute<UploadRequest, UploadAnswer | PostFormAnswer>({
  method: 'POST',
  path: '/v1/uploads',
  summary: 'A presigned URL, or a form, for one upload',
  body: uploadRequest,
  answer: z.union([uploadAnswer, postFormAnswer]),
  run({ body, caller }, services) {
    const { grant, key, filename, lifetimeSeconds, form, ...announced } = body
    const wish = { operation: 'upload', isNew: true, grant, key, filename, lifetimeSeconds } as const
    const issue = form === 'post' ? issuePostForm : issuePut
    return decideAndUse<UploadAnswer | PostFormAnswer>(
      wish,
      caller,
      services.grants,
      services,
      (permission) => issue(permission, announced, services),
    )
  },
})
