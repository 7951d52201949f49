import { createHash, createHmac, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { instantiate, type Wasm } from '../src/bulk/wasm.ts'
import { createHmacKey, hmacSha1Hex, sha1Hex, sha1HexOfBytes } from '../src/hash/kernel.ts'

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

/** The four-lane kernel in WebAssembly, as a hash of four messages that take as many blocks. */
function sha1OfFour({ call, bytes }: Wasm, messages: readonly Uint8Array[]): string[] {
  const blocks = (((messages[0] as Uint8Array).length + 8) >> 6) + 1
  const padded = messages.map((message) => {
    const view = new DataView(new ArrayBuffer(64 * blocks))
    new Uint8Array(view.buffer).set(message)
    view.setUint8(message.length, 0x80)
    view.setBigUint64(64 * blocks - 8, BigInt(message.length) * 8n)
    return view
  })
  const state = call.allocate(80)
  const block = call.allocate(256)
  call.initialize(state)
  for (let at = 0; at < 64 * blocks; at += 64) {
    const words = new Uint32Array(call.memory.buffer, block, 64)
    for (let word = 0; word < 16; word++)
      for (const [lane, view] of padded.entries()) words[4 * word + lane] = view.getUint32(at + 4 * word)
    call.compress(state, block)
  }
  const words = new Uint32Array(bytes(state, 80).slice().buffer)
  return messages.map((_, lane) =>
    [0, 1, 2, 3, 4].map((word) => (words[4 * word + lane] ?? 0).toString(16).padStart(8, '0')).join(''),
  )
}

const sha1OfBytes = (bytes: Uint8Array): string => createHash('sha1').update(bytes).digest('hex')

describe('SHA-1 of four messages in WebAssembly, against node:crypto', () => {
  it('of every length from 0 to 300, and large ones', async () => {
    const wasm = (await instantiate()) as Wasm
    for (const length of [...Array.from({ length: 301 }, (_, at) => at), 65_535, 1_000_000]) {
      const messages = Array.from({ length: 4 }, () => randomBytes(length))
      expect(sha1OfFour(wasm, messages), `length ${length}`).toEqual(messages.map(sha1OfBytes))
    }
  })
})

describe('SHA-1 of bytes, against node:crypto', () => {
  it('of every length from 0 to 300, and large ones', () => {
    for (const length of [...Array.from({ length: 301 }, (_, at) => at), 65_535, 1_000_000]) {
      const bytes = randomBytes(length)
      expect(sha1HexOfBytes(bytes), `length ${length}`).toBe(sha1OfBytes(bytes))
    }
  })
})

/* The byte-oriented test vectors of NIST's Cryptographic Algorithm Validation Program for SHA-1 (csrc.nist.gov, "shabytetestvectors"). */
describe("NIST's vectors for SHA-1", () => {
  const fieldsOf = (file: string, name: string): string[] =>
    [
      ...readFileSync(new URL(`vectors/nist/${file}.rsp`, import.meta.url), 'utf8').matchAll(
        new RegExp(`^${name} = (.*)$`, 'gm'),
      ),
    ].map(([, value = '']) => value)

  it.each([
    ['SHA1ShortMsg', 65],
    ['SHA1LongMsg', 64],
  ])('%s, with both kernels', async (file, count) => {
    const wasm = (await instantiate()) as Wasm
    const lengths = fieldsOf(file, 'Len').map(Number)
    const digests = fieldsOf(file, 'MD')
    expect(digests).toHaveLength(count)
    for (const [at, hex] of fieldsOf(file, 'Msg').entries()) {
      // The empty message is written as one zero byte.
      const message = Buffer.from(hex, 'hex').subarray(0, (lengths[at] as number) / 8)
      expect(sha1HexOfBytes(message), `Len = ${lengths[at]}`).toBe(digests[at])
      expect(sha1OfFour(wasm, [message, message, message, message])).toEqual(Array(4).fill(digests[at]))
    }
  })

  it('SHA1Monte: a hundred times a thousand digests of digests', () => {
    let seed = fieldsOf('SHA1Monte', 'Seed')[0] as string
    for (const expected of fieldsOf('SHA1Monte', 'MD')) {
      let last = [seed, seed, seed]
      for (let round = 0; round < 1000; round++)
        last = [last[1] as string, last[2] as string, sha1HexOfBytes(Buffer.from(last.join(''), 'hex'))]
      seed = last[2] as string
      expect(seed).toBe(expected)
    }
  })
})
