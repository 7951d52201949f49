import type { DiagnosisCode } from '../diagnosis-code.ts'
import type { LineName } from '../http-lines.ts'

/** What may have been signed in one line instead of what arrived. */
export interface Variant {
  readonly line: LineName
  readonly text: string
  /** The cause, if this is what was signed. */
  readonly code: DiagnosisCode
  /** Said instead of the code's own sentence. */
  readonly summary?: string | undefined
}
