import type { CosClient } from 'cos-presign'
import type { Tickets } from './authenticate/ticket.ts'
import type { DecisionContext } from './grants/decide.ts'
import type { Grant } from './grants/grant.ts'
import type { IssueTemporaryKey } from './issue/temporary-keys.ts'
import type { Links } from './links/links.ts'

/** What routes work with. */
export interface Services extends DecisionContext {
  readonly grants: readonly Grant[]
  /** A client that signs with a key which lives at least so many seconds, if there can be one. */
  readonly clientFor: (lifetimeSeconds: number) => Promise<CosClient>
  /** For requests of the service's own. */
  readonly fetch: typeof globalThis.fetch
  /** Absent when the service has no STS. */
  readonly issueTemporaryKey: IssueTemporaryKey | undefined
  /** Absent when the service makes none. */
  readonly tickets: Tickets | undefined
  /** Absent when the service makes none. */
  readonly links: Links | undefined
}
