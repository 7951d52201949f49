import { execFile } from 'node:child_process'
import { createHash, X509Certificate } from 'node:crypto'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { get } from 'node:https'
import { connect, type LookupFunction } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls, type PeerCertificate, type TLSSocket } from 'node:tls'
import { promisify } from 'node:util'
import { CosClient, createCredential } from 'cos-presign'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeWithChromium, launchChromium } from '../../../tools/testing/chromium.ts'
import {
  type AccessLogEntry,
  createEmulator,
  type Emulator,
  type ListenAddress,
  type TlsAddress,
} from '../src/index.ts'

const run = promisify(execFile)
const Bucket = 'examplebucket-1250000000'
const later = 'laterbucket-1250000000'
const credential = createCredential({ secretId: 'AKIDpermanent00001', secretKey: 'test-secret-permanent' })

const log: AccessLogEntry[] = []
let emulator: Emulator
let address: ListenAddress
let tls: TlsAddress
let directory: string
let caFile: string

beforeAll(async () => {
  emulator = createEmulator({
    credentials: [credential],
    buckets: [Bucket],
    domains: { 'files.example.com': Bucket },
    onRequest: (entry) => log.push(entry),
  })
  address = await emulator.listen({ tls: { names: ['cos-emulator'] } })
  tls = address.tls as TlsAddress
  directory = await mkdtemp(join(tmpdir(), 'cos-presign-tls-'))
  caFile = join(directory, 'ca.pem')
  await writeFile(caFile, tls.ca ?? '')
})
afterAll(async () => {
  await emulator.close()
  await rm(directory, { recursive: true })
})

/** The certificate that the server shows for a host, verified against the authority. */
function handshake(servername: string, ca = tls.ca, port = tls.port): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({ host: '127.0.0.1', port, servername, ca: ca ?? '' }, () => resolve(socket))
    socket.on('error', reject)
  })
}

async function namesFor(servername: string): Promise<string> {
  const socket = await handshake(servername)
  const certificate = socket.getPeerCertificate() as PeerCertificate
  socket.destroy()
  return certificate.subjectaltname ?? ''
}

/** `*.localhost` is not known to every resolver. */
const toLoopback: LookupFunction = (_name, { all }, done) =>
  all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4)

const urlOf = (Method: 'GET' | 'PUT', Domain: string): string =>
  new CosClient({ Domain, SecretId: credential.secretId, SecretKey: credential.secretKey }).getPresignedUrl({
    Method,
    Bucket,
    Key: 'o',
  })

describe('with TLS', () => {
  it.each([
    `${Bucket}.localhost`,
    `${Bucket}.cos.ap-guangzhou.localhost`,
    `${Bucket}.cos.ap-guangzhou.myqcloud.com`,
    `${Bucket}.cos.ap-shanghai.myqcloud.com`,
    `${Bucket}.cos.ap-guangzhou.tencentcos.cn`,
    `${Bucket}.cos.accelerate.myqcloud.com`,
    `${later}.localhost`,
    'localhost',
    'sts.localhost',
    'sts.tencentcloudapi.com',
    'sts.ap-guangzhou.tencentcloudapi.com',
    'service.cos.myqcloud.com',
    'files.example.com',
    'cos-emulator',
  ])('%s has a certificate that a client accepts', async (host) => {
    expect(await namesFor(host)).toContain(`DNS:${host}`)
  })

  it('an address has one that names everything', async () => {
    const names = await namesFor('')
    for (const name of [
      'IP Address:127.0.0.1',
      `DNS:${Bucket}.localhost`,
      'DNS:sts.localhost',
      'DNS:files.example.com',
    ])
      expect(names).toContain(name)
  })

  it('a host that is not ours gets none of its own', async () => {
    await expect(handshake('www.example.org')).rejects.toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' })
  })

  it('the authority signs for nothing else, whoever has its key', () => {
    const certificate = new X509Certificate(tls.ca ?? '')
    expect(certificate.ca).toBe(true)
    const text = certificate.raw.toString('latin1')
    for (const domain of [
      'localhost',
      'myqcloud.com',
      'tencentcos.cn',
      'tencentcloudapi.com',
      'files.example.com',
      'cos-emulator',
    ])
      expect(text).toContain(domain)
  })

  it('bytes are uploaded by curl and come back through Node.js', async () => {
    const host = `${Bucket}.localhost:${tls.port}`
    await writeFile(join(directory, 'body'), 'through TLS')
    const put = [
      '-sS',
      '--cacert',
      caFile,
      '--resolve',
      `${host}:127.0.0.1`,
      '-T',
      join(directory, 'body'),
      '-w',
      '%{http_code}',
    ]
    expect((await run('curl', [...put, urlOf('PUT', host)])).stdout).toBe('200')
    const body = await new Promise<string>((resolve, reject) => {
      const onAnswer = (response: IncomingMessage) => response.setEncoding('utf8').on('data', resolve)
      get(urlOf('GET', host), { ca: tls.ca, lookup: toLoopback }, onAnswer).on('error', reject)
    })
    expect(body).toBe('through TLS')
    expect(log.at(-1)).toMatchObject({ status: 200, host })
  })

  it('who does not trust the authority is told by the log what to do', async () => {
    log.length = 0
    await expect(run('curl', ['-sS', `${tls.url}/`])).rejects.toThrow(/certificate/)
    await expect.poll(() => log.map(({ message }) => message).join()).toContain('does not trust')
  })

  it('who speaks http to it, or TLS to the other port, is told by the log', async () => {
    log.length = 0
    const socket = connect(tls.port, '127.0.0.1')
    socket.on('error', () => undefined)
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    await expect.poll(() => log.map(({ message }) => message).join()).toContain('this port speaks https')
    socket.destroy()
    await expect(handshake('localhost', tls.ca, address.port)).rejects.toThrow()
    await expect.poll(() => log.at(-1)?.message).toContain('and this port speaks http:')
  })
})

describeWithChromium('a page in Chromium', () => {
  it('speaks TLS with it once the authority is trusted by its key', async () => {
    const socket = await handshake('localhost')
    const spki = createHash('sha256')
      .update(
        new X509Certificate(socket.getPeerCertificate().raw).publicKey.export({
          type: 'spki',
          format: 'der',
        }),
      )
      .digest('base64')
    socket.destroy()
    const browser = await launchChromium([`--ignore-certificate-errors-spki-list=${spki}`])
    try {
      const page = await browser.newPage()
      const answer = await page.goto(`https://${Bucket}.localhost:${tls.port}/o`)
      expect(answer?.status()).toBe(403)
      expect(await answer?.text()).toContain('AccessDenied')
    } finally {
      await browser.close()
    }
  })
})

describe('a certificate of one’s own', () => {
  it('is used as it is, and must be whole', async () => {
    const { createCertificateAuthority, openCertificateAuthority } = await import(
      '../src/tls/certificate-authority.ts'
    )
    const authority = await openCertificateAuthority(await createCertificateAuthority(['localhost']))
    const own = await authority.issue(['localhost'])
    const other = createEmulator()
    await expect(other.listen({ tls: { cert: own.cert } })).rejects.toThrow('"tls.key"')
    await expect(other.listen({ tls: { cert: 'x', key: 'y' } })).rejects.toThrow(RangeError)
    const { tls: where } = await other.listen({ tls: own })
    expect(where?.ca).toBeUndefined()
    const socket = await handshake('localhost', authority.certificate, where?.port)
    expect(new X509Certificate(socket.getPeerCertificate().raw).toString()).toBe(
      new X509Certificate(own.cert).toString(),
    )
    socket.destroy()
    await other.close()
  })
})

describe('with a data directory', () => {
  it('the authority is kept, so that it need be trusted once, until its names change', async () => {
    const dataDir = join(directory, 'data')
    const start = async (names: string[] = []): Promise<TlsAddress> => {
      const other = createEmulator({ dataDir })
      const { tls: where } = await other.listen({ tls: { names } })
      await other.close()
      return where as TlsAddress
    }
    const first = await start()
    expect(first.caFile).toBe(join(dataDir, 'ca.pem'))
    expect(await readFile(first.caFile ?? '', 'utf8')).toBe(first.ca)
    expect((await stat(join(dataDir, 'secrets', 'certificate-authority.pem'))).mode & 0o077).toBe(0)
    expect((await start()).ca).toBe(first.ca)
    expect((await start(['another-name'])).ca).not.toBe(first.ca)
  })

  it('a port that is taken leaves none open', async () => {
    const other = createEmulator()
    await expect(other.listen({ tls: { port: tls.port } })).rejects.toMatchObject({ code: 'EADDRINUSE' })
    const { url } = await other.listen()
    expect((await fetch(url)).status).toBe(403)
    await other.close()
  })
})
