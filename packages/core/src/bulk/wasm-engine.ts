import type { Bytes } from '../hash/kernel.ts'
import { afterPath, beforePath } from '../http-string.ts'
import { encodePath } from '../percent-encoding.ts'
import type { Fault } from './bad-key.ts'
import { type Engine, type EngineOutput, MAX_RECORD_BYTES } from './engine.ts'
import type { BulkJob } from './job.ts'
import { lineFormatOf } from './output.ts'
import { instantiate, type Wasm } from './wasm.ts'

/** What `run` returns besides the number of a fault. */
const OUTPUT_FULL = -1
const INCOMPLETE = 1
const TOO_LONG = 4

/** Besides what is the same in each line: as much as stays in a processor's second cache. */
const OUTPUT_BYTES = 256 * 1024

/** The engine in WebAssembly; `undefined` where there can be none. */
export async function createWasmEngine(job: BulkJob): Promise<Engine | undefined> {
  const wasm = await instantiate()
  if (wasm === undefined) return undefined
  const { call, get, set, bytes } = wasm
  const setKeyTime = configure(wasm, job)
  const outputBytes =
    OUTPUT_BYTES + job.url.origin.length + job.url.query(job.keyTime()).length + job.url.rest.length
  const outputAt = call.allocate(outputBytes)
  const inputAt = call.allocate(MAX_RECORD_BYTES)
  /** How many bytes of a record that has not ended are at `inputAt`; or whether it is too long, and its rest is passed over. */
  let pending = 0
  let isPassing = false

  function sign(input: Uint8Array, isLast: boolean, to: EngineOutput): number {
    setKeyTime()
    set('recordsRead', 0)
    let rest = input
    do {
      if (isPassing) rest = passOver(rest)
      const piece = rest.subarray(0, MAX_RECORD_BYTES - pending)
      rest = rest.subarray(piece.length)
      bytes(inputAt + pending, piece.length).set(piece)
      set('position', inputAt)
      set('inputEnd', inputAt + pending + piece.length)
      set('isLast', isLast && rest.length === 0)
      run(to)
      keepPending(to)
    } while (rest.length > 0)
    if (isLast) isPassing = false
    return get('recordsRead')
  }

  /** Signs what is in the input buffer. */
  function run(to: EngineOutput): void {
    for (;;) {
      set('output', outputAt)
      set('outputEnd', outputAt + outputBytes)
      const status = call.run()
      const length = get('output') - outputAt
      if (length > 0) to.write(bytes(outputAt, length))
      if (status === INCOMPLETE) return
      if (status === OUTPUT_FULL) continue
      to.refuse(get('recordsRead') - 1, status as Fault, bytes(get('text'), get('textLength')))
    }
  }

  function keepPending(to: EngineOutput): void {
    const from = get('position')
    pending = get('inputEnd') - from
    if (pending === MAX_RECORD_BYTES) {
      to.refuse(get('recordsRead'), TOO_LONG, bytes(inputAt, pending))
      set('recordsRead', get('recordsRead') + 1)
      isPassing = true
      pending = 0
    }
    bytes(inputAt, from - inputAt + pending).copyWithin(0, from - inputAt)
  }

  /** What follows the record that is too long. */
  function passOver(rest: Uint8Array): Uint8Array {
    const end = rest.indexOf(job.separator)
    isPassing = end < 0
    return isPassing ? rest.subarray(rest.length) : rest.subarray(end + 1)
  }

  return { kind: 'wasm', sign }
}

/** Writes all that the module must know into it; returns a function that brings the key time up to date. */
function configure({ call, set, setText, setWords }: Wasm, job: BulkJob): () => void {
  const { url, keyPrefix } = job
  const { params, headers, signKeys } = url.signature
  const line = lineFormatOf(job)
  setText('beforeKey', `${beforePath(job.method)}/${keyPrefix}`)
  setText('afterKey', afterPath(params.text, headers.text))
  setText('lead', line.lead)
  setText('origin', `${line.middle}${url.origin}${encodePath(keyPrefix)}`)
  setText('rest', `${url.rest}${line.end}`)
  set('textStyle', line.style)
  set('followsDot', keyPrefix.endsWith('.'))
  set('separator', job.separator)
  set('column', job.column)
  set('isEncoded', job.isEncoded)
  set('dropsSlash', job.dropsSlash)
  set('maxKeyBytes', job.maxKeyBytes)
  set('refusesDots', job.refusesDots)
  set('refusesDot', job.refusesDot)
  set('refusesDotDot', job.refusesDotDot)
  call.prepare(job.maxKeyBytes)
  const words = call.allocate(4 * 42)
  let lastKeyTime: string | undefined
  return function setKeyTime() {
    const keyTime = job.keyTime()
    if (keyTime === lastKeyTime) return
    lastKeyTime = keyTime
    setText('query', url.query(keyTime))
    const { inner, outer, start } = signKeys(keyTime)
    const template = padStringToSign(start)
    setWords(words, [...inner, ...outer, ...template.words])
    call.setKeyTime(words, words + 40, start.length, template.blocks)
  }
}

/**
 * StringToSign (documentation 436/7778, step 6) with zeros for the digest, padded to one block or two as the end of a message
 * that began with the key's block (FIPS 180-4, section 5.1.1).
 */
function padStringToSign({ words, length }: Bytes): { words: Int32Array; blocks: number } {
  const bytes = new DataView(new ArrayBuffer(128))
  for (const [at, word] of words.entries()) bytes.setInt32(4 * at, word)
  const end = length + 40
  bytes.setUint8(end, 0x0a)
  bytes.setUint8(end + 1, 0x80)
  const blocks = end + 10 > 64 ? 2 : 1
  bytes.setUint32(64 * blocks - 4, (64 + end + 1) * 8)
  return { words: Int32Array.from({ length: 32 }, (_, at) => bytes.getInt32(4 * at)), blocks }
}
