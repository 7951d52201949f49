import type { SignatureFields } from '../signature-fields.ts'
import { signedTexts } from '../signed-texts.ts'
import type { AnswerKind, Facts, RequestFacts } from './facts.ts'
import type { Finding } from './finding.ts'
import type { HttpLines } from './http-lines.ts'

/** The facts with what several rules ask of them. */
export interface Case extends Facts {
  readonly kind: AnswerKind
  /** The signature, if its form is right. */
  readonly fields: SignatureFields | undefined
  /** What COS computes from the request as the evidence has it. */
  readonly sent: HttpLines | undefined
  /** What COS computed: its own lines if known, else those of the request. */
  readonly received: HttpLines | undefined
  /** Whether anything says that the signature is refused. */
  readonly isMismatch: boolean
}

/** Derives what the rules share. */
export function toCase(facts: Facts): Case {
  const { request, answer, key } = facts
  const found = request?.signature?.fields
  const fields = typeof found === 'object' ? found : undefined
  const sent =
    request === undefined || fields === undefined ? undefined : sentLines(request, fields, key?.securityToken)
  const kind = answer?.kind ?? 'none'
  return { ...facts, kind, fields, sent, received: answer?.lines ?? sent, isMismatch: kind === 'mismatch' }
}

/** The lines of a request by the lists of its signature, as the documentation has it. */
function sentLines(
  { read, method }: RequestFacts,
  fields: SignatureFields,
  token: string | undefined,
): HttpLines | undefined {
  if (read === undefined) return undefined
  for (const { parameters, headers } of signedTexts(read, fields, { token, allowHostWithoutPort: false })) {
    return { method: (method ?? 'GET').toLowerCase(), path: read.target.path, parameters, headers }
  }
  return undefined
}

/** A rule finds causes of one kind, or none. */
export type Rule = (known: Case) => readonly Finding[]
