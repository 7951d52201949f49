import { isRestored, restore } from '../archive.ts'
import type { Reply } from '../message.ts'
import type { OperationRequest, OperationServices } from '../operation.ts'
import { childrenOf, textOf, type XmlElement } from '../parse-xml.ts'
import { readXmlBody } from '../read-xml-body.ts'
import { Refusal } from '../refusal.ts'

const MAX_DAYS = 365

/**
 * `POST /key?restore`: makes an archived object readable for some days, after the time that its tier takes; 202. When it is
 * readable already, for so many days from now; 200.
 */
export async function postObjectRestore(
  request: OperationRequest,
  { store, now }: OperationServices,
): Promise<Reply> {
  const { days, tier } = readRestoreRequest(await readXmlBody(request, 'RestoreRequest'))
  let status = 202
  const record = await store.updateObject(request.bucket, request.key, (current) => {
    const time = now()
    if (isRestored(current, time)) status = 200
    return restore(current, days, tier, time)
  })
  if (record === undefined) throw new Refusal('NoSuchKey')
  return { status, headers: {} }
}

function readRestoreRequest(root: XmlElement): { days: number; tier: string } {
  const text = textOf(root, 'Days') ?? ''
  const [parameters] = childrenOf(root, 'CASJobParameters')
  if (text === '') throw new Refusal('MalformedXML')
  if (!/^\d{1,4}$/.test(text) || Number(text) < 1 || Number(text) > MAX_DAYS)
    throw new Refusal('InvalidArgument', { message: `Days must be 1 to ${MAX_DAYS}.` })
  return { days: Number(text), tier: (parameters && textOf(parameters, 'Tier')) ?? 'Standard' }
}
