import { assertReadable } from '../archive.ts'
import type { Reply } from '../message.ts'
import { toObjectHeaders } from '../object-headers.ts'
import type { OperationRequest, OperationServices } from '../operation.ts'
import { checkPreconditions, isRangeCurrent } from '../preconditions.ts'
import { parseRange } from '../range.ts'
import { Refusal } from '../refusal.ts'
import type { ByteChoice, ObjectRecord } from '../store.ts'

/** `GET /key`, whole, or one range of it. */
export async function getObject(
  request: OperationRequest,
  { store, now }: OperationServices,
): Promise<Reply> {
  let reply: Reply | undefined
  const found = await store.getObject(request.bucket, request.key, (record) => {
    const described = describe(request, record, now())
    reply = described.reply
    return described.bytes
  })
  if (found === undefined || reply === undefined) throw new Refusal('NoSuchKey')
  return reply.status === 304 ? reply : { ...reply, body: found.body }
}

/** The answer without its body, and which bytes that are. */
function describe(
  request: OperationRequest,
  record: ObjectRecord,
  now: number,
): { reply: Reply; bytes: ByteChoice } {
  const headers = toObjectHeaders(record, request.params, now)
  const instead = checkPreconditions(request.headers, record)
  if (instead === 412) throw new Refusal('PreconditionFailed')
  if (instead === 304) return { reply: { status: 304, headers }, bytes: 'none' }
  assertReadable(record, now)

  const range = isRangeCurrent(request.headers, record)
    ? parseRange(request.headers.get('range'), record.size)
    : undefined
  if (range === 'unsatisfiable') {
    throw new Refusal('InvalidRange', { headers: { 'Content-Range': `bytes */${record.size}` } })
  }
  if (range === undefined) {
    return {
      reply: { status: 200, headers: { ...headers, 'Content-Length': String(record.size) } },
      bytes: 'all',
    }
  }
  const { start, end } = range
  const partHeaders = {
    ...headers,
    'Content-Length': String(end - start + 1),
    'Content-Range': `bytes ${start}-${end}/${record.size}`,
  }
  return { reply: { status: 206, headers: partHeaders }, bytes: range }
}
