import { type RefusedForm, verifyPostPolicy } from 'cos-presign'
import { identify, type Principal } from './authorise.ts'
import { toFormHeaders } from './form-headers.ts'
import { createLookup, type FindKey } from './known-key.ts'
import type { OperationRequest } from './operation.ts'
import type { PostForm } from './post-form.ts'
import { Refusal } from './refusal.ts'
import { toVerificationRefusal } from './verification-refusal.ts'

/** Whom a form is from, and what its policy says of the file. */
export interface FormIdentity {
  readonly principal: Principal
  /** Bytes, inclusive. */
  readonly minSizeBytes: number
  /** Bytes, inclusive; `Infinity` without a limit. */
  readonly maxSizeBytes: number
}

/** What the mini programs' form has instead of a policy. */
const AUTHORIZATION_FIELD = 'signature'
/** What a refusal must not repeat, because it is logged. */
const SECRET_FIELD = /token|signature/i

/**
 * Finds out whom a form is from: by its signed policy, which its fields must satisfy; by the field `Signature`, in which the mini
 * program's SDK has the `Authorization` of a `POST /`; or from nobody.
 *
 * @throws {Refusal} COS's answer when a signature or a condition does not hold (documentation 436/14690).
 */
export function identifyForm(
  form: PostForm,
  request: OperationRequest,
  { findKey, now }: { readonly findKey: FindKey; readonly now: () => number },
): FormIdentity {
  const { fields, fileName } = form
  if (fields.has(AUTHORIZATION_FIELD) && !fields.has('policy')) {
    const principal = identify(toSignedRequest(form, request), findKey, now)
    return { principal, minSizeBytes: 0, maxSizeBytes: Number.POSITIVE_INFINITY }
  }
  const { lookup, foundKey } = createLookup(findKey)
  const verification = verifyPostPolicy({ fields, fileName, bucket: request.bucket }, lookup, { now })
  if (!verification.ok && verification.code !== 'anonymous') throw toRefusal(verification, now())
  if (!verification.ok)
    return { principal: { kind: 'anonymous' }, minSizeBytes: 0, maxSizeBytes: Number.POSITIVE_INFINITY }
  const { minSizeBytes, maxSizeBytes } = verification
  return { principal: { kind: 'signer', key: foundKey(), signedHeaders: [] }, minSizeBytes, maxSizeBytes }
}

/** The request as its sender signed it: the headers of the object are fields of the form. */
function toSignedRequest({ fields }: PostForm, { method, target, headers }: OperationRequest) {
  const ofForm = toFormHeaders(fields)
  const authorization = fields.get(AUTHORIZATION_FIELD) ?? ''
  const ofRequest = [...headers].filter(([name]) => name !== 'authorization' && !ofForm.has(name))
  return { method, target, headers: [...ofRequest, ...ofForm, ['authorization', authorization] as const] }
}

function toRefusal(failure: RefusedForm, now: number): Refusal {
  const { code, message, condition, policyExpiresAt = 0 } = failure
  switch (code) {
    // [doc] / [doc]; which value stands in the braces of the documentation is a guess
    case 'condition-failed':
      return new Refusal('AccessDenied', { message: toConditionMessage(condition), reason: message })
    // [doc] / [doc], the grammar as on the wire
    case 'policy-expired':
      return new Refusal('AccessDenied', {
        message: `You post object request has been expired, expiration time: ${policyExpiresAt} but the time now : ${Math.floor(now / 1000)}`,
        reason: message,
      })
    // [doc] / [doc] where the conditions are missing, else [guess]
    case 'policy-malformed':
      return new Refusal('InvalidPolicyDocument', {
        message: message.includes('"conditions"')
          ? 'You must provide condition if you specify a policy in post object request.'
          : `The policy of your POST request is not valid: ${message}.`,
        reason: message,
      })
    case 'anonymous':
      return new Refusal('AccessDenied', { reason: message })
    default:
      return toVerificationRefusal({ ...failure, code }, now)
  }
}

function toConditionMessage(condition: RefusedForm['condition']): string {
  const { field = '', value = '' } = condition ?? {}
  const shown = SECRET_FIELD.test(field) ? '***' : value
  return `Condition key ${field} doesn't match the value ${field === 'bucket' ? `[${shown}]` : shown}`
}
