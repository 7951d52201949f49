import type { Command } from 'commander'
import type { Credential } from 'cos-presign'
import { type Diagnosis, diagnose, type Evidence } from 'cos-presign/diagnose'
import { CliError } from '../errors.ts'
import { formatDiagnosis } from '../explanation.ts'
import { collectText } from '../io/read-files.ts'
import type { Io } from '../io.ts'
import { parseMoment } from '../moment.ts'
import { addCredentialOptions } from '../options.ts'
import { quoteForShell, tell, warn, writeJson, writeResult } from '../output.ts'
import { findCredential, type SettingFlags, shortId } from '../settings.ts'

interface ExplainFlags extends SettingFlags {
  /** False with `--no-secret`. */
  readonly secret: boolean
  readonly at?: number
  readonly json?: boolean
}

/** A HAR of a long session. */
const MAX_INPUT_BYTES = 64 * 1024 * 1024

/** `cos-presign explain` */
export function defineExplain(command: Command, io: Io): Command {
  command.argument(
    '[evidence...]',
    "a URL, a curl command, a HAR, COS's error XML, a transcript: as text or as a file's name; - or nothing is standard input",
  )
  return addCredentialOptions(command)
    .option('--profile <name>', 'profile of the configuration file (default: "default")')
    .option('--no-secret', 'do not use a SecretKey, though there is one')
    .option('--at <time>', 'when the request was sent (default: now)', (text: string) =>
      parseMoment(text, '--at'),
    )
    .option('--json', 'print JSON; errors become JSON on stderr')
    .addHelpText(
      'after',
      '\nA curl command can be given as it is: cos-presign explain curl -X PUT … (flags of explain come before it).' +
        '\nExit status: 0 something was found or nothing is wrong, 1 nothing was found, 2 there is nothing to read.',
    )
    .action((evidence: readonly string[], flags: ExplainFlags) => runExplain(evidence, flags, io))
}

async function runExplain(given: readonly string[], flags: ExplainFlags, io: Io): Promise<void> {
  const evidence = await readAll(given, io)
  const now = (): number => (flags.at === undefined ? io.now() : flags.at * 1000)
  const credential = flags.secret ? await credentialFor(evidence, flags, io) : undefined
  const diagnosis = diagnose(evidence, { now, ...(credential === undefined ? {} : { credential }) })
  assertRead(diagnosis, given)
  if (flags.json) await writeJson(io, diagnosis)
  else await writeResult(io, formatDiagnosis(diagnosis, credential !== undefined, io))
  if (diagnosis.verdict === 'nothing-found') {
    throw new CliError(
      'ERR_CLI_NOT_EXPLAINED',
      'Nothing was found that explains a refusal. Give more: the error XML of COS, the headers that were sent, or the SecretKey',
    )
  }
}

function assertRead({ unread, request, verdict, findings }: Diagnosis, given: readonly string[]): void {
  const isNothing = request === undefined && findings.length === 0 && verdict === 'nothing-found'
  if (unread.length === 0 && !isNothing) return
  const which = given.length > 1 ? `Argument ${(unread[0] ?? 0) + 1}` : 'This'
  // It is not quoted: it may hold a secret.
  throw new CliError(
    'ERR_CLI_INPUT_INVALID',
    `${which} is no file that exists, and neither a URL, a curl command, a HAR, COS's error XML nor an HTTP message. Quote a URL ('…'), since & ends a command`,
  )
}

async function readAll(given: readonly string[], io: Io): Promise<Evidence[]> {
  if (given[0] === 'curl' && given.length > 1) return [given.map(quoteForShell).join(' ')]
  const names = given.length === 0 ? ['-'] : given
  return await Promise.all(names.map((name) => readOne(name, io)))
}

async function readOne(name: string, io: Io): Promise<string> {
  if (name === '-') return await collectText(io.stdin, MAX_INPUT_BYTES, 'standard input')
  if (/^https?:\/\/|[\n<{]|^\s*curl\s/.test(name) || name.length > 4096) return name
  const facts = await io.files.facts(name).catch(() => undefined)
  return facts?.kind === 'file' ? await io.files.readText(name, MAX_INPUT_BYTES) : name
}

/** The key in the settings, unless it is plainly another than the one of the request. */
async function credentialFor(
  evidence: readonly Evidence[],
  flags: ExplainFlags,
  io: Io,
): Promise<Credential | undefined> {
  const found = await findCredential(flags, io).catch(async (error: unknown) => {
    // A credential that was asked for must be usable; one that merely lies about is done without.
    if (!(error instanceof CliError) || flags.secretId !== undefined || flags.profile !== undefined)
      throw error
    await warn(io, `no SecretKey is used: ${error.message}`)
  })
  if (found === undefined) return undefined
  for (const line of found.warnings) await warn(io, line)
  const { secretId } = diagnose(evidence, { now: () => io.now() }).request ?? {}
  if (found.isFromFlags || secretId === undefined || secretId === shortId(found.credential))
    return found.credential
  await tell(
    io,
    `The key from ${found.name} is ${shortId(found.credential)}, and the request was signed with ${secretId}; so it is not used.`,
  )
  return undefined
}
