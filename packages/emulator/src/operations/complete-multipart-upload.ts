import { createHash } from 'node:crypto'
import { combineCrc64 } from '../digests/crc64-combine.ts'
import { readForbidOverwrite } from '../forbid-overwrite.ts'
import type { Reply } from '../message.ts'
import type { OperationRequest, OperationServices } from '../operation.ts'
import { childrenOf, textOf, type XmlElement } from '../parse-xml.ts'
import { readXmlBody } from '../read-xml-body.ts'
import { Refusal } from '../refusal.ts'
import type { MultipartRecord, ObjectRecord, PartRecord } from '../store.ts'
import { toXmlReply } from '../to-xml-reply.ts'
import { MAX_PARTS } from '../upload-part-params.ts'

/** 10,000 parts, each with indentation. */
const MAX_XML_BYTES = MAX_PARTS * 256
/** Of all parts but the last one. */
const MIN_PART_BYTES = 1024 ** 2
const NAMESPACE = 'http://www.qcloud.com/document/product/436/7751'

/** A part as the client lists it. */
interface ListedPart {
  readonly number: number
  /** Without quotes. */
  readonly etag: string
}

/** `POST /key?uploadId=…`: the listed parts become the object; uploaded ones that are not listed are forgotten [guess]. */
export async function completeMultipartUpload(
  request: OperationRequest,
  { store, now }: OperationServices,
): Promise<Reply> {
  const { bucket, key, headers, params } = request
  const mayReplace = readForbidOverwrite(headers)
  const uploadId = params.get('uploadid') ?? ''
  if ((await store.getMultipart(bucket, key, uploadId)) === undefined) throw new Refusal('NoSuchUpload')
  const root = await readXmlBody(request, 'CompleteMultipartUpload', { maxBytes: MAX_XML_BYTES })
  const listed = readParts(root)
  const record = await store.completeMultipart(bucket, key, uploadId, (upload, uploaded, current) => {
    mayReplace(current)
    const parts = chooseParts(listed, uploaded)
    return { record: toRecord(upload, parts, now()), parts }
  })
  if (record === undefined) throw new Refusal('NoSuchUpload')
  return toXmlReply(
    'CompleteMultipartUploadResult',
    { '@xmlns': NAMESPACE, Location: request.url, Bucket: bucket, Key: key, ETag: `"${record.etag}"` },
    { 'x-cos-hash-crc64ecma': record.crc64 },
  )
}

/** @throws {Refusal} `MalformedXML`, `InvalidPartOrder` */
function readParts(root: XmlElement): ListedPart[] {
  const parts = childrenOf(root, 'Part').map((part) => {
    const number = textOf(part, 'PartNumber')?.trim() ?? ''
    const etag = textOf(part, 'ETag')?.trim() ?? ''
    if (!/^\d{1,5}$/.test(number) || etag === '') throw new Refusal('MalformedXML')
    // The official clients send it with quotes or without.
    return { number: Number(number), etag: etag.replace(/^"(.*)"$/, '$1') }
  })
  if (parts.length === 0 || parts.length > MAX_PARTS) throw new Refusal('MalformedXML')
  if (parts.some(({ number }, index) => index > 0 && number <= (parts[index - 1] as ListedPart).number))
    throw new Refusal('InvalidPartOrder')
  return parts
}

/**
 * @throws {Refusal} `InvalidPart` when one was not uploaded, has another ETag, or the numbers have a gap (from 1 on [guess]);
 * `EntityTooSmall`
 */
function chooseParts(listed: readonly ListedPart[], uploaded: readonly PartRecord[]): PartRecord[] {
  const byNumber = new Map(uploaded.map((part) => [part.number, part]))
  const parts = listed.map(({ number, etag }, index) => {
    const part = byNumber.get(number)
    if (part === undefined || part.etag !== etag.toLowerCase() || number !== index + 1)
      throw new Refusal('InvalidPart')
    return part
  })
  if (parts.slice(0, -1).some(({ size }) => size < MIN_PART_BYTES)) throw new Refusal('EntityTooSmall')
  return parts
}

function toRecord(
  { key, headers, tags, acl }: MultipartRecord,
  parts: readonly PartRecord[],
  now: number,
): ObjectRecord {
  return {
    key,
    size: parts.reduce((sum, { size }) => sum + size, 0),
    etag: toEtag(parts),
    crc64: combineCrc64(parts),
    modifiedAt: now,
    headers,
    tags,
    acl,
  }
}

/** Of 32 hex digits and the number of parts. The real digits are not derived in any way that is known. */
function toEtag(parts: readonly PartRecord[]): string {
  const digest = createHash('md5')
  for (const { etag } of parts) digest.update(etag, 'hex')
  return `${digest.digest('hex')}-${parts.length}`
}
