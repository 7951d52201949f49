import type { z } from 'zod'
import type { Caller } from './caller.ts'
import type { Problem } from './problem.ts'
import type { Services } from './services.ts'

/** What a route gets of a request. */
export interface RouteInput<Body> {
  readonly body: Body
  /** The parts of the path that have a name, decoded. */
  readonly params: Readonly<Record<string, string>>
  /** The query, decoded; of names that come twice the first. */
  readonly query: Readonly<Record<string, string>>
  readonly caller: Caller
  readonly requestId: string
}

/** One operation of the service's own API: the table of them makes the service and its OpenAPI document. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** Such as `/v1/multipart/:uploadId/parts`. */
  readonly path: string
  /** One line for the OpenAPI document. */
  readonly summary: string
  /** Of a POST: JSON; of others: the query. */
  readonly body?: z.ZodType
  readonly answer: z.ZodType
  readonly run: (input: RouteInput<never>, services: Services) => unknown
  /** Refusals as its clients expect them; problem+json when absent. */
  readonly refuse?: ((problem: Problem) => Refusal) | undefined
}

/** A refusal in the form of a dialect. */
export interface Refusal {
  readonly status: number
  readonly body: object
}

/** A route whose `run` gets what `body` describes and gives what `answer` describes. */
export function defineRoute<Body, Answer>(route: {
  readonly method: Route['method']
  readonly path: string
  readonly summary: string
  readonly body?: z.ZodType<Body>
  readonly answer: z.ZodType<Answer>
  readonly run: (input: RouteInput<Body>, services: Services) => Answer | Promise<Answer>
  readonly refuse?: Route['refuse']
}): Route {
  return route
}
