import type { AddressInfo, Server, Socket } from 'node:net'

/** Where to bind a server. */
export interface BindOptions {
  readonly port?: number | undefined
  readonly host?: string | undefined
}

/** Where it is bound. */
export interface BoundAddress {
  /** Without a path. */
  readonly url: string
  readonly port: number
}

/** Starts to listen; rejects with what the port says. */
export function bind(
  server: Server,
  scheme: 'http' | 'https',
  { port = 0, host = '127.0.0.1' }: BindOptions,
): Promise<BoundAddress> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, host }, () => {
      server.removeListener('error', reject)
      const bound = (server.address() as AddressInfo).port
      resolve({ url: `${scheme}://${toUrlHost(host)}:${bound}`, port: bound })
    })
  })
}

/** Takes no connection any more; those that are open may go on for a while, and are cut then. */
export async function unbind(
  server: Server,
  connections: ReadonlySet<Socket>,
  graceMs: number,
): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve())
  })
  const cut = setTimeout(() => {
    for (const socket of connections) socket.destroy()
  }, graceMs)
  await closed
  clearTimeout(cut)
  for (const socket of connections) socket.destroy()
}

/** An address that connects from this machine. */
function toUrlHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return host.includes(':') ? `[${host}]` : host
}
