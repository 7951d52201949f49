import type { Grant, Permission } from './bucket-settings.ts'
import type { HeaderMap } from './message.ts'
import { toPrincipal } from './owner.ts'
import { Refusal } from './refusal.ts'

const ALL_USERS = 'http://cam.qcloud.com/groups/global/AllUsers'
const GROUPS: ReadonlySet<string> = new Set([
  ALL_USERS,
  'http://cam.qcloud.com/groups/global/AuthenticatedUsers',
])
/** Everybody, as policies name them; access control lists take it as well. */
const ANYONE = 'qcs::cam::anyone:anyone'

const READ_BY_ALL = { type: 'Group', grantee: ALL_USERS, permission: 'READ' } as const
const WRITE_BY_ALL = { type: 'Group', grantee: ALL_USERS, permission: 'WRITE' } as const

/** What `x-cos-acl` may say, and what that grants to others than the owner (documentation 436/30752). */
const CANNED: Readonly<Record<AclLevel, Readonly<Record<string, readonly Grant[]>>>> = {
  bucket: {
    private: [],
    'public-read': [READ_BY_ALL],
    'public-read-write': [READ_BY_ALL, WRITE_BY_ALL],
  },
  object: { private: [], 'public-read': [READ_BY_ALL] },
}

const PERMISSIONS_BY_HEADER: Readonly<Record<string, Permission>> = {
  'x-cos-grant-read': 'READ',
  'x-cos-grant-write': 'WRITE',
  'x-cos-grant-read-acp': 'READ_ACP',
  'x-cos-grant-write-acp': 'WRITE_ACP',
  'x-cos-grant-full-control': 'FULL_CONTROL',
}

/** What an access control list is of. */
export type AclLevel = 'bucket' | 'object'

/** What somebody wants an access control list to be. */
export interface ChosenAcl {
  /** Absent: an object is to have no list of its own (`default`). */
  readonly acl?: readonly Grant[]
}

/** Whether everybody has a permission. */
export function isGrantedToAll(acl: readonly Grant[], permission: Permission): boolean {
  return acl.some(
    (grant) =>
      (grant.grantee === ALL_USERS || grant.grantee === ANYONE) &&
      (grant.permission === permission || grant.permission === 'FULL_CONTROL'),
  )
}

/**
 * Reads `x-cos-acl` and `x-cos-grant-*`; what both grant is granted [guess].
 *
 * @returns `undefined` when no header says anything.
 * @throws {Refusal} `InvalidArgument`, naming the header.
 */
export function readAclHeaders(headers: HeaderMap, level: AclLevel): ChosenAcl | undefined {
  const grants = Object.entries(PERMISSIONS_BY_HEADER).flatMap(([name, permission]) => {
    const value = headers.get(name)
    if (!value) return []
    if (permission === 'WRITE' && level === 'object') throw invalid(`${name} is for buckets.`)
    return readGrantees(name, value).map((grantee) => ({ ...toGrantee(grantee), permission }))
  })
  const canned = headers.get('x-cos-acl')
  if (!canned) return grants.length === 0 ? undefined : { acl: grants }
  if (canned === 'default' && level === 'object') return grants.length === 0 ? {} : { acl: grants }
  const known = CANNED[level]
  if (!Object.hasOwn(known, canned)) {
    const allowed = [...(level === 'object' ? ['default'] : []), ...Object.keys(known)]
    throw invalid(
      `x-cos-acl of ${level === 'object' ? 'an object' : 'a bucket'} must be ${allowed.join(', ')}.`,
    )
  }
  return { acl: [...(known[canned] ?? []), ...grants] }
}

/** `id="100000000001",id="qcs::cam::uin/1:uin/2"`; `uin="…"` in older samples, `uri="…"` for a group. */
function readGrantees(name: string, value: string): string[] {
  return value.split(',').map((item) => {
    const [, grantee] = /^\s*(?:id|uin|uri)\s*=\s*"([^"]+)"\s*$/i.exec(item) ?? []
    if (grantee === undefined) throw invalid(`${name} must be like id="100000000001",id="100000000002".`)
    return grantee
  })
}

/**
 * Reads how a grantee is named.
 *
 * @throws {Refusal} `InvalidArgument`
 */
export function toGrantee(name: string): Pick<Grant, 'type' | 'grantee'> {
  if (/^\d+$/.test(name)) return { type: 'CanonicalUser', grantee: toPrincipal(name) }
  if (/^qcs::cam::(?:uin\/\d+:uin\/\d+|anyone:anyone)$/.test(name))
    return { type: 'CanonicalUser', grantee: name }
  if (GROUPS.has(name)) return { type: 'Group', grantee: name }
  throw invalid(`"${name}" is neither a UIN, nor qcs::cam::uin/<uin>:uin/<uin>, nor the URI of a group.`)
}

function invalid(message: string): Refusal {
  return new Refusal('InvalidArgument', { message })
}
