import type { Fault } from './bad-key.ts'

/** Signs records: one implementation in WebAssembly, one without. Both make the same bytes. */
export interface Engine {
  /** What it is. */
  readonly kind: 'wasm' | 'plain'
  /**
   * Takes input, and writes output as whole lines.
   *
   * @param isLast - Whether the input ends here, so that its rest is a record too.
   * @returns How many records it read, good and bad.
   */
  sign(input: Uint8Array, isLast: boolean, to: EngineOutput): number
}

/** Where an engine's results go. */
export interface EngineOutput {
  /** Output; the bytes are only valid during the call. */
  write(output: Uint8Array): void
  /** A record that cannot be signed, with how many came before it in this call; its bytes too are only valid meanwhile. */
  refuse(before: number, fault: Fault, record: Uint8Array): void
}

/** As long as this no record is: one that has not ended by then is bad, and is not kept to see how much longer it gets. */
export const MAX_RECORD_BYTES: number = 128 * 1024
