import { assertReadable } from '../archive.ts'
import type { HeaderMap, Reply } from '../message.ts'
import { toObjectHeaders } from '../object-headers.ts'
import type { OperationRequest, OperationServices } from '../operation.ts'
import { checkPreconditions, isRangeCurrent } from '../preconditions.ts'
import { parseRange } from '../range.ts'
import { Refusal } from '../refusal.ts'
import type { ObjectRecord } from '../store.ts'

/** `GET /key`, whole, or one range of it. */
export async function getObject(
  request: OperationRequest,
  { store, now }: OperationServices,
): Promise<Reply> {
  const found = await store.getObject(request.bucket, request.key, (record) => {
    const range = wantedRange(request.headers, record)
    return range === 'unsatisfiable' ? undefined : range
  })
  if (found === undefined) throw new Refusal('NoSuchKey')
  const { record, body } = found
  try {
    const reply = describe(request, record, now())
    if (reply.status !== 304) return { ...reply, body }
    body.destroy()
    return reply
  } catch (error) {
    body.destroy()
    throw error
  }
}

/** The answer without its body. */
function describe(request: OperationRequest, record: ObjectRecord, now: number): Reply {
  const headers = toObjectHeaders(record, request.params, now)
  const instead = checkPreconditions(request.headers, record)
  if (instead === 412) throw new Refusal('PreconditionFailed')
  if (instead === 304) return { status: 304, headers }
  assertReadable(record, now)

  const range = wantedRange(request.headers, record)
  if (range === 'unsatisfiable') {
    throw new Refusal('InvalidRange', { headers: { 'Content-Range': `bytes */${record.size}` } })
  }
  if (range === undefined)
    return { status: 200, headers: { ...headers, 'Content-Length': String(record.size) } }
  const { start, end } = range
  return {
    status: 206,
    headers: {
      ...headers,
      'Content-Length': String(end - start + 1),
      'Content-Range': `bytes ${start}-${end}/${record.size}`,
    },
  }
}

function wantedRange(headers: HeaderMap, record: ObjectRecord): ReturnType<typeof parseRange> {
  return isRangeCurrent(headers, record) ? parseRange(headers.get('range'), record.size) : undefined
}
