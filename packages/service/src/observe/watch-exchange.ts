import type { MiddlewareHandler } from 'hono'
import { routePath } from 'hono/route'
import type { Environment, ServiceContext } from '../environment.ts'
import type { Services } from '../services.ts'
import type { Audit, Done, Issued } from './issued.ts'
import type { Log } from './log.ts'
import type { DoneEntry, IssuedEntry, RequestEntry } from './log-entry.ts'

/** Questions of machines, every few seconds: their good answers are not worth a line. */
const PROBES = new Set(['/healthz', '/readyz'])

/**
 * Gives each request an id and what it works with, and says afterwards what became of it: one entry for the request, and one for each
 * thing it handed out.
 */
export function watchExchange(
  services: Services,
  log: Log,
  timeText: () => string,
): MiddlewareHandler<Environment> {
  return async function watched(context, next) {
    const began = performance.now()
    const issued: Issued[] = []
    const requestId = services.randomUuid()
    context.set('requestId', requestId)
    context.set('issued', issued)
    const audit: Audit = {
      onIssued: (one) => issued.push(one),
      // At once: it is done, also when the answer comes too late.
      onDone: (done) => log(toDoneEntry(done, context, timeText())),
    }
    // Inherited: a copy of all the services takes longer than all the rest here.
    context.set('services', Object.assign(Object.create(services), audit))
    context.set('headers', {
      'X-Request-Id': requestId,
      'X-Content-Type-Options': 'nosniff',
      // A path may hold a ticket, which is nobody else's business.
      'Referrer-Policy': 'no-referrer',
      'Cache-Control': 'no-store',
      Vary: 'Origin',
    })
    await next()
    if (context.get('hasHeaders') !== true) addHeaders(context)
    const status = context.res.status
    const route = routePath(context, -1)
    if (PROBES.has(route) && status === 200) return
    const time = timeText()
    // A dialect may answer 200 to say that it refuses.
    if (status < 400 && context.get('refusal') === undefined) {
      for (const one of issued) log(toIssuedEntry(one, context, { time, route }))
    }
    log(toRequestEntry(context, { time, route, status, durationMs: performance.now() - began }))
  }
}

function addHeaders(context: ServiceContext): void {
  for (const [name, value] of Object.entries(context.get('headers'))) {
    // What CORS and a page said of their own stays.
    if (name !== 'Vary') context.header(name, value)
    else if (!context.res.headers.get(name)?.includes(value)) context.header(name, value, { append: true })
  }
}

function toIssuedEntry(
  { caller, grant, operation, bucket, key, partNumbers, expiresAt }: Issued,
  context: ServiceContext,
  { time, route }: Pick<IssuedEntry, 'time' | 'route'>,
): IssuedEntry {
  return {
    time,
    level: 'info',
    event: 'issued',
    requestId: context.get('requestId'),
    route,
    caller: { id: caller.id, method: caller.method },
    grant: grant.name,
    operation,
    bucket,
    key,
    partNumbers,
    expiresAt,
  }
}

function toDoneEntry(
  { caller, grant, deed, bucket, key }: Done,
  context: ServiceContext,
  time: string,
): DoneEntry {
  return {
    time,
    level: 'info',
    event: 'done',
    requestId: context.get('requestId'),
    caller: { id: caller.id, method: caller.method },
    grant: grant.name,
    deed,
    bucket,
    key,
  }
}

function toRequestEntry(
  context: ServiceContext,
  facts: Pick<RequestEntry, 'time' | 'route' | 'status' | 'durationMs'>,
): RequestEntry {
  const caller = context.get('caller')
  const refusal = context.get('refusal')
  return {
    time: facts.time,
    level: facts.status >= 500 ? 'error' : 'info',
    event: 'request',
    requestId: context.get('requestId'),
    method: context.req.method,
    route: facts.route,
    status: facts.status,
    durationMs: Math.round(facts.durationMs * 1000) / 1000,
    caller: caller && { id: caller.id, method: caller.method },
    code: refusal?.code,
    grant: refusal?.grant,
  }
}
