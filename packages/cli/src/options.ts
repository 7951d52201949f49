import { type Command, Option } from 'commander'
import type { Method } from 'cos-presign'
import { parseDuration } from './duration.ts'
import { CliError } from './errors.ts'
import { parseUnixSeconds, type SettingFlags } from './settings.ts'

/** A name and a value, as given with `-H` or `-P`. */
export type Pair = readonly [name: string, value: string]

/** What every command takes that signs. */
export interface SigningFlags extends SettingFlags {
  readonly expires: number
  readonly header: readonly Pair[]
  readonly param: readonly Pair[]
  readonly verbose?: boolean
  readonly json?: boolean
}

/** What a command takes that signs for any method. */
export interface MethodFlags extends SigningFlags {
  readonly request: Method
}

const METHODS = ['GET', 'PUT', 'POST', 'DELETE', 'HEAD']

/** Adds the flags of {@link MethodFlags}. */
export function addMethodOption(command: Command): Command {
  return command.addOption(
    new Option('-X, --request <method>', `one of ${METHODS.join(', ')}`).default('GET').argParser((value) => {
      const method = value.toUpperCase()
      if (METHODS.includes(method)) return method
      throw new CliError('ERR_CLI_OPTION_INVALID', `--request must be one of ${METHODS.join(', ')}`)
    }),
  )
}

/** Adds the flags of {@link SigningFlags}. */
export function addSigningOptions(command: Command): Command {
  addPairOptions(command, ' to sign')
    .addOption(
      new Option('-e, --expires <time>', 'how long the signature holds: 300, 10m, 2h, 1d')
        .default(300, '300')
        .argParser((value) => parseDuration(value, '--expires')),
    )
    .option('--region <region>', 'region of the bucket, like ap-guangzhou')
    .option('--endpoint <host>', 'host after the bucket, like cos.accelerate.myqcloud.com or localhost:9000')
    .option('--domain <host>', 'the whole host, like files.example.com; {Bucket} and {Region} are filled in')
    .addOption(new Option('--scheme <scheme>', 'https or http').choices(['https', 'http']))
    .option('--no-sign-host', 'leave the host out of the signature')
  addCredentialOptions(command)
  return command
    .option('--profile <name>', 'profile of the configuration file (default: "default")')
    .option('--json', 'print JSON; errors become JSON on stderr')
    .option('-v, --verbose', 'say on stderr which setting came from where')
}

/** Adds `-H` and `-P`. */
export function addPairOptions(command: Command, purpose = ''): Command {
  return command
    .addOption(
      repeated('-H, --header <header>', `header${purpose}, 'Name: value'; may be repeated`, parseHeader),
    )
    .addOption(
      repeated(
        '-P, --param <param>',
        `query parameter${purpose}, name=value or name; may be repeated`,
        parseParam,
      ),
    )
}

/** Adds the flags that give a credential, and one that must not exist. */
export function addCredentialOptions(command: Command): Command {
  for (const [flag, file] of [
    ['--secret-key', '--secret-key-file'],
    ['--token', '--token-file'],
  ]) {
    // Everybody on the machine sees command lines. The value is optional so that commander never quotes it in a message of its own.
    const refuse = (): never => {
      throw new CliError(
        'ERR_CLI_USAGE',
        `${flag} does not exist, since others can see command lines. Use ${file} FILE (or - for standard input), ` +
          'the environment or a profile; and change the secret you have just typed',
      )
    }
    command.addOption(new Option(`${flag} [value]`).hideHelp().argParser(refuse).preset(''))
  }
  return command
    .option('--secret-id <id>', 'SecretId of the key')
    .option('--secret-key-file <file>', 'file with the SecretKey; - is standard input')
    .option('--token-file <file>', 'file with the token of a temporary key; - is standard input')
    .option('--token-expires-at <time>', 'when the temporary key dies, in Unix seconds', (value: string) =>
      parseUnixSeconds(value, '--token-expires-at'),
    )
    .option('--instance-role [name]', 'the role of this CVM instance, from its metadata service')
}

/** An option that may be repeated; keeps the order. */
export function repeated<T>(flags: string, description: string, parse: (text: string) => T): Option {
  return new Option(flags, description)
    .argParser((text: string, previous: readonly T[]) => [...previous, parse(text)])
    .default([], 'none')
}

/** Reads `Name: value`. */
export function parseHeader(text: string): Pair {
  const colon = text.indexOf(':')
  const name = text.slice(0, colon).trim()
  if (colon < 0 || name === '') {
    // The text may hold a secret, so the message does not quote it.
    throw new CliError(
      'ERR_CLI_OPTION_INVALID',
      "--header must be a name, a colon and a value, like -H 'Content-Type: image/png'",
    )
  }
  return [name, text.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, '')]
}

/** Reads `name=value` or `name`. */
export function parseParam(text: string): Pair {
  const equals = text.indexOf('=')
  const pair = equals < 0 ? ([text, ''] as const) : ([text.slice(0, equals), text.slice(equals + 1)] as const)
  if (pair[0] === '')
    throw new CliError('ERR_CLI_OPTION_INVALID', '--param must be name=value or name, like -P acl')
  return pair
}

/** Reads a number of seconds, bytes or the like. */
export function parseInteger(option: string, least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : -1
    if (value >= least && value <= most) return value
    throw new CliError('ERR_CLI_OPTION_INVALID', `${option} must be a whole number from ${least} to ${most}`)
  }
}
