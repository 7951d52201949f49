import { randomBytes } from 'node:crypto'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Emulator } from '@cos-presign/emulator'
import type { Command } from 'commander'
import { CosClient, type Credential, createCredential, type PresignedRequest, redact } from 'cos-presign'
import { CliError } from '../errors.ts'
import { style } from '../io/sink.ts'
import type { Io } from '../io.ts'
import { formatBytes, printable, writeResult } from '../output.ts'
import { readRefusal, type ServerRefusal } from '../refusal.ts'
import { upload } from '../transfer.ts'

const BUCKET = 'examplebucket-1250000000'
const REGION = 'ap-guangzhou'
const PICTURE = fileURLToPath(new URL('../../assets/coast.png', import.meta.url))
/** A larger file is kept on disk by the emulator, in a temporary directory. */
const MAX_IN_MEMORY_BYTES = 64 * 1024 * 1024

/** `cos-presign demo` */
export function defineDemo(command: Command, io: Io): Command {
  return command
    .argument('[file]', 'what to upload (default: a picture that comes with the program)', PICTURE)
    .action((file: string) => runDemo(file, io))
}

/** What the steps share. */
interface Stage {
  readonly io: Io
  readonly emulator: Emulator
  readonly port: number
  readonly file: string
  readonly bytes: number
  readonly contentType: string
  readonly sha256: string
  readonly failures: string[]
}

async function runDemo(file: string, io: Io): Promise<void> {
  const startedAt = io.elapsed()
  const facts = await io.files.facts(file)
  if (facts?.kind !== 'file') {
    throw new CliError('ERR_CLI_FILE', `Cannot read ${file}: it is no file; check the path`)
  }
  const directory = facts.size > MAX_IN_MEMORY_BYTES ? await io.files.createTemporaryDirectory() : undefined
  const permanent = developmentKey('permanent')
  const temporary = createCredential({
    ...members(developmentKey('temporary')),
    securityToken: `demo-token-${randomBytes(48).toString('base64url')}`,
    expiresAt: Math.floor(io.now() / 1000) + 7200,
  })
  const { createEmulator } = await import('@cos-presign/emulator')
  const emulator = createEmulator({
    credentials: [permanent, temporary],
    buckets: [BUCKET],
    dataDir: directory,
    now: () => io.now(),
  })
  const failures: string[] = []
  try {
    const { port } = await emulator.listen({ port: 0, host: '127.0.0.1' })
    const { default: mime } = await import('mime/lite')
    const contentType = mime.getType(file) ?? 'application/octet-stream'
    const sha256 = await digestOf(io.files.read(file), io)
    const stage: Stage = { io, emulator, port, file, bytes: facts.size, contentType, sha256, failures }
    await say(stage, `A COS emulator listens on port ${port}. It verifies the signature of every request.`)
    await say(stage, `File: ${printable(file)}, ${formatBytes(facts.size)}, ${contentType}`)
    await transferBothWays(stage, permanent, 'With a permanent key')
    await transferBothWays(stage, temporary, 'With a temporary key, whose token each URL carries')
    await showRefusals(stage, permanent, temporary)
  } finally {
    await emulator.close()
    if (directory !== undefined) await io.files.removeDirectory(directory)
  }
  if (failures.length > 0) {
    throw new CliError(
      'ERR_CLI_DEMO_FAILED',
      `${failures.length} of the steps went wrong: ${failures.join('; ')}`,
    )
  }
  const seconds = ((io.elapsed() - startedAt) / 1000).toFixed(1)
  await writeResult(io, `\n${style(io.stdout, 'green', 'All as it should be')}, in ${seconds} s.`)
  await writeResult(
    io,
    'Next: cos-presign emulator keeps such a COS running; cos-presign --help shows the rest.',
  )
}

async function transferBothWays(stage: Stage, credential: Credential, title: string): Promise<void> {
  const { io, bytes, contentType, sha256, file } = stage
  const client = clientOf(stage, credential)
  const object = {
    Bucket: BUCKET,
    Key: keyOf(stage, title.includes('temporary') ? 'temporary' : 'permanent'),
  }
  await heading(stage, title)

  const put = client.presign({ ...object, Method: 'PUT', Headers: { 'Content-Type': contentType } })
  await step(stage, `uploaded through a presigned PUT that fixes Content-Type`, async () => {
    const source = { chunks: io.files.read(file, 0, bytes), bytes }
    const done = await upload(io, put, source, { what: 'upload' })
    return `${formatBytes(done.bytes)}, ETag ${done.headers.etag}`
  })
  await showUrl(stage, put.url)

  const get = presignedDownload(client, object)
  await step(stage, 'downloaded through a presigned URL, and the SHA-256 is the same', async () => {
    const { status, digest } = await receive(stage, get)
    expectEqual(status, 200, 'status')
    expectEqual(digest, sha256, 'SHA-256')
    return `${digest.slice(0, 16)}…`
  })
  await showUrl(stage, get.url)

  if (bytes === 0) return
  const start = Math.floor(bytes / 3)
  const end = Math.min(bytes, start + 4096)
  const range = `bytes=${start}-${end - 1}`
  const part = presignedDownload(client, object, { Range: range })
  await step(stage, `downloaded ${range} through a presigned URL that allows only it`, async () => {
    const { status, digest } = await receive(stage, part)
    expectEqual(status, 206, 'status')
    expectEqual(digest, await digestOf(io.files.read(file, start, end), io), 'SHA-256')
    return `${end - start} bytes, the same as in the file`
  })
}

async function showRefusals(stage: Stage, permanent: Credential, temporary: Credential): Promise<void> {
  const { emulator } = stage
  const object = { Bucket: BUCKET, Key: keyOf(stage, 'permanent') }
  const client = clientOf(stage, permanent)
  await heading(stage, 'Refused, in the words of the server')

  const expired = presignedDownload(client, object)
  emulator.clock.advance(3600)
  await refusal(stage, 'an hour later, the URL for 5 minutes', expired, 'AccessDenied')
  emulator.clock.reset()

  const { url, ...rest } = presignedDownload(client, object)
  const tampered = { ...rest, url: url.replace('/permanent/', '/permanenT/') }
  await refusal(stage, 'one character of the path changed', tampered, 'SignatureDoesNotMatch')

  const withToken = presignedDownload(clientOf(stage, temporary), {
    ...object,
    Key: keyOf(stage, 'temporary'),
  })
  const withoutToken = { ...withToken, url: withToken.url.replace(/&x-cos-security-token=[^&]*/, '') }
  await refusal(stage, 'a temporary key without its token', withoutToken, 'InvalidAccessKeyId')
}

async function refusal(stage: Stage, what: string, request: PresignedRequest, code: string): Promise<void> {
  let said: ServerRefusal | undefined
  await step(stage, what, async () => {
    const response = await stage.io.send({
      method: request.method,
      url: request.url,
      headers: request.headers,
    })
    said = await readRefusal(response, stage.io.now())
    expectEqual(said.status, 403, 'status')
    expectEqual(said.code, code, 'code')
    return `${said.status} ${said.code}`
  })
  if (said?.message !== undefined) await say(stage, `    “${printable(said.message)}”`)
}

// ---- pieces

function keyOf({ file }: Stage, kind: 'permanent' | 'temporary'): string {
  return `demo/${kind}/${basename(file)}`
}

function clientOf({ io, port }: Stage, credential: Credential): CosClient {
  return new CosClient({
    Endpoint: `cos.${REGION}.localhost:${port}`,
    Scheme: 'http',
    SecretId: credential.secretId,
    SecretKey: credential.secretKey,
    Token: credential.securityToken,
    TokenExpiresAt: credential.expiresAt,
    Now: () => io.now(),
  })
}

function presignedDownload(
  client: CosClient,
  object: { readonly Bucket: string; readonly Key: string },
  headers: Readonly<Record<string, string>> = {},
): PresignedRequest {
  return client.presign({ ...object, Method: 'GET', Headers: headers })
}

async function receive(
  { io }: Stage,
  { method, url, headers }: PresignedRequest,
): Promise<{ readonly status: number; readonly digest: string }> {
  const response = await io.send({ method, url, headers })
  return { status: response.status, digest: await digestOf(response.body, io) }
}

async function digestOf(chunks: AsyncIterable<Uint8Array>, io: Io): Promise<string> {
  const digest = io.digest('sha256')
  for await (const chunk of chunks) digest.update(chunk)
  return digest.digest('hex')
}

function expectEqual(actual: unknown, expected: unknown, what: string): void {
  if (actual !== expected) throw new Error(`${what} is ${actual}, expected ${expected}`)
}

function developmentKey(kind: string): Credential {
  return createCredential({
    secretId: `AKIDdemo${kind}${randomBytes(6).toString('hex')}`,
    secretKey: randomBytes(16).toString('hex'),
  })
}

function members({ secretId, secretKey }: Credential): Credential {
  return { secretId, secretKey }
}

// ---- the account

async function say({ io }: Stage, text: string): Promise<void> {
  await writeResult(io, text)
}

async function heading({ io }: Stage, text: string): Promise<void> {
  await writeResult(io, `\n${style(io.stdout, 'bold', text)}`)
}

async function showUrl({ io }: Stage, url: string): Promise<void> {
  await writeResult(io, style(io.stdout, 'dim', `    ${redact(url)}`))
}

/** Runs a step and prints what came of it; a failure is remembered, and the demo goes on. */
async function step({ io, failures }: Stage, what: string, work: () => Promise<string>): Promise<void> {
  const startedAt = io.elapsed()
  const time = (): string =>
    style(io.stdout, 'dim', `${(io.elapsed() - startedAt).toFixed(0).padStart(4)} ms`)
  try {
    const result = await work()
    await writeResult(io, `  ${style(io.stdout, 'green', '✓')} ${time()}  ${what}: ${printable(result)}`)
  } catch (error) {
    if (error instanceof CliError && error.code === 'ERR_CLI_OUTPUT_CLOSED') throw error
    failures.push(what)
    const reason = printable(redact((error as Error).message))
    await writeResult(io, `  ${style(io.stdout, 'red', '✗')} ${time()}  ${what}: ${reason}`)
  }
}
