import type { Command } from 'commander'
import { type Credential, redact, type Verification, verifyRequest } from 'cos-presign'
import { CliError } from '../errors.ts'
import { collectText } from '../io/read-files.ts'
import { style } from '../io/sink.ts'
import type { Io } from '../io.ts'
import { parseMoment } from '../moment.ts'
import { addCredentialOptions, addMethodOption, type Pair, parseHeader, repeated } from '../options.ts'
import { printable, warn, writeJson, writeResult } from '../output.ts'
import { resolveCredential, type SettingFlags, shortId } from '../settings.ts'

interface VerifyFlags extends SettingFlags {
  readonly request: string
  readonly header: readonly Pair[]
  readonly at?: number
  readonly json?: boolean
}

const MAX_INPUT_BYTES = 1024 * 1024

/** `cos-presign verify` */
export function defineVerify(command: Command, io: Io): Command {
  addMethodOption(command.argument('<url>', 'the URL as it is requested; - reads it from standard input'))
  command.addOption(
    repeated('-H, --header <header>', "header that is sent, 'Name: value'; may be repeated", parseHeader),
  )
  return addCredentialOptions(command)
    .option('--profile <name>', 'profile of the configuration file (default: "default")')
    .option('--at <time>', 'when the request comes (default: now)', (text: string) =>
      parseMoment(text, '--at'),
    )
    .option('--json', 'print JSON; errors become JSON on stderr')
    .addHelpText('after', '\nExit status: 0 the signature holds, 1 it does not, 2 the input is wrong.')
    .action((url: string, flags: VerifyFlags) => runVerify(url, flags, io))
}

async function runVerify(argument: string, flags: VerifyFlags, io: Io): Promise<void> {
  const url = (
    argument === '-' ? await collectText(io.stdin, MAX_INPUT_BYTES, 'standard input') : argument
  ).trim()
  const { credential, warnings } = await resolveCredential(flags, io)
  for (const line of warnings) await warn(io, line)
  const seconds = flags.at
  const verification = verifyRequest(
    toReceived(url, flags),
    (secretId) => (secretId === credential.secretId ? credential : undefined),
    { now: seconds === undefined ? () => io.now() : () => seconds * 1000 },
  )
  if (flags.json) await writeJson(io, withoutSecrets(verification))
  else await writeResult(io, sentenceOf(verification, credential, io))
  if (!verification.ok) {
    throw new CliError(
      'ERR_CLI_NOT_VERIFIED',
      `The signature does not hold (${verification.code}); for the reason: cos-presign explain`,
    )
  }
}

/** The request as a server receives it: the URL as it stands, and the headers, Host from the URL unless it is given. */
function toReceived(url: string, { request, header }: VerifyFlags): Parameters<typeof verifyRequest>[0] {
  const [, scheme, authority = '', rest = ''] = /^(https?):\/\/([^/?#]+)([^#]*)/i.exec(url) ?? []
  if (scheme === undefined) {
    throw new CliError('ERR_CLI_INPUT_INVALID', 'This is no URL: it would start with https:// or http://')
  }
  const port = scheme.toLowerCase() === 'https' ? ':443' : ':80'
  const host = authority.toLowerCase().replace(new RegExp(`${port}$`), '')
  const hasHost = header.some(([name]) => name.toLowerCase() === 'host')
  return {
    method: request,
    target: rest.startsWith('/') ? rest : `/${rest}`,
    headers: hasHost ? header : [['host', host], ...header],
  }
}

function sentenceOf(verification: Verification, credential: Credential, io: Io): string {
  if (!verification.ok) {
    const { code, message } = verification
    return `${style(io.stdout, 'red', 'does not hold')}: ${code}. ${printable(message)}.`
  }
  const { path, startsAt, effectiveExpiresAt, signedHeaders, signedParams } = verification
  const until = (seconds: number): string => new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, 'Z')
  const covered =
    [...signedHeaders, ...signedParams.map((name) => `?${name}`)].join(', ') || 'nothing but method and path'
  return `${style(io.stdout, 'green', 'holds')}: ${shortId(credential)} for ${printable(path)}, from ${until(startsAt)} to ${until(effectiveExpiresAt)}. Signed: ${printable(covered)}.`
}

/** The answer as JSON, without the token that the text that was signed may hold. */
function withoutSecrets(verification: Verification): unknown {
  return JSON.parse(
    JSON.stringify(verification, (_, value: unknown) => (typeof value === 'string' ? redact(value) : value)),
  )
}
