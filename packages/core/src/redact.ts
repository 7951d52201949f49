import { redactId } from './print.ts'

/*
 * A secret is known by the end of its name: `x-cos-security-token`, `COS_TOKEN`, `tmpSecretKey`, `q-signature`. What is too much costs
 * a comparison, what is too little costs a key. Names have no beginning here, so that each pattern takes linear time.
 */
const SECRET = '(?:token|signature|secret[-_]?key|customer-key)'
const ID = '(?:q-ak|secret[-_]?id)'
// In a query, a form, an Authorization value or a shell: `=` as it is, or percent-encoded once or more often (a URL within a URL).
// The value ends at whatever ends a field, also where `&` is percent-encoded.
const EQUALS = '(?:[ \\t]{0,8}=[ \\t]{0,8}|%(?:25){0,4}3D)'
const FIELD = '(?:(?!%(?:25){0,4}26)[^\\s&;,"\'<>#\\\\])'
// A member of JSON, of JSON within JSON, of a printed object or a list of pairs: the value ends at the quote it began with.
const QUOTE = '(\\\\*["\'])'
const MEMBER = `(?:\\\\*["']\\s{0,8}[:,]|[ \\t]{0,8}[:=])\\s{0,8}${QUOTE}`

const ID_FIELD = new RegExp(`(${ID}(?:${EQUALS}|${MEMBER}|\\s{0,8}:\\s{0,8}))(${FIELD}+)`, 'gi')
const SECRET_FIELD = new RegExp(`(${SECRET}${EQUALS})${FIELD}+`, 'gi')
const SECRET_MEMBER = new RegExp(`(${SECRET}${MEMBER})(?:(?!\\2)[^\\r\\n])+`, 'gi')
// A header line, or a line of YAML. In prose "token:" and "signature:" go before something else.
const SECRET_LINE =
  /((?:(?:security|session)[-_]?token|q-signature|secret[-_]?key|customer-key|^[ \t]{0,8}token)[ \t]{0,8}:[ \t]{0,8})[^\s"',&]+/gim
// What other services take in the same header.
const LOGIN = new RegExp(
  `(authorization\\\\*["']?\\s{0,8}[:,=]\\s{0,8}\\\\*["']?(?:bearer|basic)\\s{1,8})${FIELD}+`,
  'gi',
)

/**
 * Takes the secrets out of a text: a URL, a header line, an `Authorization` value, JSON, a line of a shell or of a configuration, or
 * any log line with such in it.
 *
 * Signatures, tokens, secret keys and logins become `***`, a SecretId becomes `AKI***xyz`; everything else stays, so that the text can
 * still be compared. Also found inside another URL's parameter, where `=` is percent-encoded.
 *
 * @example
 * redact(url) // https://…/photo.jpg?q-sign-algorithm=sha1&q-ak=AKI***U5q&…&q-signature=***
 */
export function redact(text: string): string {
  return text
    .replace(
      ID_FIELD,
      (_, name: string, _quote: unknown, id: string) => name + (id.includes('***') ? id : redactId(id)),
    )
    .replace(SECRET_MEMBER, '$1***')
    .replace(SECRET_FIELD, '$1***')
    .replace(SECRET_LINE, '$1***')
    .replace(LOGIN, '$1***')
}
