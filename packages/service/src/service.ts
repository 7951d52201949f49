import type { CredentialProvider } from 'cos-presign'
import { Hono } from 'hono'
import { RegExpRouter } from 'hono/router/reg-exp-router'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { createApiKeyAuthenticator } from './authenticate/api-key.ts'
import { type Authenticator, authenticate, unknownCaller } from './authenticate/authenticator.ts'
import { createHostAuthenticator } from './authenticate/host.ts'
import { createInsecureAuthenticator } from './authenticate/insecure-dev.ts'
import { createJwtAuthenticator } from './authenticate/jwt.ts'
import type { JwksContext } from './authenticate/remote-jwks.ts'
import { createTickets } from './authenticate/ticket.ts'
import type { Caller } from './caller.ts'
import { type ClientFor, createClients } from './cos/clients.ts'
import { dialectRoutes } from './dialects/index.ts'
import type { Environment, ServiceContext } from './environment.ts'
import { ServiceError } from './errors.ts'
import { createGrants } from './grants/create-grants.ts'
import { guardOrigin } from './guard/cors.ts'
import { inTurn } from './guard/in-turn.ts'
import { limitBody } from './guard/limit-body.ts'
import { limitTime } from './guard/limit-time.ts'
import { readText } from './guard/read-text.ts'
import { temporaryKeysFrom } from './issue/sts-options.ts'
import type { LimitStore } from './limits/limit-store.ts'
import { createLimiter } from './limits/limiter.ts'
import { createMemoryLimitStore } from './limits/memory-limit-store.ts'
import { isBrowser } from './links/is-previewer.ts'
import { PAGE_HEADERS, renderRefusal } from './links/link-page.ts'
import { createLinks } from './links/links.ts'
import { serveLinks } from './links/serve-links.ts'
import { createMountedPath } from './mount-path.ts'
import { noticesOf } from './notices.ts'
import { createTimeText, failureEntry, logToConsole, noticeEntry, type Tell } from './observe/log.ts'
import { checkReadiness, type Dependency } from './observe/readiness.ts'
import { watchExchange } from './observe/watch-exchange.ts'
import { serveOpenApi } from './openapi/serve-openapi.ts'
import { type AuthenticationOptions, checkOptions, type ServiceOptions } from './options.ts'
import { type Problem, toProblem, toServiceError } from './problem.ts'
import type { Route } from './route.ts'
import { ROUTES } from './routes/index.ts'
import { readBySchema } from './schema.ts'
import type { Services } from './services.ts'
import { whenReady } from './when-ready.ts'

/** Signatures over HTTP. */
export interface Service {
  /** Answers one request; never rejects. */
  fetch(request: Request): Promise<Response>
}

const MAX_BODY_BYTES = 1024 ** 2
const TIMEOUT_MS = 30_000

/**
 * A service that hands out signatures to callers who prove who they are, within what grants allow.
 *
 * @throws {ServiceError} `ERR_SERVICE_CONFIG_INVALID`: an option is not as it must be; the message names it.
 * @example
 * const service = createService({ credential, region: 'ap-guangzhou', sts: {}, authenticate: { jwt }, grants })
 * export default { fetch: service.fetch }
 */
export function createService(input: ServiceOptions): Service {
  const options = checkOptions(input)
  const { now = Date.now } = options
  const { fetch = globalThis.fetch.bind(globalThis) } = options
  const log = options.log === false ? ignore : (options.log ?? logToConsole)
  const timeText = createTimeText(now)
  const tell: Tell = (level, message) => log(noticeEntry(level, message, timeText()))
  const limitStore = options.limitStore ?? createMemoryLimitStore(now)
  const temporaryKeys = options.sts ? temporaryKeysFrom(options.sts, { ...options, fetch, now }) : undefined
  const clientFor = createClients(options, now)
  const signerWith = (credential: CredentialProvider | undefined): ClientFor =>
    credential === undefined ? clientFor : createClients({ ...options, credential }, now)
  const foundation = {
    grants: createGrants(options),
    readerFor: signerWith(temporaryKeys?.reading),
    now,
  }
  const services: Services = {
    ...foundation,
    fetch,
    clientFor,
    writerFor: signerWith(temporaryKeys?.writing),
    deleterFor: signerWith(temporaryKeys?.deleting),
    issueTemporaryKey: temporaryKeys?.issue,
    tickets: options.authenticate.tickets && createTickets(options.authenticate.tickets, now),
    links:
      options.links &&
      createLinks(options.links, { ...foundation, limitStore, basePath: options.basePath ?? '' }),
    randomUuid: () => crypto.randomUUID(),
    basePath: options.basePath ?? '',
  }
  const limiter = options.limits && createLimiter(options.limits, limitStore, noteTrouble)
  const dependencies = dependenciesOf(options, limitStore)
  const ways = createAuthenticators(options.authenticate, { now, fetch, tell })
  for (const notice of noticesOf(options)) tell('warn', notice)
  const mounted = createMountedPath(options.basePath)
  const app = new Hono<Environment>({ getPath: mounted.pathOf, router: new RegExpRouter() })
  app.use(watchExchange(services, log, timeText))
  app.use(
    inTurn(
      guardOrigin(options.cors, isOpenToAll),
      limitTime(options.timeoutMs ?? TIMEOUT_MS),
      limitBody(options.maxBodyBytes ?? MAX_BODY_BYTES),
    ),
  )
  app.get('/healthz', (context) => context.json({ status: 'ok' }))
  app.get('/readyz', async function answerReadiness(context) {
    const readiness = await checkReadiness(dependencies)
    return context.json(readiness, readiness.status === 'unavailable' ? 503 : 200)
  })
  for (const route of [...ROUTES, ...dialectRoutes(options.dialects)]) {
    app.on(route.method, route.path, function answerRoute(context) {
      context.set('refuse', route.refuse)
      if (context.req.method === 'HEAD') throw notForHead(route)
      const ticket = mounted.ticketOf(context.req.raw)
      const caller = ticket === undefined ? authenticate(context.req.raw, ways) : redeem(ticket, services)
      return whenReady(caller, (known) => answerCaller(route, context, known))
    })
  }
  serveOpenApi(app, ROUTES, options.basePath)
  if (services.links !== undefined) serveLinks(app, services.links)
  app.notFound((context) => {
    const allowed = methodsFor(app, context.req.path)
    if (allowed.length > 0) throw methodNotAllowed(context.req.method, allowed)
    throw new ServiceError(
      'ERR_SERVICE_NOT_FOUND',
      `There is no ${context.req.method} ${context.req.path} here`,
    )
  })
  app.onError((thrown, context) => {
    const error = toServiceError(thrown) ?? thrown
    const requestId = context.get('requestId')
    const problem = toProblem(error, requestId)
    if (FAILURES.has(problem.code)) log(failureEntry(error, timeText(), requestId))
    context.set('refusal', { code: problem.code, grant: nameOfGrant(problem.grant) })
    return refuse(context, problem, error)
  })
  return {
    fetch: async (request) => await app.fetch(request),
  }

  /** Counts the request and runs the route. */
  function answerCaller(route: Route, context: ServiceContext, caller: Caller): Response | Promise<Response> {
    context.set('caller', caller)
    return whenReady(limiter?.count(caller.identity), (left) => {
      Object.assign(context.get('headers'), left)
      return whenReady(runRoute(route, context, caller), (answer) => toResponse(context, answer))
    })
  }

  /** For the log: what a client calls a grant may be anything, a secret among it. */
  function nameOfGrant(name: string | undefined): string | undefined {
    return services.grants.find((grant) => grant.name === name)?.name
  }

  function noteTrouble(error: unknown): void {
    if (error === undefined) tell('info', 'Requests are counted in the store of limits again')
    else log(failureEntry(error, timeText()))
  }
}

/** The methods that a path has a route for. */
function methodsFor({ router }: Hono<Environment>, path: string): string[] {
  const has = (method: string): boolean =>
    router.match(method, path)[0].some(([[, route]]) => route.method === method)
  return ['GET', 'POST', 'DELETE']
    .filter(has)
    .flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : method))
}

function methodNotAllowed(method: string, allowed: readonly string[]): ServiceError {
  const names = allowed.join(', ')
  return new ServiceError('ERR_SERVICE_METHOD_NOT_ALLOWED', `${method} is not allowed here; use ${names}`, {
    headers: { Allow: names },
  })
}

/** Links need their store, and so do limits that refuse without it; everything else works on. */
function dependenciesOf({ limits, links }: ServiceOptions, limitStore: LimitStore): Dependency[] {
  const found: Dependency[] = []
  if (limits !== undefined) {
    const isVital = limits.whenStoreFails === 'refuse'
    found.push({ name: 'limits', isVital, check: () => limitStore.check() })
  }
  const { store } = links ?? {}
  if (store !== undefined) found.push({ name: 'links', isVital: false, check: () => store.check() })
  return found
}

/** What somebody must look after, and the refusal does not say to a stranger. */
const FAILURES = new Set([
  'ERR_SERVICE_CREDENTIAL_UNAVAILABLE',
  'ERR_SERVICE_INTERNAL',
  'ERR_SERVICE_JWKS_UNREACHABLE',
])

/** What a route hands out is in its answer, and an answer to HEAD has none. */
function notForHead({ method, path }: Route): ServiceError {
  return new ServiceError('ERR_SERVICE_METHOD_NOT_ALLOWED', `${path} is for ${method} alone`, {
    headers: { Allow: method },
  })
}

function ignore(): void {}

/** A page for whoever follows a link in a browser, the problem as JSON for anybody else. */
function refuse(context: ServiceContext, problem: Problem, error: Error): Response {
  const status = problem.status as ContentfulStatusCode
  const headers = error instanceof ServiceError ? error.headers : {}
  if (isLink(context.req.path) && isBrowser((name) => context.req.header(name)))
    return context.body(renderRefusal(problem), status, { ...headers, ...PAGE_HEADERS })
  const refusal = context.get('refuse')?.(problem)
  if (refusal !== undefined)
    return context.json(refusal.body, refusal.status as ContentfulStatusCode, { ...headers })
  return context.body(JSON.stringify(problem), status, {
    ...headers,
    'Content-Type': 'application/problem+json',
  })
}

const OPEN = new Set(['/healthz', '/readyz', '/openapi.json', '/docs'])

/** Paths that look at no credentials of the browser, so that a page of any origin may ask. */
function isOpenToAll(path: string): boolean {
  return OPEN.has(path) || isLink(path)
}

function isLink(path: string): boolean {
  return path.startsWith('/l/')
}

/**
 * An answer as JSON. Made in one go, with all its headers as a plain record: that is what a host need not take apart again, and half of the cost
 * of an answer.
 */
function toResponse(context: ServiceContext, answer: object): Response {
  context.set('hasHeaders', true)
  const headers = context.get('headers')
  headers['Content-Type'] = 'application/json'
  return new Response(JSON.stringify(answer), { headers })
}

async function redeem(ticket: string, { tickets }: Services): Promise<Caller> {
  if (tickets === undefined) throw unknownCaller('Tickets are not set up here; send an Authorization header')
  return await tickets.redeem(ticket)
}

/** Reads the request as the route describes it, and runs it. */
function runRoute(route: Route, context: ServiceContext, caller: Caller): object | Promise<object> {
  const isPost = route.method === 'POST'
  const given: unknown = route.body && (isPost ? readJson(context.req.raw) : context.req.query())
  return whenReady(given, (input) => {
    const what = isPost ? 'The body' : 'The query'
    const body = route.body && readBySchema(route.body, input, 'ERR_SERVICE_REQUEST_INVALID', what)
    return route.run(
      {
        body: body as never,
        params: context.req.param(),
        query: context.req.query(),
        caller,
        requestId: context.get('requestId'),
      },
      context.get('services'),
    ) as object | Promise<object>
  })
}

async function readJson(request: Request): Promise<unknown> {
  const text = await readText(request)
  try {
    return text === '' ? {} : JSON.parse(text)
  } catch {
    throw new ServiceError('ERR_SERVICE_REQUEST_INVALID', 'The body is not JSON')
  }
}

function createAuthenticators(options: AuthenticationOptions, context: JwksContext): Authenticator[] {
  const { jwt, apiKeys, host, insecureDev } = options
  const ways: Authenticator[] = []
  if (jwt !== undefined) ways.push(createJwtAuthenticator(jwt, context))
  if (apiKeys !== undefined) ways.push(createApiKeyAuthenticator(apiKeys))
  if (host !== undefined) ways.push(createHostAuthenticator(host))
  if (insecureDev === true) {
    ways.push(createInsecureAuthenticator())
  }
  return ways
}
