import { SignatureError, type UploadConstraints } from 'cos-presign'
import type { Caller } from '../caller.ts'
import { ServiceError } from '../errors.ts'
import { whenSettled } from '../when-ready.ts'
import type { Grant } from './grant.ts'
import type { Operation } from './operation.ts'

/** What a caller asks for. */
export interface Wish {
  readonly operation: Operation
  /** The grant to use; the first that allows it when absent. */
  readonly grant?: string | undefined
  /** The bucket it must be in; any when absent. */
  readonly bucket?: string | undefined
  /** The key of an object that is there, or of an upload when the client may choose it. */
  readonly key?: string | undefined
  /** Whether the key is of an object yet to be, so that the service makes it when none is given. */
  readonly isNew?: boolean | undefined
  /** The client's name of the file, for the key. */
  readonly filename?: string | undefined
  /** The wanted life of what is handed out. */
  readonly lifetimeSeconds?: number | undefined
}

/** What a caller may have. */
export interface Permission {
  readonly caller: Caller
  readonly grant: Grant
  readonly operation: Operation
  readonly bucket: string
  readonly key: string
  /** The grant's, and exactly this key. */
  readonly constraints: UploadConstraints
  /** The earlier of what was wanted and what the grant allows. */
  readonly lifetimeSeconds: number
}

/** What deciding needs of the world. */
export interface DecisionContext {
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly randomUuid: () => string
}

/**
 * Finds the grant that allows what a caller asks for. What is not granted is refused.
 *
 * @throws {ServiceError} `ERR_SERVICE_NOT_GRANTED`: none does; the message names the grant that came closest, or what none allows.
 * `ERR_SERVICE_REQUEST_INVALID`: the wish itself cannot be.
 */
export function decide(
  wish: Wish,
  caller: Caller,
  grants: readonly Grant[],
  context: DecisionContext,
): Permission {
  let refusal: ServiceError | undefined
  for (const grant of candidatesFor(wish, caller, grants)) {
    const permission = permissionIn(grant, wish, caller, context)
    if (!(permission instanceof ServiceError)) return permission
    refusal ??= permission
  }
  throw refusal ?? noneAllows(wish)
}

/**
 * As `decide`, for what is used at once: a grant under which it cannot be used, because a constraint does not hold, does not allow it
 * either.
 *
 * @param use - Changes nothing before it refuses.
 * @throws {ServiceError} As `decide`, and as `use` of the first grant; the error names it.
 */
export function decideAndUse<T>(
  wish: Wish,
  caller: Caller,
  grants: readonly Grant[],
  context: DecisionContext,
  use: (permission: Permission) => T | Promise<T>,
): T | Promise<T> {
  const candidates = candidatesFor(wish, caller, grants)
  let outside: ServiceError | undefined
  let broken: ServiceError | undefined
  return useFrom(0)

  function useFrom(at: number): T | Promise<T> {
    const grant = candidates[at]
    if (grant === undefined) throw broken ?? outside ?? noneAllows(wish)
    const permission = permissionIn(grant, wish, caller, context)
    if (permission instanceof ServiceError) {
      outside ??= permission
      return useFrom(at + 1)
    }
    return whenSettled(
      () => use(permission),
      (used) => used,
      (error) => {
        broken ??= toRefusal(error, grant)
        return useFrom(at + 1)
      },
    )
  }
}

/** A refusal that another grant might not make, with the name of this one. @throws Any other error. */
function toRefusal(error: unknown, { name: grant }: Grant): ServiceError {
  if (error instanceof SignatureError && error.code === 'ERR_CONSTRAINT_BROKEN') {
    return new ServiceError('ERR_SERVICE_NOT_GRANTED', `The grant "${grant}" refuses it: ${error.message}`, {
      cause: error,
      grant,
    })
  }
  if (error instanceof ServiceError && error.grant === grant) return error
  throw error
}

function permissionIn(
  grant: Grant,
  wish: Wish,
  caller: Caller,
  context: DecisionContext,
): Permission | ServiceError {
  const key = chooseKey(wish, caller, grant, context)
  if (key instanceof ServiceError) return key
  return {
    caller,
    grant,
    operation: wish.operation,
    bucket: grant.bucket,
    key,
    constraints: { key, ...grant.constraints },
    lifetimeSeconds: Math.min(wish.lifetimeSeconds ?? grant.maxLifetimeSeconds, grant.maxLifetimeSeconds),
  }
}

function noneAllows({ operation, bucket }: Wish): ServiceError {
  return denied(
    `No grant allows "${operation}" to this caller${bucket === undefined ? '' : ' in this bucket'}`,
  )
}

/**
 * As `decide`, for what any of some operations may do.
 *
 * @throws {ServiceError} As `decide` does for the first of them.
 */
export function decideFirst(
  operations: readonly [Operation, ...Operation[]],
  wish: Omit<Wish, 'operation'>,
  caller: Caller,
  grants: readonly Grant[],
  context: DecisionContext,
): Permission {
  let refusal: unknown
  for (const operation of operations) {
    try {
      return decide({ ...wish, operation }, caller, grants, context)
    } catch (error) {
      refusal ??= error
    }
  }
  throw refusal
}

/** The grants that are for this caller and operation, whatever the key. */
export function candidatesFor(
  { operation, grant: name, bucket }: Omit<Wish, 'key'>,
  caller: Caller,
  grants: readonly Grant[],
): Grant[] {
  const known = grants.filter(
    (grant) => grant.isFor(caller) && (bucket === undefined || grant.bucket === bucket),
  )
  if (name === undefined) return known.filter((grant) => grant.operations.has(operation))
  const named = known.find((grant) => grant.name === name)
  // The same words for a grant that does not exist and one for others: which there are is nobody's business.
  if (named === undefined) throw denied(`The grant "${name}" is not for this caller`, name)
  if (!named.operations.has(operation))
    throw denied(`The grant "${name}" does not allow "${operation}"`, name)
  return [named]
}

/** The key that the grant gives the wish, or why it gives none. */
export function chooseKey(
  { key, isNew = false, filename }: Wish,
  caller: Caller,
  { name, template, clientMayChooseKey }: Grant,
  { now, randomUuid }: DecisionContext,
): string | ServiceError {
  try {
    if (key === undefined) {
      if (!isNew) return new ServiceError('ERR_SERVICE_REQUEST_INVALID', 'The key of the object is missing')
      return template.fill(caller, { filename, now: now(), uuid: randomUuid() })
    }
    if (isNew && !clientMayChooseKey)
      return denied(`The grant "${name}" does not let the client choose the key`, name)
    if (template.matches(caller, key)) return key
    return denied(`The grant "${name}" does not cover this key; it covers ${template.text}`, name)
  } catch (error) {
    if (error instanceof ServiceError) return error
    throw error
  }
}

export function denied(message: string, grant?: string): ServiceError {
  return new ServiceError('ERR_SERVICE_NOT_GRANTED', message, { grant })
}
