import type { Tickets } from './authenticate/ticket.ts'
import type { ClientFor } from './cos/clients.ts'
import type { DecisionContext } from './grants/decide.ts'
import type { Grant } from './grants/grant.ts'
import type { IssueTemporaryKey } from './issue/temporary-keys.ts'
import type { Links } from './links/links.ts'
import type { Audit } from './observe/issued.ts'

/** What routes work with. */
export interface Services extends DecisionContext, Audit {
  readonly grants: readonly Grant[]
  /** What stands before the paths of tickets; empty for none. */
  readonly basePath: string
  /** Signs forms, which let nothing be added, and the service's own requests. */
  readonly clientFor: ClientFor
  /** These sign what clients send: each with a key that can do nothing else, where there is an STS to give one. */
  readonly writerFor: ClientFor
  readonly readerFor: ClientFor
  readonly deleterFor: ClientFor
  /** For requests of the service's own. */
  readonly fetch: typeof globalThis.fetch
  /** Absent when the service has no STS. */
  readonly issueTemporaryKey: IssueTemporaryKey | undefined
  /** Absent when the service makes none. */
  readonly tickets: Tickets | undefined
  /** Absent when the service makes none. */
  readonly links: Links | undefined
}
