import type { Reply } from '../message.ts'
import type { OperationRequest, OperationServices } from '../operation.ts'
import { toXmlReply } from '../to-xml-reply.ts'

/** `GET /?location`: all buckets are in the region that the emulator is told to be in. */
export function getBucketLocation(_request: OperationRequest, { region }: OperationServices): Promise<Reply> {
  return Promise.resolve(toXmlReply('LocationConstraint', region))
}
