/**
 * Goes on with a value at once where it is there, or when its promise gives it. On the way of every request: `await` makes promises for values
 * that need none, some 50 of them for one signature, which is a tenth of its time.
 *
 * @throws What `goOn` throws, when the value is there.
 */
export function whenReady<T, R>(value: T | Promise<T>, goOn: (value: T) => R | Promise<R>): R | Promise<R> {
  return value instanceof Promise ? value.then(goOn) : goOn(value)
}
