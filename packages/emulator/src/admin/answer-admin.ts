import type { Clock } from '../clock.ts'
import type { FaultPlan } from '../faults/fault-plan.ts'
import { assertFaultRule } from '../faults/fault-rule.ts'
import { AdminProblem } from './admin-problem.ts'

/** What can be looked at and changed. */
export interface AdminServices {
  readonly clock: Clock
  readonly faults: FaultPlan
}

/** A request that has been let in. */
export interface AdminRequest {
  readonly method: string
  readonly path: string
  /** Parsed JSON; undefined when there was none. */
  readonly body: unknown
}

/** Its answer, as JSON. */
export interface AdminReply {
  readonly status: number
  readonly body?: unknown
}

type AdminRoute = (request: AdminRequest, services: AdminServices, id: string) => AdminReply

const ROUTES: Readonly<Record<string, Readonly<Record<string, AdminRoute>>>> = {
  '/faults': {
    GET: (_request, { faults }) => ({ status: 200, body: { faults: faults.list() } }),
    POST: addFault,
    DELETE(_request, { faults }) {
      faults.clear()
      return { status: 204 }
    },
  },
  '/faults/*': {
    DELETE(_request, { faults }, id) {
      if (!faults.remove(id)) throw new AdminProblem(404, 'There is no fault with this id.')
      return { status: 204 }
    },
  },
  '/clock': {
    GET: (_request, services) => clockReply(services),
    PUT: setClock,
    DELETE(_request, services) {
      services.clock.reset()
      return clockReply(services)
    },
  },
}

/** @throws {AdminProblem} */
export function answerAdmin(request: AdminRequest, services: AdminServices): AdminReply {
  const [, place = '', id] = /^(\/[^/]*)(?:\/([^/]+))?$/.exec(request.path) ?? []
  const methods = ROUTES[id === undefined ? place : `${place}/*`]
  if (methods === undefined) throw new AdminProblem(404, 'There are /faults, /faults/<id> and /clock.')
  const route = Object.hasOwn(methods, request.method) ? methods[request.method] : undefined
  if (route === undefined) throw new AdminProblem(405, `Use ${Object.keys(methods).join(', ')}.`)
  return route(request, services, id ?? '')
}

function addFault({ body }: AdminRequest, { faults }: AdminServices): AdminReply {
  try {
    assertFaultRule(body)
  } catch (error) {
    throw new AdminProblem(400, (error as Error).message)
  }
  return { status: 201, body: { id: faults.add(body) } }
}

function setClock({ body }: AdminRequest, services: AdminServices): AdminReply {
  const { offsetSeconds } = (body ?? {}) as { offsetSeconds?: unknown }
  if (typeof offsetSeconds !== 'number' || Math.abs(offsetSeconds) > MAX_OFFSET_SECONDS) {
    throw new AdminProblem(
      400,
      `"offsetSeconds" must be a number from -${MAX_OFFSET_SECONDS} to ${MAX_OFFSET_SECONDS}.`,
    )
  }
  services.clock.reset()
  services.clock.advance(offsetSeconds)
  return clockReply(services)
}

/** A hundred years: with more, times stop being dates. */
const MAX_OFFSET_SECONDS = 3_155_760_000

function clockReply({ clock }: AdminServices): AdminReply {
  return {
    status: 200,
    body: { offsetSeconds: clock.offsetSeconds, now: new Date(clock.now()).toISOString() },
  }
}
