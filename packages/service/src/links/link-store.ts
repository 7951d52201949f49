/** What a link opens, as it is kept. */
export interface StoredLink {
  readonly bucket: string
  readonly key: string
  /** The name that a browser saves it under. */
  readonly filename?: string | undefined
  /** The grant it was made under; when that is gone or no longer allows links, so is the link. */
  readonly grant: string
  /** The identity of the caller who made it, such as `api-key:batch`. */
  readonly owner: string
  /** Unix seconds. */
  readonly expiresAt: number
  /** Any number when absent. */
  readonly maxDownloads?: number | undefined
  readonly password?: StoredPassword | undefined
}

/** A password as it is kept. */
export interface StoredPassword {
  readonly algorithm: 'PBKDF2-SHA-256'
  readonly iterations: number
  /** Base64. */
  readonly salt: string
  /** Base64. */
  readonly hash: string
}

/** A link and how often it was used. */
export interface LinkState {
  readonly link: StoredLink
  readonly downloads: number
}

/**
 * Where links are kept. The id is a digest of what the holder has, so that whoever reads the store has no links. Each method rejects, or
 * throws, when the store cannot be reached.
 */
export interface LinkStore {
  put(id: string, link: StoredLink): Promise<void>
  /** May still give a link whose time is over. */
  get(id: string): Promise<LinkState | undefined>
  /** Counts one download, if there is one left: of many at once, no more are counted than there are. */
  take(id: string): Promise<boolean>
  remove(id: string): Promise<void>
  /** Resolves when it can be reached. */
  check(): Promise<void>
  close(): Promise<void>
}
