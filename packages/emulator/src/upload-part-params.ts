import type { OperationRequest } from './operation.ts'
import { Refusal } from './refusal.ts'

/** Documentation 436/7750. */
export const MAX_PARTS = 10_000

/**
 * Which part a request is about.
 *
 * @throws {Refusal} `InvalidArgument` unless the number is 1 to 10,000.
 */
export function readPartParams({ params }: OperationRequest): { uploadId: string; number: number } {
  const text = params.get('partnumber') ?? ''
  if (!/^\d{1,5}$/.test(text) || Number(text) < 1 || Number(text) > MAX_PARTS) {
    throw new Refusal('InvalidArgument', { message: `partNumber must be 1 to ${MAX_PARTS}.` })
  }
  return { uploadId: params.get('uploadid') ?? '', number: Number(text) }
}
