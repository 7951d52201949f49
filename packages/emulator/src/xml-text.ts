/*
 * XML 1.0 has no way at all to write most control characters, U+FFFE, U+FFFF and lone surrogates, and an object key may
 * hold any of the first: they are percent-encoded, so that the document stays well formed.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones XML 1.0 forbids (section 2.2)
const FORBIDDEN = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Surrogate}/gu
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  // A parser would turn a bare CR into LF (section 2.11).
  '\r': '&#13;',
}

/** Writes a text into the content of an XML element. */
export function toXmlText(text: string): string {
  return text
    .replace(FORBIDDEN, (character) =>
      encodeURIComponent(/\p{Surrogate}/u.test(character) ? '\ufffd' : character),
    )
    .replace(/[&<>"\r]/g, (character) => ENTITIES[character] ?? character)
}
