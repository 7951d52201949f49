/** Items in an order, each once. */
export interface SortedList<Item> {
  readonly length: number
  /** Puts it in, instead of one that is its equal. */
  add(item: Item): void
  /** Removes the equal of it. */
  remove(item: Item): void
  /** The items from the first on that is not before a place; `isBefore` holds for the items before that place and no other. */
  from(isBefore: (item: Item) => boolean): IterableIterator<Item>
}

/** A block that gets longer is cut in two. Moving so many places costs less than a microsecond. */
const MAX_BLOCK_LENGTH = 512

/** Blocks of items: with a million of them, one that comes in the middle moves hundreds, not half a million. */
export function createSortedList<Item>(compare: (a: Item, b: Item) => number): SortedList<Item> {
  const blocks: Item[][] = []
  let length = 0

  return {
    get length() {
      return length
    },
    add,
    remove,
    from,
  }

  function add(item: Item): void {
    const { block, at, found } = find(item)
    if (found) {
      block[at] = item
      return
    }
    length++
    if (blocks.length === 0) blocks.push(block)
    block.splice(at, 0, item)
    if (block.length > MAX_BLOCK_LENGTH) {
      blocks.splice(blocks.indexOf(block) + 1, 0, block.splice(MAX_BLOCK_LENGTH / 2))
    }
  }

  function remove(item: Item): void {
    const { block, at, found } = find(item)
    if (!found) return
    length--
    block.splice(at, 1)
    if (block.length === 0) blocks.splice(blocks.indexOf(block), 1)
  }

  function* from(isBefore: (item: Item) => boolean): IterableIterator<Item> {
    let index = blockIndexOf(isBefore)
    let at = firstNot(blocks[index] ?? [], isBefore)
    for (; index < blocks.length; index++) {
      const block = blocks[index] as Item[]
      for (; at < block.length; at++) yield block[at] as Item
      at = 0
    }
  }

  /** Where the item is, or belongs. */
  function find(item: Item): { block: Item[]; at: number; found: boolean } {
    const isBefore = (other: Item) => compare(other, item) < 0
    const block = blocks[blockIndexOf(isBefore)] ?? blocks.at(-1) ?? []
    const at = firstNot(block, isBefore)
    return { block, at, found: at < block.length && compare(block[at] as Item, item) === 0 }
  }

  /** The first block that does not end before the place. */
  function blockIndexOf(isBefore: (item: Item) => boolean): number {
    return firstNot(blocks, (block) => isBefore(block.at(-1) as Item))
  }
}

/** The index of the first item for which it does not hold. */
function firstNot<Item>(items: readonly Item[], isBefore: (item: Item) => boolean): number {
  let low = 0
  let high = items.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (isBefore(items[middle] as Item)) low = middle + 1
    else high = middle
  }
  return low
}
