import { Refusal } from './refusal.ts'

/**
 * Text as the value of a header: its UTF-8, one character a byte.
 *
 * @param what - Whose text it is, for the refusal.
 * @throws {Refusal} `InvalidArgument` when it holds a character that a header cannot.
 */
export function toHeaderValue(text: string, what: string): string {
  const bytes = Buffer.from(text, 'utf8').toString('latin1')
  if (/^[\t\x20-\x7e\x80-\xff]*$/.test(bytes)) return bytes
  throw new Refusal('InvalidArgument', { message: `${what} holds a character that a header cannot.` })
}
