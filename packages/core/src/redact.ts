import { redactId } from './print.ts'

// A field in a query, a form or an Authorization value. It begins at the edge of a word, or after a `&` or `?` that is
// percent-encoded; its `=` stands as it is or is percent-encoded, once or more often (a URL within a URL); its value ends at
// whatever ends a field, also where `&` is percent-encoded.
const ID = /((?:\b|%(?:25){0,4}(?:26|3F))q-ak(?:=|%(?:25){0,4}3D))((?:(?!%(?:25){0,4}26)[^\s&;,"'<>#])*)/gi
const IN_QUERY =
  /((?:\b|%(?:25){0,4}(?:26|3F))(?:q-signature|x-c(?:os|i)-security-token|q-token|token|(?:tmp[-_]?)?secret[-_]?key)(?:=|%(?:25){0,4}3D))(?:(?!%(?:25){0,4}26)[^\s&;,"'<>#])*/gi
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
