/** A call of STS, whichever of the two signatures it carries. */
export interface StsCall {
  /** Such as `GetFederationToken`. */
  readonly action: string
  /** Of the API: `2018-08-13` is the only one. */
  readonly version: string
  /** When it was signed, in Unix seconds. */
  readonly timestamp: number
  /** Absent: not signed, and says so. */
  readonly secretId?: string | undefined
  /** The token of a temporary key that signs. */
  readonly token?: string | undefined
  /** The parameters of the action, without those that every call has. */
  readonly params: StsParams
  /** Whether a key has signed it. */
  isSignedWith(secretKey: string): boolean
}

/** Parameters by name: texts, and what else a JSON body may hold. */
export type StsParams = ReadonlyMap<string, unknown>

/** What of the wire both signatures are read from. */
export interface StsWire {
  readonly method: string
  /** As sent, port and all. */
  readonly host: string
  /** Decoded. */
  readonly path: string
  /** After the `?`, as sent. */
  readonly rawQuery: string
  /** Query parameters, decoded as a form is. */
  readonly params: readonly { readonly name: string; readonly value: string }[]
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: Buffer
}

/**
 * The hosts and paths that a signature may be for. SDKs that are pointed at another address go on signing STS's own host (Java,
 * Python), leave out the port (the cloud SDK for Node.js), or sign the path `/` always.
 */
export function signedPlaces({ host, path }: StsWire): { host: string; path: string }[] {
  const hosts = new Set([host, host.replace(/:\d*$/, ''), 'sts.tencentcloudapi.com'])
  return [...hosts].flatMap((one) => [...new Set(['/', path])].map((at) => ({ host: one, path: at })))
}
