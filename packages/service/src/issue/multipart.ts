import { presignParts, presignUpload, type UploadConstraints } from 'cos-presign'
import { askCos } from '../cos/ask-cos.ts'
import { ServiceError } from '../errors.ts'
import type { Permission } from '../grants/decide.ts'
import { noteDone, noteIssued } from '../observe/issued.ts'
import type { Services } from '../services.ts'
import type { PartAnswer, UploadedPart } from '../wire.ts'
import { type Announced, assertKept, toHeaders } from './upload.ts'

/*
 * Uploads in parts. The service keeps nothing of them: COS knows which upload id belongs to which key, and each step is decided anew by
 * the key. What no signature of a part can enforce (the size of the whole) is checked before the upload is completed.
 */

const MIB = 1024 ** 2
/** Documentation 436/7750. */
const MAX_PARTS = 10_000
/** Parts are retried whole: a phone should not lose more than that. */
const USUAL_PART_BYTES = 8 * MIB

/** An upload that has begun. */
export interface CreatedUpload {
  readonly uploadId: string
  /** The size of each part but the last, in bytes. */
  readonly partSizeBytes: number
  readonly partCount: number | undefined
}

/**
 * Begins an upload in parts.
 *
 * @throws {ServiceError} `ERR_SERVICE_NOT_GRANTED`: the grant's constraints cannot be kept by an upload in parts; and what COS refuses.
 * @throws {SignatureError} `ERR_CONSTRAINT_BROKEN`: what was announced is not within them.
 */
export async function createUpload(
  permission: Permission,
  announced: Announced,
  services: Services,
): Promise<CreatedUpload> {
  const { bucket, key } = permission
  const { document } = await askCos(services, {
    method: 'POST',
    Bucket: bucket,
    Key: key,
    Params: { uploads: '' },
    Headers: await headersOfUpload(permission, announced, services),
  })
  noteDone(services, 'begin', permission)
  const uploadId = document.text('UploadId')
  if (uploadId === '') throw new ServiceError('ERR_SERVICE_COS_REFUSED', 'COS answered without an upload id')
  const partSizeBytes = partSizeFor(announced.sizeBytes)
  const partCount =
    announced.sizeBytes === undefined
      ? undefined
      : Math.max(1, Math.ceil(announced.sizeBytes / partSizeBytes))
  return { uploadId, partSizeBytes, partCount }
}

/** What no signature of a part can hold, and the service does not check either. */
const NOT_IN_PARTS = ['contentMd5', 'clientIps', 'speedLimitBitsPerSecond'] as const

/**
 * Refuses what an upload in parts does not keep. The size of the whole is checked at its completion.
 *
 * @param notEnforced - What a PUT with the headers of the beginning would leave open.
 * @throws {ServiceError} `ERR_SERVICE_NOT_GRANTED`, and as `assertKept`.
 */
export function assertKeptInParts(
  permission: Permission,
  notEnforced: Parameters<typeof assertKept>[1],
): void {
  const { constraints, grant } = permission
  const lost = NOT_IN_PARTS.find((name) => constraints[name] !== undefined)
  if (lost !== undefined) {
    throw new ServiceError(
      'ERR_SERVICE_NOT_GRANTED',
      `The grant "${grant.name}" has ${lost}, which an upload in parts cannot keep`,
      { grant: grant.name },
    )
  }
  assertKept(
    permission,
    notEnforced.filter(({ constraint }) => !/Size/.test(constraint)),
  )
}

/** The headers that say what the object becomes, checked as those of a PUT are. */
export async function headersOfUpload(
  permission: Permission,
  announced: Announced,
  { clientFor }: Services,
): Promise<[string, string][]> {
  const { bucket, key, constraints } = permission
  const client = await clientFor(1)
  const params = { Bucket: bucket, Key: key, Headers: toHeaders(announced) }
  const { headers, notEnforced } = presignUpload(client, params, constraints)
  assertKeptInParts(permission, notEnforced)
  const ofWhole = /^(?:content-type|x-cos-(?:forbid-overwrite|storage-class|acl))$/i
  return Object.entries(headers).filter(([name]) => ofWhole.test(name))
}

/** The least that needs no more than 10,000 parts, from 8 MiB on, in whole mebibytes. */
function partSizeFor(sizeBytes = 0): number {
  const least = Math.ceil(sizeBytes / MAX_PARTS / MIB) * MIB
  return Math.max(USUAL_PART_BYTES, least)
}

/**
 * For clients that complete an upload themselves.
 *
 * @throws {ServiceError} `ERR_SERVICE_NOT_GRANTED`: the grant limits the size, which only the service can check then.
 */
export function assertMayComplete({ grant, constraints }: Permission): void {
  const { sizeBytes, minSizeBytes, maxSizeBytes, contentMd5 } = constraints
  const ofWhole = [sizeBytes, minSizeBytes, maxSizeBytes, contentMd5]
  if (ofWhole.every((limit) => limit === undefined)) return
  throw new ServiceError(
    'ERR_SERVICE_NOT_GRANTED',
    `The grant "${grant.name}" limits the size, so the service completes uploads in parts: POST /v1/multipart`,
    { grant: grant.name },
  )
}

/** Presigns some parts. */
export async function signParts(
  permission: Permission,
  uploadId: string,
  partNumbers: readonly number[],
  services: Services,
): Promise<PartAnswer[]> {
  const { bucket, key, lifetimeSeconds } = permission
  const client = await services.writerFor(lifetimeSeconds, bucket)
  const { parts } = presignParts(client, {
    Bucket: bucket,
    Key: key,
    UploadId: uploadId,
    Parts: partNumbers,
    Expired: lifetimeSeconds,
  })
  noteIssued(services, permission, Math.max(...parts.map((part) => part.effectiveExpiresAt)), partNumbers)
  return parts.map(({ partNumber, method, url, headers, effectiveExpiresAt }) => ({
    partNumber,
    method,
    url,
    headers,
    effectiveExpiresAt,
  }))
}

/** All parts that have arrived, in their order. */
export async function listParts(
  { bucket, key }: Permission,
  uploadId: string,
  services: Services,
): Promise<UploadedPart[]> {
  const parts: UploadedPart[] = []
  let marker = '0'
  // 10,000 parts are ten pages.
  for (let page = 0; page <= MAX_PARTS / 1000; page++) {
    const { document } = await askCos(services, {
      method: 'GET',
      Bucket: bucket,
      Key: key,
      Params: { uploadId, 'max-parts': '1000', 'part-number-marker': marker },
    })
    for (const part of document.all('Part')) {
      parts.push({
        partNumber: Number(part.text('PartNumber')),
        etag: part.text('ETag'),
        sizeBytes: Number(part.text('Size')),
      })
    }
    if (document.text('IsTruncated') !== 'true') break
    marker = document.text('NextPartNumberMarker')
  }
  return parts
}

/**
 * Completes an upload of the parts that have arrived, if the whole is within the constraints. One that is not is aborted.
 *
 * @param wanted - The parts that the client means, in any order, with their ETags; all that have arrived when absent.
 * @throws {ServiceError} `ERR_SERVICE_NOT_GRANTED`: the whole is too small or too large. `ERR_SERVICE_REQUEST_INVALID`: a part is not there, is
 * another, or is given twice.
 */
export async function completeUpload(
  permission: Permission,
  uploadId: string,
  wanted: readonly Pick<UploadedPart, 'partNumber' | 'etag'>[] | undefined,
  services: Services,
): Promise<{ readonly etag: string; readonly sizeBytes: number; readonly location: string }> {
  const { bucket, key, constraints } = permission
  const parts = choose(await listParts(permission, uploadId, services), wanted)
  const sizeBytes = parts.reduce((sum, part) => sum + part.sizeBytes, 0)
  const fault = faultOfSize(sizeBytes, constraints)
  if (fault !== undefined) {
    await abortUpload(permission, uploadId, services)
    throw new ServiceError('ERR_SERVICE_NOT_GRANTED', `The upload ${fault}, and was given up`, {
      grant: permission.grant.name,
    })
  }
  const { document } = await askCos(services, {
    method: 'POST',
    Bucket: bucket,
    Key: key,
    Params: { uploadId },
    Headers: constraints.forbidOverwrite ? [['x-cos-forbid-overwrite', 'true']] : [],
    body: toDocument(parts),
  })
  noteDone(services, 'complete', permission)
  return { etag: document.text('ETag'), sizeBytes, location: document.text('Location') }
}

function choose(
  arrived: readonly UploadedPart[],
  wanted: readonly Pick<UploadedPart, 'partNumber' | 'etag'>[] | undefined,
): readonly UploadedPart[] {
  if (arrived.length === 0) throw invalid('No part has arrived at COS; send the parts, then complete')
  if (wanted === undefined) return arrived
  const byNumber = new Map(arrived.map((part) => [part.partNumber, part]))
  // COS wants them in their order, and each once.
  const inOrder = [...wanted].sort((a, b) => a.partNumber - b.partNumber)
  return inOrder.map(({ partNumber, etag }, index) => {
    if (inOrder[index - 1]?.partNumber === partNumber) throw invalid(`Part ${partNumber} is given twice`)
    const part = byNumber.get(partNumber)
    if (part === undefined) throw invalid(`Part ${partNumber} has not arrived`)
    if (plain(etag) !== plain(part.etag))
      throw invalid(`Part ${partNumber} has another ETag in COS than in the request; send the part again`)
    return part
  })
}

function plain(etag: string): string {
  return etag.replaceAll('"', '')
}

function faultOfSize(sizeBytes: number, constraints: UploadConstraints): string | undefined {
  const { sizeBytes: exact, minSizeBytes = 0, maxSizeBytes = Number.POSITIVE_INFINITY } = constraints
  if (exact !== undefined && sizeBytes !== exact) return `has ${sizeBytes} bytes instead of ${exact}`
  if (sizeBytes < minSizeBytes) return `has ${sizeBytes} bytes, which is less than ${minSizeBytes}`
  if (sizeBytes > maxSizeBytes) return `has ${sizeBytes} bytes, which is more than ${maxSizeBytes}`
  return undefined
}

function toDocument(parts: readonly UploadedPart[]): string {
  const rows = parts.map(
    ({ partNumber, etag }) =>
      `<Part><PartNumber>${partNumber}</PartNumber><ETag>${escapeXml(etag)}</ETag></Part>`,
  )
  return `<CompleteMultipartUpload>${rows.join('')}</CompleteMultipartUpload>`
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** Gives an upload up; one that is not there is no failure. */
export async function abortUpload(
  permission: Permission,
  uploadId: string,
  services: Services,
): Promise<void> {
  const { bucket, key } = permission
  try {
    await askCos(services, { method: 'DELETE', Bucket: bucket, Key: key, Params: { uploadId } })
    noteDone(services, 'abort', permission)
  } catch (error) {
    if (!(error instanceof ServiceError && error.code === 'ERR_SERVICE_OBJECT_MISSING')) throw error
  }
}

function invalid(message: string): ServiceError {
  return new ServiceError('ERR_SERVICE_REQUEST_INVALID', message)
}
