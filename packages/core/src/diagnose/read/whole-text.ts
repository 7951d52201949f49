import { isWellFormed } from '../../utf8.ts'

/** A text with a replacement character for each lone surrogate, which has no UTF-8 form. */
export function toWholeText(text: string): string {
  return isWellFormed(text) ? text : text.replace(/\p{Surrogate}/gu, '\ufffd')
}
