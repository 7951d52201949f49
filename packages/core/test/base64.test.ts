import fc from 'fast-check'
import { expect, it } from 'vitest'
import { decodeBase64, encodeBase64 } from '../src/base64.ts'

const bytes = fc.uint8Array({ maxLength: 100 }).map((array) => Buffer.from(array))

it('Base64 is that of Node.js', () => {
  fc.assert(
    fc.property(bytes, (buffer) => {
      const text = encodeBase64(buffer.toString('latin1'))
      expect(text).toBe(buffer.toString('base64'))
      expect(decodeBase64(text)).toBe(buffer.toString('latin1'))
    }),
  )
})

it('takes no other text for Base64', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const decoded = decodeBase64(text)
      if (decoded !== undefined) expect(encodeBase64(decoded)).toBe(text)
    }),
  )
  for (const text of ['a', 'ab', 'abc', 'ab=c', 'ab==', 'abc=', 'aa_-', 'YQ==\n', 'YR==', '====']) {
    const canonical = Buffer.from(text, 'base64').toString('base64') === text
    expect(decodeBase64(text) !== undefined).toBe(canonical)
  }
})
