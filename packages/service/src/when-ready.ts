/**
 * Goes on with a value at once where it is there, or when its promise gives it. On the way of every request: `await` makes promises for values
 * that need none, some 50 of them for one signature, which is a tenth of its time.
 *
 * @throws What `goOn` throws, when the value is there.
 */
export function whenReady<T, R>(value: T | Promise<T>, goOn: (value: T) => R | Promise<R>): R | Promise<R> {
  return isPromise(value) ? value.then(goOn) : goOn(value)
}

/**
 * Whether a value must be waited for: by what it can do, as `await` sees it. A promise of an async function is no instance of a `Promise` that
 * something else put in its place (zone.js does), nor is one of another realm or of a library; and a caller that is not there yet is not known.
 */
export function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof (value as Partial<Promise<T>> | null | undefined)?.then === 'function'
}
