import type { Reply } from '../message.ts'
import { toObjectHeaders } from '../object-headers.ts'
import type { OperationRequest, OperationServices } from '../operation.ts'
import { checkPreconditions } from '../preconditions.ts'
import { Refusal } from '../refusal.ts'

/** `HEAD /key`. A `Range` does not change the answer (RFC 9110, section 14.2: it is defined for GET). */
export async function headObject(
  request: OperationRequest,
  { store, now }: OperationServices,
): Promise<Reply> {
  const record = await store.headObject(request.bucket, request.key)
  if (record === undefined) throw new Refusal('NoSuchKey')
  const headers = toObjectHeaders(record, request.params, now())
  const instead = checkPreconditions(request.headers, record)
  if (instead === 412) throw new Refusal('PreconditionFailed')
  if (instead === 304) return { status: 304, headers }
  return { status: 200, headers: { ...headers, 'Content-Length': String(record.size) } }
}
