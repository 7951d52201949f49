import { execFile } from 'node:child_process'
import { createServer, type Server, request as sendRequest } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { promisify } from 'node:util'
import { createEmulator, type Emulator } from '@cos-presign/emulator'
import COS from 'cos-nodejs-sdk-v5'
import { CosClient, type Credential } from 'cos-presign'
import type { Evidence, SuspectedKey } from 'cos-presign/diagnose'

/* The emulator with some keys, and clients that we did not write, which send broken requests to it. */

export const BUCKET = 'examplebucket-1250000000'
const REGION = 'ap-guangzhou'
/** The bucket's own host; curl and sockets take it to the emulator. */
export const HOST = `${BUCKET}.cos.${REGION}.myqcloud.com`

/** Ids as long as COS's: 36 characters when permanent, more when temporary. */
export const PERMANENT: Credential = {
  secretId: 'AKIDpermanentpermanentpermanent00001',
  secretKey: 'test-secret-permanent-0123456789',
}
export const OTHER: Credential = {
  secretId: 'AKIDotherotherotherotherotherot00002',
  secretKey: 'test-secret-of-another-key-01234',
}
export const TEMPORARY: Credential = {
  secretId: 'AKIDtemporarytemporarytemporarytemporarytemporarytemporary00000003',
  secretKey: 'test-secret/temporary+0123456789abcdefghijk=',
  securityToken: 'test-token/of+a/temporary+key==0123456789',
}

/** What a client sent, as its user could show it, and what came back. */
export interface Exchange {
  readonly request: Evidence
  readonly answer: Answer
  /** The key its user believes to have signed with. */
  readonly key?: SuspectedKey
}

/** What came back. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Everything a broken request needs. */
export interface World {
  readonly emulator: Emulator
  readonly port: number
  /** A proxy that sends everything to the emulator under the bucket's own host. */
  readonly proxyPort: number
  /** Unix seconds. */
  now(): number
  /** A client that signs for the bucket's own host, over http. */
  client(credential?: Credential): CosClient
  /** A client that signs for the address the emulator listens on, for fetch and SDKs. */
  localClient(credential?: Credential, port?: number): CosClient
  /** Runs curl; hosts of COS lead to the emulator. */
  curl(...words: string[]): Promise<Exchange>
  /** Runs a command line in a shell, with a `curl` whose hosts of COS lead to the emulator. */
  shell(command: string): Promise<Exchange>
  fetch(url: string, init?: RequestInit): Promise<Exchange>
  /** Writes text to a socket. */
  socket(head: readonly string[], body?: string): Promise<Exchange>
  sdk(credential: Credential, work: (cos: COS) => Promise<unknown>): Promise<Exchange>
  close(): Promise<void>
}

const run = promisify(execFile)

/** Starts it all. */
export async function createWorld(): Promise<World> {
  const emulator = createEmulator({
    credentials: [PERMANENT, OTHER, { ...TEMPORARY, expiresAt: Math.floor(Date.now() / 1000) + 7200 }],
    buckets: [BUCKET],
    defaultBucket: BUCKET,
  })
  const { port } = await emulator.listen()
  const proxy = createProxy(port)
  const proxyPort = await new Promise<number>((resolve) => {
    proxy.listen(0, '127.0.0.1', () => resolve((proxy.address() as AddressInfo).port))
  })
  const toEmulator = ['-sS', '-i', '--connect-to', `::127.0.0.1:${port}`, '--noproxy', '*']
  const clientOf = (place: object, credential: Credential): CosClient =>
    new CosClient({
      ...place,
      Scheme: 'http',
      SecretId: credential.secretId,
      SecretKey: credential.secretKey,
      Token: credential.securityToken,
      Now: () => emulator.clock.now(),
    })

  return {
    emulator,
    port,
    proxyPort,
    now: () => Math.floor(emulator.clock.now() / 1000),
    client: (credential = PERMANENT) => clientOf({ Region: REGION }, credential),
    localClient: (credential = PERMANENT, to = port) => clientOf({ Domain: `127.0.0.1:${to}` }, credential),
    async curl(...words) {
      const { stdout } = await run('curl', [...toEmulator, ...words])
      return { request: ['curl', ...words].map(quote).join(' '), answer: readMessage(stdout) }
    },
    async shell(command) {
      const real = `curl() { command curl ${toEmulator.map(quote).join(' ')} "$@"; }; ${command}\nwait`
      const { stdout } = await run('bash', ['-c', real]).catch((error: { stdout: string }) => error)
      return { request: command, answer: readMessage(stdout) }
    },
    async fetch(url, init = {}) {
      const response = await fetch(url, init)
      const headers = Object.fromEntries(new Headers(init.headers))
      return {
        request: { method: init.method ?? 'GET', url, headers },
        answer: {
          status: response.status,
          headers: Object.fromEntries(response.headers),
          body: await response.text(),
        },
      }
    },
    async socket(head, body = '') {
      const request = `${head.join('\r\n')}\r\n\r\n${body}`
      return { request, answer: readMessage(await exchange(port, request)) }
    },
    async sdk({ secretId, secretKey, securityToken }, work) {
      const cos = new COS({
        SecretId: secretId,
        SecretKey: secretKey,
        SecurityToken: securityToken as string,
        Protocol: 'http:',
        Domain: `127.0.0.1:${port}`,
      })
      const error = await work(cos).then(
        () => {
          throw new Error('The SDK was not refused')
        },
        (refused: { statusCode: number; headers: Record<string, string>; error: Record<string, string> }) =>
          refused,
      )
      return {
        request: error,
        answer: { status: error.statusCode, headers: error.headers, body: JSON.stringify(error.error) },
      }
    },
    async close() {
      await new Promise((resolve) => proxy.close(resolve))
      await emulator.close()
    },
  }
}

/** What a CDN or gateway does: it asks the origin under the origin's name. */
function createProxy(port: number): Server {
  return createServer((incoming, outgoing) => {
    const { method, url: path, headers } = incoming
    const forwarded = sendRequest(
      { port, host: '127.0.0.1', method, path, headers: { ...headers, host: HOST }, agent: false },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(outgoing)
      },
    )
    incoming.pipe(forwarded)
  })
}

function exchange(port: number, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(Buffer.from(request, 'latin1')))
    const chunks: Buffer[] = []
    socket.on('data', (chunk) => chunks.push(chunk))
    socket.on('error', reject)
    socket.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
  })
}

function readMessage(text: string): Answer {
  const start = text.lastIndexOf('HTTP/1.1 ')
  const end = text.indexOf('\r\n\r\n', start)
  const [status = '', ...lines] = text.slice(start, end).split('\r\n')
  const headers = lines.map((line): [string, string] => [
    line.slice(0, line.indexOf(':')).toLowerCase(),
    line.slice(line.indexOf(':') + 1).trim(),
  ])
  return {
    status: Number(status.split(' ')[1]),
    headers: Object.fromEntries(headers),
    body: text.slice(end + 4),
  }
}

function quote(word: string): string {
  return /^[\w/:=.,@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
