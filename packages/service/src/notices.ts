import { noticeOfBorrowedKey } from './issue/sts-options.ts'
import type { ServiceOptions } from './options.ts'

/** What an operator is told at each start: what is not safe, and what will not last. */
export function noticesOf(options: ServiceOptions): string[] {
  const { authenticate, links } = options
  return [
    authenticate.insecureDev === true ? INSECURE : undefined,
    noticeOfBorrowedKey(options),
    authenticate.jwt?.jwksUrl !== undefined && isOpen(authenticate.jwt.jwksUrl) ? OPEN_KEYS : undefined,
    links !== undefined && links.store === undefined ? FORGETFUL : undefined,
  ].filter((notice) => notice !== undefined)
}

const INSECURE =
  'INSECURE: authenticate.insecureDev lets anybody who can reach this service have whatever its grants allow. For development only.'

const OPEN_KEYS =
  'authenticate.jwt.jwksUrl is not https: whoever is between here and there can make tokens that are believed.'

const FORGETFUL =
  'Links are kept in memory, and are gone when the process ends: links.store says where else, such as createDiskLinkStore(directory) of @cos-presign/service/node.'

/** Whether somebody can be between here and there. */
function isOpen(url: string): boolean {
  const { protocol, hostname } = new URL(url)
  return protocol === 'http:' && !/^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname)
}
