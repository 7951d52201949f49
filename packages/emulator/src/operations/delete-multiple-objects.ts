import type { Reply } from '../message.ts'
import type { OperationRequest, OperationServices } from '../operation.ts'
import { childrenOf, textOf, type XmlElement } from '../parse-xml.ts'
import { readXmlBody } from '../read-xml-body.ts'
import { Refusal } from '../refusal.ts'
import { toRefusal } from '../to-refusal.ts'
import { toXmlReply } from '../to-xml-reply.ts'
import { assertVersion } from '../unsupported.ts'
import type { XmlElements } from '../xml-document.ts'

const MAX_OBJECTS = 1000
/** 1,000 keys of 850 bytes, most of which may need a reference, and their versions. */
const MAX_XML_BYTES = 4 * 1024 ** 2

interface ListedObject {
  readonly key: string
  readonly versionId: string | undefined
}

/** `POST /?delete`: each object by itself; one that is not there counts as deleted. */
export async function deleteMultipleObjects(
  request: OperationRequest,
  services: OperationServices,
): Promise<Reply> {
  const root = await readXmlBody(request, 'Delete', { maxBytes: MAX_XML_BYTES, needsMd5: true })
  const objects = readObjects(root)
  const outcomes = await Promise.all(objects.map((object) => deleteOne(object, request, services)))
  const isQuiet = textOf(root, 'Quiet')?.trim().toLowerCase() === 'true'
  return toXmlReply('DeleteResult', {
    Deleted: isQuiet ? [] : outcomes.flatMap(({ deleted }) => deleted ?? []),
    Error: outcomes.flatMap(({ error }) => error ?? []),
  })
}

/** @throws {Refusal} `MalformedXML`, also for none or more than 1,000 [guess]. */
function readObjects(root: XmlElement): ListedObject[] {
  const objects = childrenOf(root, 'Object').map((object) => ({
    key: textOf(object, 'Key') ?? '',
    versionId: textOf(object, 'VersionId'),
  }))
  if (objects.length === 0 || objects.length > MAX_OBJECTS || objects.some(({ key }) => key === ''))
    throw new Refusal('MalformedXML')
  return objects
}

async function deleteOne(
  { key, versionId }: ListedObject,
  { bucket, authorise }: OperationRequest,
  { store }: OperationServices,
): Promise<{ deleted?: XmlElements; error?: XmlElements }> {
  try {
    assertVersion(versionId)
    await authorise('DeleteObject', bucket, key)
    await store.deleteObject(bucket, key)
    return { deleted: { Key: key, VersionId: versionId } }
  } catch (error) {
    const { code, message } = toRefusal(error)
    return { error: { Key: key, VersionId: versionId, Code: code, Message: message } }
  }
}
