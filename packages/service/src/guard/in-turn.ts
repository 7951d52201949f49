import type { Context, MiddlewareHandler, Next } from 'hono'

/**
 * Several guards as one, the first outermost. Hono waits for each handler that it is given, and these mostly have nothing to wait for.
 */
export function inTurn(...guards: readonly MiddlewareHandler[]): MiddlewareHandler {
  const within = (at: number, context: Context, next: Next): ReturnType<MiddlewareHandler> => {
    const guard = guards[at]
    return guard === undefined ? next() : guard(context, () => within(at + 1, context, next) as Promise<void>)
  }
  return (context, next) => within(0, context, next)
}
