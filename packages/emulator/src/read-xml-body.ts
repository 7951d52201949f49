import { createHash } from 'node:crypto'
import { readExpectedDigests } from './digests.ts'
import type { OperationRequest } from './operation.ts'
import { parseXml, type XmlElement } from './parse-xml.ts'
import { Refusal } from './refusal.ts'

/** How a body is read. */
export interface XmlBodyOptions {
  /**
   * More bytes than that are `XMLSizeLimit`.
   * @default 65536
   */
  readonly maxBytes?: number
  /** Whether a missing `Content-MD5` is refused. @default false */
  readonly needsMd5?: boolean
}

/**
 * Reads the body of a request as an XML document.
 *
 * @param rootName - The name of its outermost element, without a namespace prefix.
 * @returns That element.
 * @throws {Refusal} `MissingRequestBodyError` when there is none, `XMLSizeLimit`, `MalformedXML` (also for another root),
 * `InvalidDigest`, `BadDigest` when it is not the one that `Content-MD5` announces, `InvalidRequest` when that is needed
 * and missing.
 */
export async function readXmlBody(
  request: Pick<OperationRequest, 'headers' | 'openBody'>,
  rootName: string,
  { maxBytes = 64 * 1024, needsMd5 = false }: XmlBodyOptions = {},
): Promise<XmlElement> {
  const { md5 } = readExpectedDigests(request.headers)
  if (needsMd5 && md5 === undefined) {
    throw new Refusal('InvalidRequest', { message: 'Missing required header for this request: Content-MD5' })
  }
  const bytes = await collect(request, maxBytes)
  if (md5 !== undefined && !createHash('md5').update(bytes).digest().equals(Buffer.from(md5, 'base64'))) {
    throw new Refusal('BadDigest')
  }
  if (bytes.length === 0) throw new Refusal('MissingRequestBodyError')
  const root = parseXml(bytes)
  if (root?.name !== rootName) throw new Refusal('MalformedXML')
  return root
}

async function collect(
  request: Pick<OperationRequest, 'headers' | 'openBody'>,
  maxBytes: number,
): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of request.openBody()) {
    size += chunk.length
    if (size > maxBytes) {
      throw new Refusal('XMLSizeLimit', {
        message: `The XML of the request body is larger than the ${maxBytes} bytes that are allowed.`,
      })
    }
    chunks.push(chunk)
  }
  const announced = request.headers.get('content-length')
  if (announced !== undefined && Number(announced) !== size) throw new Refusal('IncompleteBody')
  return Buffer.concat(chunks, size)
}
