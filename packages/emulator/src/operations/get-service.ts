import type { Reply } from '../message.ts'
import type { OperationRequest, OperationServices } from '../operation.ts'
import { toOwner } from '../owner.ts'
import { Refusal } from '../refusal.ts'
import type { BucketRecord } from '../store.ts'
import { toXmlReply } from '../to-xml-reply.ts'
import { notImplemented } from '../unsupported.ts'

/** Documentation 436/8291. */
const MAX_KEYS = 2000

/** How `range` compares a bucket's creation with `create-time`, both in Unix seconds. */
const COMPARISONS: Readonly<Record<string, (created: number, limit: number) => boolean>> = {
  lt: (created, limit) => created < limit,
  gt: (created, limit) => created > limit,
  lte: (created, limit) => created <= limit,
  gte: (created, limit) => created >= limit,
}

/** `GET /` on the host of the service: all buckets, or those that the parameters ask for. */
export async function getService(
  { params }: OperationRequest,
  { store, region }: OperationServices,
): Promise<Reply> {
  if (params.get('tagkey')) throw notImplemented('the parameter tagkey of GetService')
  const limit = readMaxKeys(params)
  const marker = params.get('marker') ?? ''
  const isRegion = [undefined, '', region].includes(params.get('region'))
  const wasCreated = readCreation(params)
  const all = isRegion ? (await store.listBuckets()).filter(wasCreated) : []
  const rest = all.filter(({ name }) => name > marker)
  const page = rest.slice(0, limit)
  const isTruncated = rest.length > page.length
  return toXmlReply('ListAllMyBucketsResult', {
    Owner: toOwner(page[0]?.name ?? all[0]?.name ?? ''),
    Buckets: {
      Bucket: page.map(({ name, createdAt }) => ({
        Name: name,
        Location: region,
        CreationDate: new Date(createdAt).toISOString().replace(/\.\d+Z$/, 'Z'),
        BucketType: 'cos',
      })),
    },
    Marker: marker,
    ...(isTruncated ? { NextMarker: page.at(-1)?.name } : {}),
    IsTruncated: isTruncated,
  })
}

function readMaxKeys(params: OperationRequest['params']): number {
  const text = params.get('max-keys') ?? ''
  if (text === '') return MAX_KEYS
  if (!/^\d{1,9}$/.test(text) || Number(text) === 0 || Number(text) > MAX_KEYS)
    throw new Refusal('InvalidArgument', { message: `max-keys must be 1 to ${MAX_KEYS}.` })
  return Number(text)
}

function readCreation(params: OperationRequest['params']): (bucket: BucketRecord) => boolean {
  const range = params.get('range') ?? ''
  const createTime = params.get('create-time') ?? ''
  if (range === '' && createTime === '') return () => true
  const compare = Object.hasOwn(COMPARISONS, range) ? COMPARISONS[range] : undefined
  if (compare === undefined || !/^\d{1,12}$/.test(createTime)) {
    throw new Refusal('InvalidArgument', {
      message: 'range must be lt, gt, lte or gte, and create-time Unix seconds; each needs the other.',
    })
  }
  return ({ createdAt }) => compare(Math.floor(createdAt / 1000), Number(createTime))
}
