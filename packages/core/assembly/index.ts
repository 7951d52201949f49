/*
 * Signs many keys: takes input from one buffer, writes output into another, and does everything between the two. Keys are taken
 * in batches, so that four whose texts have as many blocks are signed together, whatever comes between them.
 */

import { NOT_AT_ALL, putEscaped } from './escape'
import { putEncoded } from './percent-encoding'
import { GOOD, INCOMPLETE, key, keyLength, next, text, textLength } from './records'
import { blocksOf, putMessage, sign, SIGNATURE_ROOM, setMaxBlocks } from './signature'
import { put, SLACK } from './text'

export {
  column,
  dropsSlash,
  inputEnd,
  isEncoded,
  isLast,
  key,
  keyLength,
  maxKeyBytes,
  position,
  refusesDot,
  refusesDotDot,
  refusesDots,
  separator,
  text,
  textLength,
} from './records'
export { compress, initialize } from './sha1'
export { afterKey, afterKeyLength, beforeKey, beforeKeyLength, setKeyTime } from './signature'

/** Besides those of a record: the output buffer is full. */
const OUTPUT_FULL = -1

/** Where the output goes, and where it must end. */
export let output: usize = 0
export let outputEnd: usize = 0
/** What stands before the first field of a record; before a URL's key; after it; after its signature. */
export let lead: usize = 0
export let leadLength: usize = 0
export let origin: usize = 0
export let originLength: usize = 0
export let query: usize = 0
export let queryLength: usize = 0
export let rest: usize = 0
export let restLength: usize = 0
/** How the record's text is written between `lead` and `origin`, if at all. */
export let textStyle: i32 = NOT_AT_ALL
/** Whether what stands before a key ends in a dot. */
export let followsDot: bool = false
/** How many records were read. */
export let recordsRead: i32 = 0

// As many as keep their signatures in the processor's second cache; half as many would leave more lanes empty at a batch's end.
const BATCH = 1024
const texts = memory.data(4 * BATCH, 16)
const textLengths = memory.data(4 * BATCH, 16)
const keys = memory.data(4 * BATCH, 16)
const keyLengths = memory.data(4 * BATCH, 16)
const signatures = memory.data(BATCH * i32(SIGNATURE_ROOM), 16)
/** How many records the batch has, and how many of them are written. */
let count = 0
let written = 0
/** What is wrong with the record after the batch. */
let fault = GOOD

/** For each number of blocks, from the least: how many keys wait to be signed together, and which. */
const MOST_SIZES = 16
const waiting = memory.data(4 * MOST_SIZES, 16)
const waitingKeys = memory.data(16 * MOST_SIZES, 16)
let leastBlocks: usize = 0
let mostBlocks: usize = 0

/** Gives a buffer of so many bytes, and room after it. */
export function allocate(bytes: usize): usize {
  return heap.alloc(bytes + SLACK)
}

/** Call it once the texts around the key are known. */
export function prepare(mostKeyBytes: usize): void {
  leastBlocks = blocksOf(0)
  mostBlocks = blocksOf(mostKeyBytes)
  setMaxBlocks(mostBlocks)
}

/**
 * Goes on until it needs something.
 *
 * @returns `OUTPUT_FULL`: empty the output. `INCOMPLETE`: give more input, from `position` on. Else what is wrong with the record
 * `text`, which was left out.
 */
export function run(): i32 {
  while (true) {
    if (!writeBatch()) return OUTPUT_FULL
    if (fault != GOOD) {
      const found = fault
      fault = GOOD
      recordsRead++
      return found
    }
    if (readBatch() == INCOMPLETE && count == 0) return INCOMPLETE
    signBatch()
  }
}

/** Reads records until the batch is full or one is not good. */
export function readBatch(): i32 {
  count = 0
  written = 0
  while (count < BATCH) {
    const status = next()
    if (status != GOOD) {
      if (status != INCOMPLETE) fault = status
      return status
    }
    const at: usize = 4 * count++
    store<u32>(texts + at, text)
    store<u32>(textLengths + at, textLength)
    store<u32>(keys + at, key)
    store<u32>(keyLengths + at, keyLength)
  }
  return GOOD
}

/** Signs the batch. */
export function signBatch(): void {
  for (let record = 0; record < count; record++) {
    const size = blocksOf(load<u32>(keyLengths + 4 * record)) - leastBlocks
    const lane = load<u32>(waiting + 4 * size)
    store<u32>(waitingKeys + 16 * size + 4 * lane, record)
    if (lane < 3) {
      store<u32>(waiting + 4 * size, lane + 1)
    } else {
      signWaiting(size, 3)
      store<u32>(waiting + 4 * size, 0)
    }
  }
  for (let size: usize = 0; size <= mostBlocks - leastBlocks; size++) {
    const lanes = load<u32>(waiting + 4 * size)
    if (lanes == 0) continue
    signWaiting(size, lanes - 1)
    store<u32>(waiting + 4 * size, 0)
  }
}

/** Signs the keys that wait; in the lanes after the last of them, that one again. */
function signWaiting(size: usize, lastLane: u32): void {
  const blocks = leastBlocks + size
  for (let lane: u32 = 0; lane < 4; lane++) {
    const record = waitingIn(size, min(lane, lastLane))
    putMessage(lane, load<u32>(keys + 4 * record), load<u32>(keyLengths + 4 * record), blocks)
  }
  sign(
    blocks,
    signatureOf(waitingIn(size, 0)),
    signatureOf(waitingIn(size, min(1, lastLane))),
    signatureOf(waitingIn(size, min(2, lastLane))),
    signatureOf(waitingIn(size, lastLane)),
  )
}

@inline
function waitingIn(size: usize, lane: u32): u32 {
  return load<u32>(waitingKeys + 16 * size + 4 * lane)
}

@inline
function signatureOf(record: usize): usize {
  return signatures + record * SIGNATURE_ROOM
}

/** Writes the batch's records; false if there is no room for the next one. */
export function writeBatch(): bool {
  const constant = leadLength + originLength + queryLength + restLength + 40 + SLACK
  for (; written < count; written++) {
    const at: usize = 4 * written
    const textBytes = load<u32>(textLengths + at)
    const keyBytes = load<u32>(keyLengths + at)
    // A byte becomes three at most in a URL, six in JSON.
    if (outputEnd - output < constant + 3 * keyBytes + 6 * textBytes) return false
    let to = output
    if (textStyle != NOT_AT_ALL) {
      to = put(to, lead, leadLength)
      to = putEscaped(to, load<u32>(texts + at), textBytes, textStyle)
    }
    to = put(to, origin, originLength)
    to = putEncoded(to, load<u32>(keys + at), keyBytes, followsDot)
    to = put(to, query, queryLength)
    to = put(to, signatureOf(written), 40)
    output = put(to, rest, restLength)
    recordsRead++
  }
  return true
}
