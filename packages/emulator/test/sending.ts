import { createHash } from 'node:crypto'
import { createCredential, signRequest } from 'cos-presign'
import type { Emulator, InjectRequest, InjectResponse } from '../src/index.ts'

/* What the tests of operations send: requests signed in their Authorization header, without a socket. */

export const BUCKET = 'examplebucket-1250000000'
export const KEY = createCredential({ secretId: 'AKIDpermanent00001', secretKey: 'test-secret-permanent' })

/** A request, as far as it differs from `GET /o` on the bucket's own host, signed with all its headers and parameters. */
export interface Sent {
  readonly method?: string
  /** Decoded. Starts with a slash. */
  readonly path?: string
  /** As on the request line, instead of what is made of `path` and `params`. */
  readonly target?: string
  readonly host?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly params?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  /** Who sends it. */
  readonly client?: InjectRequest['client']
  /** Sent, and not signed. */
  readonly unsignedHeaders?: Readonly<Record<string, string>>
  /** `undefined`: not signed at all. */
  readonly credential?: typeof KEY | undefined
}

/** Sends to an emulator by its own clock. */
export function createSender(emulator: Emulator): (sent?: Sent) => Promise<InjectResponse> {
  return async function send(sent = {}) {
    const { method = 'GET', path = '/o', params = {}, body, unsignedHeaders = {} } = sent
    const host = sent.host ?? `${BUCKET}.cos.ap-guangzhou.myqcloud.com`
    const credential = 'credential' in sent ? sent.credential : KEY
    const signed = { host, ...sent.headers }
    const now = () => emulator.clock.now()
    const authorization =
      credential && signRequest({ method, path, params, headers: signed }, credential, { now })
    const headers = { ...signed, ...unsignedHeaders, ...(authorization ? { authorization } : {}) }
    const { target = toTarget(path, params) } = sent
    return await emulator.inject({ method, target, headers, body, client: sent.client })
  }
}

function toTarget(path: string, params: Readonly<Record<string, string>>): string {
  const query = Object.entries(params).map(([name, value]) =>
    value === '' ? encodeURIComponent(name) : `${encodeURIComponent(name)}=${encodeURIComponent(value)}`,
  )
  const target = path.split('/').map(encodeURIComponent).join('/')
  return query.length === 0 ? target : `${target}?${query.join('&')}`
}

/** The elements of a document that have no elements of their own; of repeated ones the last. */
export function elementsOf({ body }: InjectResponse): Record<string, string> {
  return Object.fromEntries(
    [...body.toString().matchAll(/<(\w+)>([^<]*)<\/\1>/g)].map(([, name = '', text = '']) => [name, text]),
  )
}

/** Status and code of an answer; no code when it is not a refusal. */
export function outcomeOf(answer: InjectResponse): [status: number, code: string | undefined] {
  return [answer.statusCode, elementsOf(answer).Code]
}

/** `Content-MD5`. */
export function md5Of(body: string | Uint8Array): string {
  return createHash('md5').update(body).digest('base64')
}
