import type { DiagnosisCode } from '../diagnosis-code.ts'
import { decodeOnce } from '../kind-of-change.ts'

/** How the encoded value of a parameter or header may have been written otherwise, and which cause that is. */
export interface ValueForm {
  readonly parameter: DiagnosisCode
  readonly header: DiagnosisCode
  readonly how: string
  write(encoded: string): string
}

const NOT_ENCODED = { parameter: 'parameter-not-encoded', header: 'header-not-encoded' } as const
const TWICE = { parameter: 'parameter-encoded-twice', header: 'header-not-encoded' } as const
const PLUS = { parameter: 'parameter-plus-for-space', header: 'header-not-encoded' } as const
const STEP = { parameter: 'signer-step-wrong', header: 'signer-step-wrong' } as const

const LEFT_BY_URI_COMPONENT = /%(?:21|27|28|29|2A)/g
const LEFT_BY_URI = /%(?:21|23|24|26|27|28|29|2A|2B|2C|2F|3A|3B|3D|3F|40)/g

/** The forms that signers are seen to write. */
export const VALUE_FORMS: readonly ValueForm[] = [
  { ...TWICE, how: 'encoded once, and sent encoded twice', write: (value) => value.replaceAll('%25', '%') },
  { ...NOT_ENCODED, how: 'not encoded at all', write: decodeOnce },
  { ...NOT_ENCODED, how: 'with / left as it is', write: (value) => value.replaceAll('%2F', '/') },
  {
    ...NOT_ENCODED,
    how: "with ! ' ( ) * left as they are",
    write: (value) => value.replace(LEFT_BY_URI_COMPONENT, decodeOnce),
  },
  { ...NOT_ENCODED, how: 'with * left as it is', write: (value) => value.replaceAll('%2A', '*') },
  { ...NOT_ENCODED, how: 'with ~ encoded', write: (value) => value.replaceAll('~', '%7E') },
  {
    ...NOT_ENCODED,
    how: 'with all that a URI reserves left as it is',
    write: (value) => value.replace(LEFT_BY_URI, decodeOnce),
  },
  { ...PLUS, how: 'with + for a space', write: (value) => value.replaceAll('%20', '+') },
  { ...PLUS, how: 'with a plus where a space arrived', write: (value) => value.replaceAll('%20', '%2B') },
  { ...PLUS, how: 'with a space where a plus arrived', write: (value) => value.replaceAll('%2B', '%20') },
  {
    ...NOT_ENCODED,
    how: 'form-encoded',
    write: (value) => value.replaceAll('%20', '+').replaceAll('%2A', '*').replaceAll('~', '%7E'),
  },
  { ...TWICE, how: 'encoded twice', write: (value) => value.replaceAll('%', '%25') },
  {
    ...STEP,
    how: 'with the hex digits of its escapes in small letters',
    write: (value) => value.replace(/%../g, (digits) => digits.toLowerCase()),
  },
  { ...STEP, how: 'in small letters', write: (value) => value.toLowerCase() },
]
