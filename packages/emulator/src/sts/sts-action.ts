import type { KnownKey } from '../known-key.ts'
import type { Role } from './role.ts'
import type { StsParams } from './sts-call.ts'
import type { Grant } from './temporary-keys.ts'

/** What actions work with. */
export interface StsActionServices {
  /** Unix seconds. */
  readonly now: number
  /** By ARN. */
  readonly roles: ReadonlyMap<string, Role>
  readonly maxPolicyCharacters: number
}

/** One action of STS for a caller who is known: says what the temporary key may do, or throws an `StsRefusal`. */
export type SignedAction = (params: StsParams, caller: KnownKey, services: StsActionServices) => Grant

/** One action of STS for a caller who proves in its parameters who it is. */
export type UnsignedAction = (params: StsParams, services: StsActionServices) => Grant
