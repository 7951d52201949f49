import { Command, CommanderError } from 'commander'
import { defineAuth } from './commands/auth.ts'
import { defineBulk } from './commands/bulk.ts'
import { defineCors } from './commands/cors.ts'
import { defineDecode } from './commands/decode.ts'
import { defineDemo } from './commands/demo.ts'
import { defineEmulator } from './commands/emulator.ts'
import { defineExplain, separateCurl } from './commands/explain.ts'
import { defineGet } from './commands/get.ts'
import { defineLint } from './commands/lint.ts'
import { definePolicy } from './commands/policy.ts'
import { definePost } from './commands/post.ts'
import { definePut } from './commands/put.ts'
import { defineSts } from './commands/sts.ts'
import { defineUrl } from './commands/url.ts'
import { defineVerify } from './commands/verify.ts'
import { CliError, codeOf } from './errors.ts'
import type { Io } from './io.ts'
import { writeFailure } from './output.ts'
import { VERSION } from './version.ts'

/** Name, summary, example and definition of each command, in the order of the help. */
const COMMANDS: readonly (readonly [
  name: string,
  summary: string,
  example: string,
  define: (command: Command, io: Io) => Command,
])[] = [
  [
    'url',
    'print a presigned URL',
    'curl "$(cos-presign url cos://examplebucket-1250000000/photo.jpg)"',
    defineUrl,
  ],
  [
    'auth',
    'print the value of an Authorization header',
    "cos-presign auth -X PUT -H 'Content-Type: image/jpeg' cos://examplebucket-1250000000/photo.jpg",
    defineAuth,
  ],
  [
    'decode',
    'show what a presigned URL or an Authorization value says',
    'cos-presign decode "$URL"',
    defineDecode,
  ],
  [
    'explain',
    'say why a request was refused, and what to do',
    'cos-presign explain "$URL" error.xml',
    defineExplain,
  ],
  [
    'verify',
    'say whether the signature of a request holds',
    'cos-presign verify -X PUT -H \'Content-Type: image/png\' "$URL"',
    defineVerify,
  ],
  ['lint', 'say what a presigned URL leaves unprotected', 'cos-presign lint "$URL"', defineLint],
  [
    'post',
    'print a form that uploads from a browser',
    "cos-presign post --content-type 'image/*' --max-size 5MB --html cos://examplebucket-1250000000/users/42/",
    definePost,
  ],
  [
    'put',
    'upload a file through a presigned URL',
    'cos-presign put photo.jpg cos://examplebucket-1250000000/photo.jpg',
    definePut,
  ],
  [
    'get',
    'download an object through a presigned URL',
    'cos-presign get cos://examplebucket-1250000000/photo.jpg photo.jpg',
    defineGet,
  ],
  [
    'sts',
    'get a temporary key',
    'cos-presign sts --allow upload,download cos://examplebucket-1250000000/users/42/',
    defineSts,
  ],
  [
    'policy',
    'write, explain and check policies',
    'cos-presign policy make --allow upload cos://examplebucket-1250000000/users/42/',
    definePolicy,
  ],
  [
    'bulk',
    'print presigned URLs for many keys',
    'cos-presign bulk cos://examplebucket-1250000000 keys.txt --expires 1d > urls.txt',
    defineBulk,
  ],
  [
    'cors',
    'explain and write the CORS rules of uploads from pages',
    'cos-presign cors explain rules.xml --origin https://example.com --mode put',
    defineCors,
  ],
  [
    'emulator',
    'run a COS for development that checks every signature',
    'cos-presign emulator --port 9000 --data cos-data --bucket examplebucket-1250000000',
    defineEmulator,
  ],
  ['demo', 'upload, download and be refused, against an emulator of its own', 'cos-presign demo', defineDemo],
]

/**
 * Runs one command line and returns the exit status. Never throws.
 *
 * @param argv - The arguments alone, without node and script.
 */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  try {
    await createProgram(io).parseAsync([...separateCurl(argv)], { from: 'user' })
    return 0
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0
    const failure = toCliError(error)
    // When even this cannot be written, the exit status still says it.
    await writeFailure(io, failure, wantsJson(separateCurl(argv))).catch(() => undefined)
    return failure.exitStatus
  }
}

function createProgram(io: Io): Command {
  const program = new Command('cos-presign')
    .description('Signatures and presigned URLs for Tencent Cloud COS.')
    .version(VERSION, '-V, --version', 'print the version')
    .addHelpText('before', 'Example:\n  cos-presign demo\n')
    .addHelpText('after', '\nHelp for a command: cos-presign <command> --help')
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text).catch(() => undefined),
      writeErr: (text) => void io.stderr.write(text).catch(() => undefined),
      // `run` writes errors, in one form for all of them.
      outputError: () => undefined,
      getOutHasColors: () => io.stdout.hasColor,
      getErrHasColors: () => io.stderr.hasColor,
    })
  for (const [name, summary, example, define] of COMMANDS) {
    define(
      program
        .command(name)
        .summary(summary)
        .description(`${summary[0]?.toUpperCase()}${summary.slice(1)}.`)
        .addHelpText('before', `Example:\n  ${example}\n`),
      io,
    )
  }
  return program
}

function toCliError(error: unknown): CliError {
  if (error instanceof CliError) return error
  if (error instanceof CommanderError) {
    const isHelp = error.code === 'commander.help'
    const message = isHelp
      ? 'A command is missing; see above'
      : withoutValue(error.message).replace(/^error: /, '')
    return new CliError('ERR_CLI_USAGE', message.replaceAll('\n', ' '), { cause: error })
  }
  const code = codeOf(error)
  const what = error instanceof Error ? error.message : 'something that is no error was thrown'
  return new CliError('ERR_CLI_INTERNAL', `${what}${code === undefined ? '' : ` (${code})`}`, {
    cause: error,
  })
}

/** Commander quotes an unknown option as it was typed, and what was typed behind it may be a secret. */
function withoutValue(message: string): string {
  return message.replace(/unknown option '(--[^=']*|-[^-])[^\n]*'/, "unknown option '$1'")
}

/** Whether errors are to be JSON: they may come up before the flags are parsed. */
function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--')
  return argv.slice(0, end < 0 ? argv.length : end).includes('--json')
}
