import type { CosClient } from '../client.ts'
import { badKeyError, toBadKey } from './bad-key.ts'
import type { Engine } from './engine.ts'
import { type BulkJob, createBulkJob } from './job.ts'
import type { BulkOptions, BulkParams } from './options.ts'
import { createPlainEngine } from './plain-engine.ts'
import { createWasmEngine } from './wasm-engine.ts'

/** Signs keys as they come, for whoever moves bytes by other means than web streams, such as a worker. */
export interface BulkSigner {
  /** `'plain'` where WebAssembly was not wanted or could not be had. */
  readonly engine: 'wasm' | 'plain'
  /** How many records were read, good and bad. */
  readonly records: number
  /**
   * Takes a piece of the input, of any size, and writes the output of all records that end in it, as whole lines.
   *
   * @param write - Called with output, which it must use or copy before it returns.
   * @throws {SignatureError} `ERR_KEY_REFUSED`: a key cannot be signed, and there is no `onBadKey`; `ERR_CREDENTIAL_EXPIRED`: the temporary
   * key died.
   */
  push(input: Uint8Array, write: (output: Uint8Array) => void): void
  /** Takes what was left without an end as the last record. Another input may follow. */
  end(write: (output: Uint8Array) => void): void
}

/**
 * Makes a signer of many keys for one client and one kind of call.
 *
 * It refuses the keys that `client.getPresignedUrl` refuses; with `Compat: 'python'` also those of over 850 bytes, which that does not.
 *
 * @throws {TypeError|RangeError} A parameter or option is not as it must be.
 * @throws {SignatureError} `ERR_CREDENTIAL_EXPIRED`: the temporary key is dead.
 */
export async function createBulkSigner(
  client: CosClient,
  params: BulkParams,
  options: BulkOptions = {},
): Promise<BulkSigner> {
  return await createSignerOf(createBulkJob(client, params, options))
}

/** The signer of a job. */
export async function createSignerOf(job: BulkJob): Promise<BulkSigner> {
  const engine: Engine = (job.engine === 'wasm' && (await createWasmEngine(job))) || createPlainEngine(job)
  let records = 0

  function sign(input: Uint8Array, isLast: boolean, write: (output: Uint8Array) => void): void {
    records += engine.sign(input, isLast, {
      write,
      refuse(before, fault, record) {
        const badKey = toBadKey(records + before + 1, fault, record)
        if (job.onBadKey === undefined) throw badKeyError(badKey)
        job.onBadKey(badKey)
      },
    })
  }

  return {
    engine: engine.kind,
    get records() {
      return records
    },
    push: (input, write) => sign(input, false, write),
    end: (write) => sign(new Uint8Array(), true, write),
  }
}
