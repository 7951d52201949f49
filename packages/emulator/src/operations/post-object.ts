import { authorise } from '../authorise.ts'
import { readForbidOverwrite } from '../forbid-overwrite.ts'
import { toFormHeaders } from '../form-headers.ts'
import { identifyForm } from '../identify-form.ts'
import type { HeaderMap, Reply } from '../message.ts'
import { readObjectProperties } from '../object-properties.ts'
import type { OperationRequest, OperationServices } from '../operation.ts'
import { type PostForm, readPostForm } from '../post-form.ts'
import { toPostReply } from '../post-reply.ts'
import { receiveBody } from '../receive-body.ts'
import { Refusal } from '../refusal.ts'
import { isStorableKey } from '../store-key.ts'
import { limitRate, readTrafficLimit } from '../traffic-limit.ts'
import { assertSupported } from '../unsupported.ts'

/**
 * `POST /` with a form: its fields say whom it is from and what may be uploaded, and its last one is the file. The object is
 * there when the whole form has come and everything holds; otherwise nothing is seen of it.
 */
export async function postObject(request: OperationRequest, services: OperationServices): Promise<Reply> {
  const { bucket } = request
  const { store, now } = services
  const form = await readPostForm(request.headers.get('content-type') ?? '', request.openBody())
  const key = readKey(form)
  request.nameKey(key)
  const { principal, minSizeBytes, maxSizeBytes } = identifyForm(form, request, services)
  const headers = toFormHeaders(form.fields)
  const facts = { ...request.facts, headers: withLengthOf(request, headers), params: new Map() }
  await authorise(principal, { action: 'PostObject', bucket, key }, { store, facts })
  if (!isStorableKey(key)) throw new Refusal('KeyTooLong')
  assertSupported(new Map(), headers)

  const properties = readObjectProperties(headers)
  const mayReplace = readForbidOverwrite(headers)
  mayReplace(await store.headObject(bucket, key))
  const upload = {
    headers: ofUnknownLength(headers),
    openBody: () => openFile(form, headers, maxSizeBytes),
  }
  return await receiveBody(
    upload,
    () => store.createUpload(bucket, key),
    async (target, received) => {
      if (received.size < minSizeBytes) throw new Refusal('EntityTooSmall')
      await form.end()
      await target.commit({ key, ...received, modifiedAt: now(), ...properties }, mayReplace)
      return toPostReply(form, request, { key, ...received })
    },
  )
}

/** What `${filename}` stands for is known only now. */
function readKey({ fields, fileName }: PostForm): string {
  const key = (fields.get('key') ?? '').replaceAll('\u0024{filename}', () => fileName)
  if (key !== '') return key
  // [guess] / [guess]
  throw new Refusal('InvalidArgument', {
    message: 'The form needs a field named key, which must stand before the file and not be empty.',
  })
}

/** Policies ask about the length that the request has announced, of the whole form. */
function withLengthOf({ headers }: OperationRequest, ofForm: HeaderMap): HeaderMap {
  const length = headers.get('content-length')
  return length === undefined ? ofForm : new Map([...ofForm, ['content-length', length]])
}

/** The fields say nothing about the length of the file, and those of the request are about the whole form. */
function ofUnknownLength(headers: HeaderMap): HeaderMap {
  return new Map([...headers, ['transfer-encoding', 'chunked']])
}

async function* openFile(
  form: PostForm,
  headers: HeaderMap,
  maxSizeBytes: number,
): AsyncGenerator<Uint8Array> {
  const bytesPerSecond = readTrafficLimit(headers)
  let size = 0
  for await (const chunk of bytesPerSecond === undefined ? form.file : limitRate(form.file, bytesPerSecond)) {
    size += chunk.length
    if (size > maxSizeBytes) throw new Refusal('EntityTooLarge')
    yield chunk
  }
}
