import { type BadKey, type BulkOptions, type BulkParams, createBulkSigner } from '../../src/bulk/index.ts'
import type { CosClient } from '../../src/index.ts'

/** Both implementations. */
export const ENGINES = ['wasm', 'plain'] as const

/** What came out, and what was refused. */
export interface Signed {
  readonly output: string
  readonly badKeys: readonly BadKey[]
  readonly records: number
}

/** Signs an input, given in pieces of some sizes (the last size repeats; without sizes, in one piece), with bad keys left out. */
export async function signAll(
  client: CosClient,
  params: BulkParams,
  options: BulkOptions,
  input: string | Uint8Array,
  sizes: readonly number[] = [],
): Promise<Signed> {
  const badKeys: BadKey[] = []
  const signer = await createBulkSigner(client, params, {
    onBadKey: (badKey) => badKeys.push(badKey),
    ...options,
  })
  if (signer.engine !== (options.engine ?? 'wasm')) throw new Error(`It is ${signer.engine}`)
  const parts: Buffer[] = []
  const write = (output: Uint8Array): void => void parts.push(Buffer.from(output))
  const bytes = typeof input === 'string' ? Buffer.from(input) : input
  for (let at = 0, piece = 0; at < bytes.length; piece++) {
    const size = sizes[Math.min(piece, sizes.length - 1)] ?? bytes.length
    signer.push(bytes.subarray(at, at + size), write)
    at += size
  }
  signer.end(write)
  return { output: Buffer.concat(parts).toString(), badKeys, records: signer.records }
}
