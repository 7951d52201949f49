import { redactId } from './print.ts'

// `=` as it stands, percent-encoded, or percent-encoded more than once (a URL within a URL).
const EQUALS = '(?:=|%(?:25){0,4}3D)'
// Where a field begins: at the edge of a word, or after `&` or `?` that is percent-encoded.
const START = '(?:\\b|%(?:25){0,4}(?:26|3F))'
// A value in a query, a form or an Authorization value ends here, also where `&` is percent-encoded.
const VALUE = '(?:(?!%(?:25){0,4}26)[^\\s&;,"\'<>#])*'

const ID = new RegExp(`(${START}q-ak${EQUALS})(${VALUE})`, 'gi')
const IN_QUERY = new RegExp(
  `(${START}(?:q-signature|x-c(?:os|i)-security-token|q-token|token|secret[-_]?key|tmp[-_]?secret[-_]?key)${EQUALS})${VALUE}`,
  'gi',
)
// A header line, a line of YAML, or a member of JSON.
const NAMED =
  /((?:\b|_)(?:x-c(?:os|i)-security-token|session[-_]?token|security[-_]?token|q-signature|(?:tmp)?secret[-_]?key|customer-key)["']?\s{0,8}:\s{0,8}["']?)[^\s"',&]+/gi

/**
 * Takes the secrets out of a text: a URL, a header line, an `Authorization` value, JSON, or any log line with such in it.
 *
 * Signatures and security tokens become `***`, a SecretId becomes `AKI***xyz`; everything else stays, so that the text can
 * still be compared. Also found inside another URL's parameter, where `=` is percent-encoded.
 *
 * @example
 * redact(url) // https://…/photo.jpg?q-sign-algorithm=sha1&q-ak=AKI***U5q&…&q-signature=***
 */
export function redact(text: string): string {
  return text
    .replace(ID, (_, name: string, id: string) => name + redactId(id))
    .replace(IN_QUERY, '$1***')
    .replace(NAMED, '$1***')
}
