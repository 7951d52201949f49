import type { PartAnswer, PartsAnswer } from '../wire.ts'
import { callOnce } from './call.ts'
import { signPartsCall } from './multipart-calls.ts'
import type { BegunUpload } from './resume-store.ts'
import type { ServiceClientError } from './service-client-error.ts'
import { createSignatureWatch, type SignatureWatch, toRetryable } from './sign-anew.ts'
import type { UploadJob } from './upload-job.ts'

/** Signs parts a few at a time. */
export interface PartSigner {
  sign(partNumber: number): Promise<PartAnswer>
  /** For a refusal of COS: forgets a signature that has expired, and lets it be tried again with another. */
  forgetExpired(partNumber: number): (error: unknown) => never
}

/** Signed at a time: a few, so that the last ones do not expire before it is their turn. */
const SIGNED_AT_ONCE = 16

/** @param waiting - The parts to be sent, in their order. */
export function createPartSigner(
  { connection, signal }: Pick<UploadJob, 'connection' | 'signal'>,
  { uploadId, key, grant }: BegunUpload,
  waiting: readonly number[],
): PartSigner {
  const signed = new Map<number, Promise<PartAnswer>>()
  const watches = new Map<number, SignatureWatch>()

  function signSome(partNumbers: readonly number[]): void {
    const question = { ...signPartsCall(uploadId, { key, grant, partNumbers }), signal }
    const answer = callOnce<PartsAnswer>(connection, question)
    for (const number of partNumbers) {
      const part = answer.then(
        ({ parts }) => parts.find(({ partNumber }) => partNumber === number) as PartAnswer,
      )
      part.catch(() => signed.delete(number))
      signed.set(number, part)
    }
  }

  return {
    async sign(partNumber) {
      // Looked up before anything is waited for: else all that begin together would sign the same parts.
      const first = signed.get(partNumber)
      if (first === undefined) {
        const next = waiting.filter((number) => number >= partNumber).slice(0, SIGNED_AT_ONCE)
        signSome(next.filter((number) => !signed.has(number)))
      } else {
        // A margin for the bytes on their way.
        const { effectiveExpiresAt } = await first
        if (effectiveExpiresAt <= Date.now() / 1000 + 30) signSome([partNumber])
      }
      return (await signed.get(partNumber)) as PartAnswer
    },
    forgetExpired: (partNumber) => (error) => {
      const watch = watches.get(partNumber) ?? createSignatureWatch()
      watches.set(partNumber, watch)
      if (!watch.isSpent(error)) throw error
      signed.delete(partNumber)
      throw toRetryable(error as ServiceClientError)
    },
  }
}
