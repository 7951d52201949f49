import type { Context } from 'hono'
import type { Caller } from './caller.ts'
import type { Issued } from './observe/issued.ts'
import type { Route } from './route.ts'
import type { Services } from './services.ts'

/** What Hono keeps of a request while it is answered. */
export interface Environment {
  readonly Variables: Exchange
}

/** One request and what became of it. */
export interface Exchange {
  readonly requestId: string
  /** What every answer to it says, whoever makes the answer. */
  readonly headers: Record<string, string>
  /** Whether the answer was made with `headers`; if not, they are added. */
  readonly hasHeaders?: boolean
  /** Once it is known who asks. */
  readonly caller?: Caller
  /** What is handed out: the audit gets a record of each. */
  readonly issued: Issued[]
  /** The services; what is handed out with them is noted in `issued`. */
  readonly services: Services
  /** How its route words refusals, if not as a problem. */
  readonly refuse?: Route['refuse']
  /** Why it was refused. */
  readonly refusal?: { readonly code: string; readonly grant?: string | undefined }
}

export type ServiceContext = Context<Environment>
