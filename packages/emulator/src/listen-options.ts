import type { AdminListenOptions } from './admin/admin-listener.ts'
import type { TlsListenOptions } from './tls/set-up-tls.ts'

/** Where to listen. */
export interface ListenOptions {
  /**
   * 0 takes a free one.
   * @default 0
   */
  readonly port?: number | undefined
  /**
   * Others than this machine can reach it only on another address, such as `0.0.0.0`.
   * @default '127.0.0.1'
   */
  readonly host?: string | undefined
  /** Also listens with TLS, on a port of its own. */
  readonly tls?: TlsListenOptions | undefined
  /** Also listens for the people who run it: faults and the clock over HTTP, on a port of its own and with a token. */
  readonly admin?: AdminListenOptions | undefined
}

/** Where an emulator listens. */
export interface ListenAddress {
  /** Without a path: `http://127.0.0.1:9000`. */
  readonly url: string
  /** The one that was asked for, or the free one that was found. */
  readonly port: number
  /** If it listens with TLS. */
  readonly tls?: TlsAddress
  /** If it has an admin endpoint. */
  readonly admin?: AdminAddress
}

/** Where it listens with TLS. */
export interface TlsAddress {
  /** `https://127.0.0.1:9443` */
  readonly url: string
  readonly port: number
  /** The certificate that clients are to trust, as PEM; absent for one that was given. */
  readonly ca?: string
  /** The file that holds it, for `NODE_EXTRA_CA_CERTS`; only with a data directory. */
  readonly caFile?: string
}

/** Where its admin endpoint is. */
export interface AdminAddress {
  /** `http://127.0.0.1:9001` */
  readonly url: string
  readonly port: number
  /** What requests carry as `Authorization: Bearer <token>`. */
  readonly token: string
}
