import { errors, jwtVerify, SignJWT } from 'jose'
import type { Caller, CallerIdentity } from '../caller.ts'
import type { Grant } from '../grants/grant.ts'
import { unknownCaller } from './authenticator.ts'
import { createRemembered } from './remembered.ts'

/** How tickets are made. */
export interface TicketOptions {
  /** 32 bytes or more, as UTF-8 text; the same for all replicas. */
  readonly secret: string
  /**
   * The longest life of a ticket, in seconds.
   * @default 900
   */
  readonly maxLifetimeSeconds?: number | undefined
}

/** Tickets: short-lived proofs of who asks, for clients that can put it into nothing but a path (`/t/<ticket>/…`). */
export interface Tickets {
  /** The longest life of a ticket, in seconds. */
  readonly maxLifetimeSeconds: number
  /**
   * Makes a ticket for a caller, with those claims of theirs that the grants look at.
   *
   * @param grants - The only grants it opens.
   */
  issue(caller: Caller, grants: readonly Grant[], lifetimeSeconds: number): Promise<Ticket>
  /** @throws {ServiceError} `ERR_SERVICE_CALLER_UNKNOWN`: it is no ticket of this service, or has ended. */
  redeem(ticket: string): Promise<Caller>
}

/** What a ticket says, besides its subject and its end: readable for whoever has it, and sealed. */
interface TicketClaims {
  readonly claims: Readonly<Record<string, unknown>>
  readonly identity: CallerIdentity
  readonly grants: readonly string[]
}

/** A ticket as its holder gets it. */
export interface Ticket {
  readonly ticket: string
  /** Unix seconds. */
  readonly expiresAt: number
}

/** A client sends its ticket with each part of an upload. Nothing ends a ticket but its time, so none is believed for longer. */
const REMEMBERED_TICKETS = 1000
const AUDIENCE = 'cos-presign ticket'

/** Makes and redeems tickets; replicas with the same secret redeem each other's. */
export function createTickets(options: TicketOptions, now: () => number): Tickets {
  const { secret, maxLifetimeSeconds = 900 } = options
  const key = new TextEncoder().encode(secret)
  const remembered = createRemembered(REMEMBERED_TICKETS, now)
  return { maxLifetimeSeconds, issue, redeem }

  async function issue(caller: Caller, grants: readonly Grant[], lifetimeSeconds: number): Promise<Ticket> {
    const issuedAt = Math.floor(now() / 1000)
    const expiresAt = issuedAt + lifetimeSeconds
    const names = new Set(grants.flatMap((grant) => grant.claimNames))
    const claims = Object.fromEntries(Object.entries(caller.claims).filter(([name]) => names.has(name)))
    const ticket = await new SignJWT({
      claims,
      identity: caller.identity,
      grants: grants.map(({ name }) => name),
    })
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject(caller.id)
      .setAudience(AUDIENCE)
      .setIssuedAt(issuedAt)
      .setExpirationTime(expiresAt)
      .sign(key)
    return { ticket, expiresAt }
  }

  async function redeem(ticket: string): Promise<Caller> {
    const known = remembered.get(ticket)
    if (known !== undefined) return known
    try {
      const rules = { audience: AUDIENCE, algorithms: ['HS256'], currentDate: new Date(now()) }
      const { payload } = await jwtVerify<TicketClaims>(ticket, key, rules)
      const { sub: id = '', exp = 0, claims, identity, grants } = payload
      const caller: Caller = {
        id,
        method: 'ticket',
        identity,
        claims: Object.assign({}, claims, { sub: id }),
        grants,
      }
      remembered.set(ticket, caller, exp)
      return caller
    } catch (error) {
      if (error instanceof errors.JWTExpired) throw unknownCaller('The ticket has ended; get a new one')
      if (error instanceof errors.JOSEError)
        throw unknownCaller('The ticket is not one of this service', { cause: error })
      throw error
    }
  }
}
