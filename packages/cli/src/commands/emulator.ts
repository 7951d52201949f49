import { randomBytes } from 'node:crypto'
import type { AccessLogEntry, Emulator } from '@cos-presign/emulator'
import type { Command } from 'commander'
import { type Credential, createCredential } from 'cos-presign'
import { CliError, codeOf } from '../errors.ts'
import { type Io, style } from '../io.ts'
import { addCredentialOptions, parseInteger, repeated } from '../options.ts'
import { printable, quoteForShell, tell, warn, writeResult } from '../output.ts'
import { cosEnvironmentCredential, flagCredential, type SettingFlags } from '../settings.ts'

interface EmulatorFlags extends SettingFlags {
  readonly port: number
  readonly host: string
  readonly data?: string
  readonly bucket: readonly string[]
  readonly quiet?: boolean
}

const DEFAULT_BUCKET = 'examplebucket-1250000000'
const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|::1)$/

/** `cos-presign emulator` */
export function defineEmulator(command: Command, io: Io): Command {
  command
    .option(
      '-p, --port <port>',
      'port to listen on; 0 is any free one',
      parseInteger('--port', 0, 65_535),
      9000,
    )
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--data <directory>', 'keep buckets and objects here (default: in memory, gone at the end)')
    .addOption(
      repeated(
        '--bucket <name>',
        'bucket to create, BucketName-APPID; may be repeated; the first also serves requests whose host names none',
        (name) => name,
      ).default([], DEFAULT_BUCKET),
    )
    .option('--quiet', 'no line for each request')
  return addCredentialOptions(command).action((flags: EmulatorFlags) => runEmulator(flags, io))
}

async function runEmulator(flags: EmulatorFlags, io: Io): Promise<void> {
  const given = await givenCredential(flags, io)
  const credential = given ?? developmentCredential()
  if (!LOOPBACK.test(flags.host)) {
    await warn(
      io,
      `others on the network can reach ${flags.host}: the emulator is for development, it has no TLS`,
    )
  }
  const buckets = flags.bucket.length === 0 ? [DEFAULT_BUCKET] : flags.bucket
  const { createEmulator } = await import('@cos-presign/emulator')
  const emulator = asUsage(() =>
    createEmulator({
      credentials: [credential],
      buckets,
      defaultBucket: buckets[0],
      dataDir: flags.data,
      onRequest: flags.quiet ? undefined : (entry) => void logRequest(entry, io),
    }),
  )
  try {
    const { port } = await listen(emulator, flags)
    await tellHowToUse(port, buckets, given === undefined ? credential : undefined, flags, io)
    await io.interruptible(untilAborted)
  } finally {
    await emulator.close()
  }
  await tell(io, 'Stopped.')
}

async function givenCredential(flags: EmulatorFlags, io: Io): Promise<Credential | undefined> {
  const warnings: string[] = []
  const credential = (await flagCredential(flags, io, warnings)) ?? cosEnvironmentCredential(io)
  for (const line of warnings) await warn(io, line)
  return credential
}

/** Keys for one run. They look like what they are, and open nothing but this emulator. */
function developmentCredential(): Credential {
  return createCredential({
    secretId: `AKIDdevelopment${randomBytes(8).toString('hex')}`,
    secretKey: `development${randomBytes(12).toString('hex')}`,
  })
}

async function listen(emulator: Emulator, { port, host, data }: EmulatorFlags): Promise<{ port: number }> {
  try {
    return await emulator.listen({ port, host })
  } catch (error) {
    const code = codeOf(error)
    if (code === 'EADDRINUSE') {
      throw new CliError(
        'ERR_CLI_USAGE',
        `Port ${port} is taken on ${host}; choose another with --port, or 0 for any`,
      )
    }
    if (code === 'EACCES' || code === 'EADDRNOTAVAIL') {
      throw new CliError(
        'ERR_CLI_USAGE',
        `Cannot listen on ${host} port ${port} (${code}); change --host or --port`,
      )
    }
    if (code?.startsWith('ERR_STORE_')) {
      throw new CliError('ERR_CLI_FILE', `Cannot keep data in ${data}: ${(error as Error).message}`, {
        cause: error,
      })
    }
    throw error
  }
}

// On stdout, because it is the result: `cos-presign emulator > env.sh` gives what another shell reads.
async function tellHowToUse(
  port: number,
  buckets: readonly string[],
  made: Credential | undefined,
  { host, data }: EmulatorFlags,
  io: Io,
): Promise<void> {
  const [bucket = DEFAULT_BUCKET] = buckets
  const where = data === undefined ? 'in memory' : `in ${data}`
  await tell(
    io,
    `${style(io.stderr, 'green', 'COS emulator')} listening on ${host.includes(':') ? `[${host}]` : host}:${port}, ${buckets.join(', ')} ${printable(where)}. Ctrl-C stops it.`,
  )
  await tell(io, style(io.stderr, 'dim', 'In another shell:'))
  const lines: [string, string][] = [
    ['COS_ENDPOINT', `localhost:${port}`],
    ['COS_SCHEME', 'http'],
  ]
  if (made !== undefined) lines.unshift(['COS_SECRET_ID', made.secretId], ['COS_SECRET_KEY', made.secretKey])
  for (const [name, value] of lines) await writeResult(io, `export ${name}=${quoteForShell(value)}`)
  await tell(io, style(io.stderr, 'dim', `cos-presign put FILE cos://${bucket}/hello   # then get, url, …`))
}

async function logRequest(entry: AccessLogEntry, io: Io): Promise<void> {
  const { method, target, status, code, message, durationMs, error } = entry
  const text = `${status} ${method} ${target} ${durationMs.toFixed(0)} ms${code === undefined ? '' : ` ${code}: ${message}`}`
  const line = printable(text)
  await tell(io, status < 400 ? line : style(io.stderr, status < 500 ? 'yellow' : 'red', line)).catch(
    () => undefined,
  )
  if (error !== undefined) await tell(io, printable(String(error))).catch(() => undefined)
}

/** Bad options are the caller's: a bucket name, for instance. */
function asUsage<T>(create: () => T): T {
  try {
    return create()
  } catch (error) {
    throw new CliError('ERR_CLI_OPTION_INVALID', (error as Error).message, { cause: error })
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
