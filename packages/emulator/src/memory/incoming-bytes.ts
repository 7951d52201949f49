import type { Budget } from './budget.ts'
import { createByteList } from './byte-list.ts'

/** Bytes that somebody has. */
export interface HeldBytes {
  readonly size: number
  readonly blocks: readonly Uint8Array[]
}

/** Bytes on their way. */
export interface IncomingBytes {
  write(chunk: Uint8Array): void
  /** @param publish - Makes them somebody's, who gives them back to the budget; while it throws they stay on their way. */
  finish<Result>(publish: (bytes: HeldBytes) => Result): Result
  abort(): void
}

export function createIncomingBytes(budget: Budget): IncomingBytes {
  const bytes = createByteList()
  let isOver = false

  return { write, finish, abort }

  function write(chunk: Uint8Array): void {
    assertUnderWay()
    budget.take(chunk.length)
    bytes.append(chunk)
  }

  function finish<Result>(publish: (bytes: HeldBytes) => Result): Result {
    assertUnderWay()
    const result = publish({ size: bytes.length, blocks: bytes.toBlocks() })
    isOver = true
    return result
  }

  function abort(): void {
    if (!isOver) budget.giveBack(bytes.length)
    isOver = true
  }

  function assertUnderWay(): void {
    if (isOver) throw new Error('The upload is over')
  }
}
