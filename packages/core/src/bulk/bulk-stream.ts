import { assertType } from '../assert.ts'
import type { CosClient } from '../client.ts'
import { type BulkSigner, createSignerOf } from './bulk-signer.ts'
import { concatenate } from './concatenate.ts'
import { createBulkJob } from './job.ts'
import type { BulkOptions, BulkParams } from './options.ts'

/** How keys come and URLs go, in a stream. */
export interface BulkStreamOptions extends BulkOptions {
  /**
   * Whether the input is compressed by gzip; the runtime must have `DecompressionStream`.
   * @default false
   */
  readonly gunzip?: boolean | undefined
  /**
   * Whether the output is to be; the runtime must have `CompressionStream`.
   * @default false
   */
  readonly gzip?: boolean | undefined
}

/**
 * Presigns the keys in a stream of bytes: for each what `client.getPresignedUrl` makes, in their order, as lines.
 *
 * Memory is that of one chunk of input and its output, so pass chunks of a megabyte at most. Each chunk is signed at the time it
 * comes. A byte order mark at the beginning is no part of a key (unless keys are ended by NUL). Keys that `getPresignedUrl` refuses
 * are refused; with `Compat: 'python'` also those of over 850 bytes, which that does not refuse.
 *
 * @returns A stream that errors with `ERR_KEY_REFUSED` at the first key that cannot be signed, unless there is `onBadKey`; with
 * `ERR_CREDENTIAL_EXPIRED` once the temporary key is dead.
 * @throws {TypeError|RangeError} A parameter or option is not as it must be.
 * @throws {SignatureError} `ERR_CREDENTIAL_EXPIRED`: the temporary key is dead.
 * @example
 * const urls = createBulkStream(client, { Bucket: 'examplebucket-1250000000', Expired: 86_400 })
 * await Readable.toWeb(createReadStream('keys.txt')).pipeThrough(urls).pipeTo(Writable.toWeb(createWriteStream('urls.txt')))
 */
export function createBulkStream(
  client: CosClient,
  params: BulkParams,
  options: BulkStreamOptions = {},
): TransformStream<Uint8Array, Uint8Array> {
  const { gunzip = false, gzip = false, ...rest } = options
  assertType(gunzip, 'gunzip', 'boolean')
  assertType(gzip, 'gzip', 'boolean')
  const job = createBulkJob(client, params, rest)
  let stream = createSigningStream(createSignerOf(job), job.separator !== 0)
  // The types of the two streams say what else they would take, too.
  if (gunzip) stream = chain(new DecompressionStream('gzip') as TransformStream, stream)
  if (gzip) stream = chain(stream, new CompressionStream('gzip') as TransformStream)
  return stream
}

function chain(
  first: TransformStream<Uint8Array, Uint8Array>,
  second: TransformStream<Uint8Array, Uint8Array>,
): TransformStream<Uint8Array, Uint8Array> {
  return { writable: first.writable, readable: first.readable.pipeThrough(second) }
}

function createSigningStream(
  creating: Promise<BulkSigner>,
  mayHaveMark: boolean,
): TransformStream<Uint8Array, Uint8Array> {
  // Until it is known whether the input begins with a byte order mark.
  let beginning: Uint8Array | undefined = mayHaveMark ? new Uint8Array() : undefined
  let signer: BulkSigner
  return new TransformStream<Uint8Array, Uint8Array>({
    async start() {
      signer = await creating
    },
    transform(chunk, controller) {
      if (!(chunk instanceof Uint8Array)) throw new TypeError('A chunk of the input must be a Uint8Array')
      let input = chunk
      if (beginning !== undefined) {
        beginning = concatenate(beginning, chunk)
        if (beginning.length < MARK.length) return
        input = withoutMark(beginning)
        beginning = undefined
      }
      signer.push(input, (output) => controller.enqueue(output.slice()))
    },
    flush(controller) {
      const write = (output: Uint8Array): void => controller.enqueue(output.slice())
      if (beginning !== undefined) signer.push(withoutMark(beginning), write)
      signer.end(write)
    },
  })
}

/** The byte order mark of UTF-8. */
const MARK = [0xef, 0xbb, 0xbf] as const

function withoutMark(beginning: Uint8Array): Uint8Array {
  return MARK.every((byte, at) => beginning[at] === byte) ? beginning.subarray(MARK.length) : beginning
}
