/** What can go wrong on demand. */
export type Fault =
  /** 503 `SlowDown`; of STS, `RequestLimitExceeded`. Nothing is done. */
  | 'slow-down'
  /**
   * The connection ends in the middle of the body: of the request if it has one, and then nothing is stored; else of the answer. Where
   * neither has a body the request is carried out and its answer lost.
   */
  | 'cut'
  /** The request waits before it is carried out. */
  | 'delay'
  /** The ETag of the answer is another, in the header and in XML; the bytes are right. */
  | 'wrong-etag'

/** When something goes wrong. A request that several rules meet has all of their faults. */
export interface FaultRule {
  readonly fault: Fault
  /** COS's names of operations, or STS's of actions, such as `PutObject`. Without it, every one. */
  readonly operation?: string | readonly string[] | undefined
  /** Only in this bucket. */
  readonly bucket?: string | undefined
  /** Only for keys that begin so; an operation on a bucket has the empty key. */
  readonly keyPrefix?: string | undefined
  /**
   * How many requests that meet the rule are spared at first.
   * @default 0
   */
  readonly skip?: number | undefined
  /** How many requests it strikes before it is spent. Without it, there is no end. */
  readonly count?: number | undefined
  /**
   * The part of the requests that it strikes, by chance: 0.1 is one in ten.
   * @default 1
   */
  readonly rate?: number | undefined
  /**
   * For `delay`, in milliseconds.
   * @default 1000
   */
  readonly delayMs?: number | undefined
  /** For `cut`: how many bytes of the body pass. Without it, half of them; of a body without a length, 64 KiB. */
  readonly afterBytes?: number | undefined
}

const FAULTS: readonly Fault[] = ['slow-down', 'cut', 'delay', 'wrong-etag']
const NAMES = ['fault', 'operation', 'bucket', 'keyPrefix', 'skip', 'count', 'rate', 'delayMs', 'afterBytes']
/** An hour. */
const MAX_DELAY_MS = 3_600_000

/** @throws {TypeError|RangeError} Naming what is wrong. */
export function assertFaultRule(rule: unknown): asserts rule is FaultRule {
  if (typeof rule !== 'object' || rule === null || Array.isArray(rule)) {
    throw new TypeError('A fault rule must be an object')
  }
  const unknown = Object.keys(rule).find((name) => !NAMES.includes(name))
  if (unknown !== undefined) {
    throw new TypeError(`A fault rule has no "${unknown}"; it has ${NAMES.join(', ')}`)
  }
  const { fault, operation, bucket, keyPrefix, skip, count, rate, delayMs, afterBytes } = rule as FaultRule
  if (!FAULTS.includes(fault)) throw new RangeError(`"fault" must be one of ${FAULTS.join(', ')}`)
  const operations = Array.isArray(operation) ? operation : [operation]
  if (operation !== undefined && operations.some((name) => typeof name !== 'string' || name === '')) {
    throw new TypeError('"operation" must be a name or a list of names, like PutObject')
  }
  for (const [name, text] of Object.entries({ bucket, keyPrefix })) {
    if (text !== undefined && typeof text !== 'string') throw new TypeError(`"${name}" must be a string`)
  }
  assertNumber(skip, 'skip', 0)
  assertNumber(count, 'count', 1)
  assertNumber(afterBytes, 'afterBytes', 0)
  assertNumber(delayMs, 'delayMs', 0, MAX_DELAY_MS)
  if (rate !== undefined && !(typeof rate === 'number' && rate >= 0 && rate <= 1)) {
    throw new RangeError('"rate" must be a number from 0 to 1')
  }
}

function assertNumber(
  value: number | undefined,
  name: string,
  least: number,
  most = Number.MAX_SAFE_INTEGER,
): void {
  if (value === undefined) return
  if (!(Number.isInteger(value) && value >= least && value <= most)) {
    throw new RangeError(`"${name}" must be a whole number from ${least} to ${most}`)
  }
}
