/**
 * Goes on with a value at once where it is there, or when its promise gives it. On the way of every request: `await` makes promises for values
 * that need none, some 50 of them for one signature, which is a tenth of its time.
 *
 * @throws What `goOn` throws, when the value is there.
 */
export function whenReady<T, R>(value: T | Promise<T>, goOn: (value: T) => R | Promise<R>): R | Promise<R> {
  // What only has a `then`, as a promise of somebody's library may, becomes a whole one.
  return isPromise(value) ? Promise.resolve(value).then(goOn) : goOn(value)
}

/**
 * Asks, and goes on with the answer, or with something else where asking throws or rejects. What `goOn` throws is no failure of asking.
 *
 * @throws What `goOn` and `goWithout` throw, when the answer is there.
 */
export function whenSettled<T, R>(
  ask: () => T | Promise<T>,
  goOn: (answer: T) => R | Promise<R>,
  goWithout: (error: unknown) => R | Promise<R>,
): R | Promise<R> {
  let answer: T | Promise<T>
  try {
    answer = ask()
  } catch (error) {
    return goWithout(error)
  }
  // Both ends in one `then`, so that what comes first is heard of first.
  return isPromise(answer) ? Promise.resolve(answer).then(goOn, goWithout) : goOn(answer)
}

/**
 * Whether a value must be waited for: by what it can do, as `await` sees it. A promise of an async function is no instance of a `Promise` that
 * something else put in its place (zone.js does), nor is one of another realm or of a library; and a caller that is not there yet is not known.
 */
function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof (value as Partial<Promise<T>> | null | undefined)?.then === 'function'
}
