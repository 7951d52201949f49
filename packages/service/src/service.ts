import { CosClient } from 'cos-presign'
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { createApiKeyAuthenticator } from './authenticate/api-key.ts'
import { type Authenticator, authenticate, unknownCaller } from './authenticate/authenticator.ts'
import { createJwtAuthenticator } from './authenticate/jwt.ts'
import { createTickets } from './authenticate/ticket.ts'
import { type Caller, createCaller } from './caller.ts'
import { ServiceError } from './errors.ts'
import { createGrant } from './grants/grant.ts'
import { type AuthenticationOptions, checkOptions, type ServiceOptions } from './options.ts'
import { toProblem } from './problem.ts'
import type { Route } from './route.ts'
import { ROUTES } from './routes/index.ts'
import { readBySchema } from './schema.ts'
import type { Services } from './services.ts'

/** Signatures over HTTP. */
export interface Service {
  /** Answers one request; never rejects. */
  fetch(request: Request): Promise<Response>
}

/** What is kept of a request while it is answered. */
interface Environment {
  /** The ticket that stood in the path. */
  readonly Bindings: { readonly ticket?: string | undefined }
  readonly Variables: { requestId: string }
}

const MAX_BODY_BYTES = 1024 ** 2

/**
 * A service that hands out signatures to callers who prove who they are, within what grants allow.
 *
 * @throws {ServiceError} `ERR_SERVICE_CONFIG_INVALID`: an option is not as it must be; the message names it.
 * @example
 * const service = createService({ credential, region: 'ap-guangzhou', authenticate: { jwt }, grants })
 * export default { fetch: service.fetch }
 */
export function createService(input: ServiceOptions): Service {
  const options = checkOptions(input)
  const { now = Date.now } = options
  const services: Services = {
    grants: options.grants.map(createGrant),
    clientFor: createClients(options),
    tickets: options.authenticate.tickets && createTickets(options.authenticate.tickets, now),
    now,
    randomUuid: () => crypto.randomUUID(),
  }
  const ways = createAuthenticators(options.authenticate, now)
  const app = new Hono<Environment>()
  app.use(async (context, next) => {
    context.set('requestId', services.randomUuid())
    await next()
    context.header('X-Request-Id', context.get('requestId'))
    // A path may hold a ticket, which is nobody else's business.
    context.header('Referrer-Policy', 'no-referrer')
    context.header('Cache-Control', 'no-store')
  })
  app.use(bodyLimit({ maxSize: MAX_BODY_BYTES, onError: refuseBody }))
  for (const route of ROUTES) {
    app.on(route.method, route.path, async function answerRoute(context) {
      const { ticket } = context.env
      const caller =
        ticket === undefined ? await authenticate(context.req.raw, ways) : await redeem(ticket, services)
      return context.json(await runRoute(route, context, caller, services))
    })
  }
  app.notFound((context) => {
    throw new ServiceError(
      'ERR_SERVICE_NOT_FOUND',
      `There is no ${context.req.method} ${context.req.path} here`,
    )
  })
  app.onError((error, context) => {
    const problem = toProblem(error, context.get('requestId'))
    const headers = { 'Content-Type': 'application/problem+json', 'X-Request-Id': problem.requestId }
    return new Response(JSON.stringify(problem), { status: problem.status, headers })
  })
  return {
    async fetch(request) {
      const { request: inner, ticket } = takeTicket(request)
      return await app.fetch(inner, { ticket })
    },
  }
}

/** The request without the ticket in its path. */
function takeTicket(request: Request): { readonly request: Request; readonly ticket?: string } {
  const url = new URL(request.url)
  const [, ticket, rest] = /^\/t\/([^/]+)(\/.*)$/s.exec(url.pathname) ?? []
  if (ticket === undefined || rest === undefined) return { request }
  url.pathname = rest
  return { request: new Request(url, request), ticket }
}

async function redeem(ticket: string, { tickets }: Services): Promise<Caller> {
  if (tickets === undefined) throw unknownCaller('This service makes no tickets')
  return await tickets.redeem(ticket)
}

/** Reads the request as the route describes it, and runs it. */
async function runRoute(
  route: Route,
  context: Context<Environment>,
  caller: Caller,
  services: Services,
): Promise<object> {
  const body =
    route.body &&
    readBySchema(route.body, await readJson(context.req.raw), 'ERR_SERVICE_REQUEST_INVALID', 'The body')
  const input = {
    body: body as never,
    params: context.req.param(),
    caller,
    requestId: context.get('requestId'),
  }
  return (await route.run(input, services)) as object
}

async function readJson(request: Request): Promise<unknown> {
  const text = await request.text()
  try {
    return text === '' ? {} : JSON.parse(text)
  } catch {
    throw new ServiceError('ERR_SERVICE_REQUEST_INVALID', 'The body is not JSON')
  }
}

function refuseBody(): never {
  throw new ServiceError('ERR_SERVICE_BODY_TOO_LARGE', `The body has more than ${MAX_BODY_BYTES} bytes`)
}

function createClients({
  credential,
  region,
  endpoint,
  domain,
  scheme,
  now,
}: ServiceOptions): Services['clientFor'] {
  const client = new CosClient({
    Region: region,
    Endpoint: endpoint,
    Domain: domain,
    Scheme: scheme,
    SecretId: credential.secretId,
    SecretKey: credential.secretKey,
    Token: credential.securityToken,
    TokenExpiresAt: credential.expiresAt,
    Now: now,
  })
  return async function clientFor() {
    return await Promise.resolve(client)
  }
}

function createAuthenticators(options: AuthenticationOptions, now: () => number): Authenticator[] {
  const { jwt, apiKeys, host, insecureDev } = options
  const ways: Authenticator[] = []
  if (jwt !== undefined) ways.push(createJwtAuthenticator(jwt, now))
  if (apiKeys !== undefined) ways.push(createApiKeyAuthenticator(apiKeys))
  if (host !== undefined) {
    ways.push(async function authenticateByHost(request) {
      const found = await host(request)
      return found && createCaller('host', found.id, found.claims)
    })
  }
  if (insecureDev === true) {
    ways.push(async function believeAnybody() {
      return await Promise.resolve(createCaller('insecure-dev', 'insecure-dev'))
    })
  }
  return ways
}
