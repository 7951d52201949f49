/** What is configured for a bucket. Everything has a default, which is what a new bucket has. */
export interface BucketSettings {
  /** What is granted to others than the owner; absent or empty is `private`. */
  readonly acl?: readonly Grant[] | undefined
  /** Absent: no page of another origin may see anything. */
  readonly cors?: CorsConfiguration | undefined
  /** Whether each header that can be signed must be. @default false */
  readonly strictSignature?: boolean | undefined
}

/** What an access control list may allow. */
export type Permission = 'READ' | 'WRITE' | 'READ_ACP' | 'WRITE_ACP' | 'FULL_CONTROL'

/** An entry of an access control list. The owner's own FULL_CONTROL is not among them: it cannot be taken away. */
export interface Grant {
  /** How the grantee is named: an account, or a group by its URI. */
  readonly type: 'CanonicalUser' | 'RootAccount' | 'Group'
  /** `qcs::cam::uin/<uin>:uin/<uin>`, or the URI of a group. */
  readonly grantee: string
  readonly permission: Permission
}

/** The CORS configuration of a bucket. */
export interface CorsConfiguration {
  /** The first that fits counts. */
  readonly rules: readonly CorsRule[]
  /** Whether answers say `Vary: Origin, …`. */
  readonly responseVary: boolean
}

/** What pages of some origins may do. */
export interface CorsRule {
  readonly id?: string | undefined
  /** `*`, or origins, each with at most one `*` in it. */
  readonly allowedOrigins: readonly string[]
  /** Of PUT, GET, POST, DELETE and HEAD. */
  readonly allowedMethods: readonly string[]
  /** Names as configured, or `*`. */
  readonly allowedHeaders: readonly string[]
  /** Names as configured. */
  readonly exposeHeaders: readonly string[]
  /** How long a browser may keep the answer to a preflight. */
  readonly maxAgeSeconds?: number | undefined
}
