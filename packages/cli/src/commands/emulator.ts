import { join } from 'node:path'
import type { Emulator, FaultRule, ListenAddress, ListenOptions } from '@cos-presign/emulator'
import { type Command, Option } from 'commander'
import type { Credential } from 'cos-presign'
import { createDevelopmentKey, keepDevelopmentKey } from '../development-key.ts'
import { parseOffset } from '../duration.ts'
import { logRequest } from '../emulator-log.ts'
import { type EmulatorPlace, SETTINGS, type SettingsName, toSettings } from '../emulator-settings.ts'
import { CliError, codeOf } from '../errors.ts'
import { style } from '../io/sink.ts'
import type { Io } from '../io.ts'
import { addCredentialOptions, parseInteger, repeated } from '../options.ts'
import { printable, tell, warn, writeResult } from '../output.ts'
import { parseFault } from '../parse-fault.ts'
import { cosEnvironmentCredential, flagCredential, readSecret, type SettingFlags } from '../settings.ts'
import { untilAborted } from '../until-aborted.ts'

interface EmulatorFlags extends SettingFlags {
  readonly port: number
  readonly host: string
  readonly data?: string
  readonly bucket: readonly string[]
  readonly settings: SettingsName
  readonly tlsPort?: number
  readonly tlsCert?: string
  readonly tlsKey?: string
  readonly tlsName: readonly string[]
  readonly admin?: number | true
  readonly fault: readonly FaultRule[]
  readonly clockOffset?: number
  readonly role: readonly string[]
  readonly tokenSecretFile?: string
  readonly quiet?: boolean
}

const DEFAULT_BUCKET = 'examplebucket-1250000000'
const DEFAULT_ADMIN_PORT = 9001
const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|::1)$/
/** Certificates with their chain. */
const MAX_PEM_BYTES = 64 * 1024

/** `cos-presign emulator` */
export function defineEmulator(command: Command, io: Io): Command {
  const port = (option: string) => parseInteger(option, 0, 65_535)
  command
    .option('-p, --port <port>', 'port to listen on; 0 is any free one', port('--port'), 9000)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--data <directory>', 'keep buckets and objects here (default: in memory, gone at the end)')
    .addOption(
      repeated(
        '--bucket <name>',
        'bucket to create, BucketName-APPID; may be repeated; the first also serves requests whose host names none',
        (name) => name,
      ).default([], DEFAULT_BUCKET),
    )
    .option(
      '--region <region>',
      'region of the buckets; hosts of other regions have none then (default: any)',
    )
    .addOption(
      new Option('--settings <program>', 'which settings go to stdout; people see all of them on stderr')
        .choices(SETTINGS)
        .default('env'),
    )
    .option('--tls-port <port>', 'also listen with TLS on this port', port('--tls-port'))
    .option('--tls-cert <file>', 'certificate for it, as PEM (default: one is made)')
    .option('--tls-key <file>', 'private key of --tls-cert, as PEM')
    .addOption(
      repeated('--tls-name <name>', 'further host name for the certificate that is made', (name) => name),
    )
    .option(
      '--admin [port]',
      `also listen for faults and the clock over HTTP, on this machine and with a token (port: ${DEFAULT_ADMIN_PORT})`,
      port('--admin'),
    )
    .addOption(
      repeated(
        '--fault <rule>',
        'something that goes wrong: slow-down, cut, delay or wrong-etag, like slow-down,operation=PutObject,count=2; may be repeated',
        parseFault,
      ),
    )
    .option('--clock-offset <time>', 'how far its clock is ahead: 15m, or -1h for behind', parseOffset)
    .addOption(
      repeated('--role <arn>', 'role that AssumeRole knows, with all rights; may be repeated', (arn) => arn),
    )
    .option(
      '--token-secret-file <file>',
      'what temporary keys are made from; keys of an emulator with another are refused (default: kept in --data)',
    )
    .option('--quiet', 'no settings for people, and no line for each request')
  return addCredentialOptions(command).action((flags: EmulatorFlags) => runEmulator(flags, io))
}

async function runEmulator(flags: EmulatorFlags, io: Io): Promise<void> {
  const given = await givenCredential(flags, io)
  if (!LOOPBACK.test(flags.host)) {
    await warn(io, `others on the network can reach ${flags.host}: the emulator is for development`)
  }
  const emulator = await createFromFlags(flags, given, io)
  let scratch: string | undefined
  try {
    const address = await listen(emulator, flags, io)
    // With a data directory, which is there now, it is the same each time.
    const credential =
      given ?? (flags.data === undefined ? createDevelopmentKey() : await keepDevelopmentKey(flags.data))
    if (given === undefined) emulator.addCredential(credential)
    let caFile = address.tls?.caFile
    if (address.tls?.ca !== undefined && caFile === undefined) {
      scratch = await io.files.createTemporaryDirectory()
      caFile = await writeCertificate(join(scratch, 'ca.pem'), address.tls.ca, io)
    }
    await tellHowToUse(address, { credential, isKeyNew: given === undefined, caFile }, flags, io)
    await io.interruptible(untilAborted)
  } finally {
    await emulator.close()
    if (scratch !== undefined) await io.files.removeDirectory(scratch)
  }
  await tell(io, 'Stopped.')
}

async function givenCredential(flags: EmulatorFlags, io: Io): Promise<Credential | undefined> {
  const warnings: string[] = []
  const credential = (await flagCredential(flags, io, warnings)) ?? cosEnvironmentCredential(io)
  for (const line of warnings) await warn(io, line)
  return credential
}

async function createFromFlags(
  flags: EmulatorFlags,
  given: Credential | undefined,
  io: Io,
): Promise<Emulator> {
  const buckets = bucketsOf(flags)
  const { tokenSecretFile, data, region, fault, clockOffset, role, quiet } = flags
  const tokenSecret =
    tokenSecretFile === undefined
      ? undefined
      : await readSecret(tokenSecretFile, '--token-secret-file', io, [])
  const { createEmulator } = await import('@cos-presign/emulator')
  // Bad options are the caller's: a bucket name, for instance.
  try {
    return createEmulator({
      credentials: given === undefined ? [] : [given],
      buckets,
      defaultBucket: buckets[0],
      dataDir: data,
      region,
      faults: fault,
      clockOffsetSeconds: clockOffset,
      roles: role.map((arn) => ({ arn })),
      tokenSecret,
      onRequest: quiet ? undefined : (entry) => void logRequest(entry, io),
    })
  } catch (error) {
    throw new CliError('ERR_CLI_OPTION_INVALID', (error as Error).message, { cause: error })
  }
}

function bucketsOf({ bucket }: EmulatorFlags): readonly string[] {
  return bucket.length === 0 ? [DEFAULT_BUCKET] : bucket
}

async function listen(emulator: Emulator, flags: EmulatorFlags, io: Io): Promise<ListenAddress> {
  const { port, host, data, admin } = flags
  const tls = await tlsOptions(flags, io)
  const adminOptions = admin === undefined ? undefined : { port: admin === true ? DEFAULT_ADMIN_PORT : admin }
  try {
    return await emulator.listen({ port, host, tls, admin: adminOptions })
  } catch (error) {
    const code = codeOf(error)
    if (code === 'EADDRINUSE') {
      const { port: taken = port } = error as { port?: number }
      throw new CliError('ERR_CLI_USAGE', `Port ${taken} is taken on ${host}; choose another, or 0 for any`)
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
    if (error instanceof TypeError || error instanceof RangeError) {
      throw new CliError('ERR_CLI_OPTION_INVALID', error.message, { cause: error })
    }
    throw error
  }
}

async function tlsOptions(
  { tlsPort, tlsCert, tlsKey, tlsName }: EmulatorFlags,
  io: Io,
): Promise<ListenOptions['tls']> {
  if (tlsPort === undefined) {
    if (tlsCert === undefined && tlsKey === undefined && tlsName.length === 0) return undefined
    throw new CliError('ERR_CLI_USAGE', '--tls-cert, --tls-key and --tls-name go together with --tls-port')
  }
  const read = (path: string | undefined) =>
    path === undefined ? undefined : io.files.readText(path, MAX_PEM_BYTES)
  return { port: tlsPort, cert: await read(tlsCert), key: await read(tlsKey), names: tlsName }
}

async function writeCertificate(path: string, pem: string, io: Io): Promise<string> {
  const writer = await io.files.createWriter(path)
  await writer.write(Buffer.from(pem))
  await writer.commit()
  return path
}

interface Facts {
  readonly credential: Credential
  readonly isKeyNew: boolean
  readonly caFile: string | undefined
}

// One of the settings on stdout, because it is the result: `cos-presign emulator > env.sh` gives what another shell reads.
async function tellHowToUse(
  { port, tls, admin }: ListenAddress,
  { credential, isKeyNew, caFile }: Facts,
  flags: EmulatorFlags,
  io: Io,
): Promise<void> {
  const { host, data, region = 'ap-guangzhou' } = flags
  const buckets = bucketsOf(flags)
  const [bucket = DEFAULT_BUCKET] = buckets
  const where = data === undefined ? 'in memory' : `in ${data}`
  const secure = tls === undefined ? '' : ` and with TLS on :${tls.port}`
  await tell(
    io,
    `${style(io.stderr, 'green', 'COS emulator')} listening on ${host.includes(':') ? `[${host}]` : host}:${port}${secure}, ${buckets.join(', ')} ${printable(where)}. Ctrl-C stops it.`,
  )
  const place: EmulatorPlace = {
    port,
    bucket,
    region,
    key: isKeyNew ? credential : undefined,
    tls: tls && { port: tls.port, caFile },
    admin,
  }
  const settings = toSettings(place)
  if (!flags.quiet) await tellSettings(settings, flags.settings, io)
  if (caFile !== undefined) await tell(io, `Clients trust it with NODE_EXTRA_CA_CERTS=${printable(caFile)}`)
  if (admin !== undefined) await tell(io, `Faults and the clock: ${admin.url}, token in the settings "env"`)
  await tell(io, style(io.stderr, 'dim', `${flags.settings}:`))
  await writeResult(io, settings[flags.settings])
  await tell(io, style(io.stderr, 'dim', `cos-presign put FILE cos://${bucket}/hello   # then get, url, …`))
}

/** All but the ones that go to stdout. */
async function tellSettings(
  settings: Readonly<Record<SettingsName, string>>,
  printed: SettingsName,
  io: Io,
): Promise<void> {
  for (const name of SETTINGS) {
    if (name === printed) continue
    await tell(io, `${style(io.stderr, 'dim', `${name}:`)}\n${settings[name].replace(/^/gm, '  ')}`)
  }
}
