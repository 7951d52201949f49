import { createAdminListener } from './admin/admin-listener.ts'
import type { AdminServices } from './admin/answer-admin.ts'
import type { ListenAddress, ListenOptions } from './listen-options.ts'
import { createListener, type ListenerContext } from './node.ts'
import type { NamedServer } from './tls/server-names.ts'
import { setUpTls } from './tls/set-up-tls.ts'

/** What the listeners work with. */
export interface ListenersContext extends ListenerContext, AdminServices {
  /** For certificates. */
  readonly named: Omit<NamedServer, 'names'>
  readonly dataDir: string | undefined
}

/** All ports of an emulator. */
export interface Listeners {
  readonly address: ListenAddress
  /** Resolves when no request is under way any more. */
  close(): Promise<void>
}

/** Opens every port that is wanted, or none. */
export async function openListeners(context: ListenersContext, options: ListenOptions): Promise<Listeners> {
  const opened: { close(): Promise<void> }[] = []
  const close = async () => void (await Promise.all(opened.map((listener) => listener.close())))
  try {
    const plain = createListener(context)
    opened.push(plain)
    const { port, host } = options
    const address: { -readonly [Name in keyof ListenAddress]: ListenAddress[Name] } = await plain.listen({
      port,
      host,
    })
    if (options.tls !== undefined) {
      const { options: server, ...trust } = await setUpTls(options.tls, context.named, context.dataDir)
      const secure = createListener(context, server)
      opened.push(secure)
      address.tls = { ...(await secure.listen({ port: options.tls.port, host })), ...trust }
    }
    if (options.admin !== undefined) {
      const admin = createAdminListener(context, options.admin)
      opened.push(admin)
      address.admin = { ...(await admin.listen()), token: admin.token }
    }
    return { address, close }
  } catch (error) {
    await close()
    throw error
  }
}
