import { createHash, createHmac, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createHmacKey, hmacSha1Hex, sha1Hex } from '../src/hash/kernel.ts'

const sha1 = (text: string): string => createHash('sha1').update(text, 'utf8').digest('hex')
const hmac = (key: string, text: string): string => createHmac('sha1', key).update(text, 'utf8').digest('hex')
const asciiOf = (length: number): string =>
  Buffer.from(randomBytes(length).map((byte) => byte & 0x7f)).toString('latin1')

describe('SHA-1, against node:crypto', () => {
  it('of every length from 0 to 300', () => {
    for (let length = 0; length <= 300; length++) {
      const text = asciiOf(length)
      expect(sha1Hex(text), `length ${length}`).toBe(sha1(text))
    }
  })

  it('of texts that need two, three and four bytes a character, at every offset in a block', () => {
    for (const char of ['é', '值', '🦊']) {
      for (let before = 0; before <= 70; before++) {
        const text = `${'a'.repeat(before)}${char}b`
        expect(sha1Hex(text), `${char} after ${before}`).toBe(sha1(text))
      }
    }
  })

  it('of a mebibyte', () => {
    const text = asciiOf(1024 * 1024)
    expect(sha1Hex(text)).toBe(sha1(text))
  })
})

describe('HMAC-SHA1, against node:crypto', () => {
  it('with keys of every length from 1 to 200, where a block has 64 bytes', () => {
    for (let length = 1; length <= 200; length++) {
      const key = asciiOf(length)
      expect(hmacSha1Hex(createHmacKey(key), 'message'), `length ${length}`).toBe(hmac(key, 'message'))
    }
  })

  it('of messages of every length from 0 to 300, with one prepared key', () => {
    const key = createHmacKey('k€y')
    for (let length = 0; length <= 300; length++) {
      const text = asciiOf(length)
      expect(hmacSha1Hex(key, text), `length ${length}`).toBe(hmac('k€y', text))
    }
  })
})
