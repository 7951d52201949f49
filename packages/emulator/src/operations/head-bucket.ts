import type { Reply } from '../message.ts'
import type { OperationRequest, OperationServices } from '../operation.ts'

/** `HEAD /` on a bucket's host. */
export function headBucket(_request: OperationRequest, { region }: OperationServices): Promise<Reply> {
  return Promise.resolve({ status: 200, headers: { 'x-cos-bucket-region': region } })
}
