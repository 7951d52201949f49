import { Command, CommanderError } from 'commander'
import { CliError, codeOf } from './errors.ts'
import type { Io } from './io.ts'
import { writeFailure } from './output.ts'
import { separateCurl } from './separate-curl.ts'
import { VERSION } from './version.ts'

/** Name, summary, example and definition of each command, in the order of the help. Only what is called is loaded. */
const COMMANDS: readonly (readonly [
  name: string,
  summary: string,
  example: string,
  load: () => Promise<(command: Command, io: Io) => Command>,
])[] = [
  [
    'url',
    'print a presigned URL',
    'curl "$(cos-presign url cos://examplebucket-1250000000/photo.jpg)"',
    async () => (await import('./commands/url.ts')).defineUrl,
  ],
  [
    'auth',
    'print the value of an Authorization header',
    "cos-presign auth -X PUT -H 'Content-Type: image/jpeg' cos://examplebucket-1250000000/photo.jpg",
    async () => (await import('./commands/auth.ts')).defineAuth,
  ],
  [
    'decode',
    'show what a presigned URL or an Authorization value says',
    'cos-presign decode "$URL"',
    async () => (await import('./commands/decode.ts')).defineDecode,
  ],
  [
    'explain',
    'say why a request was refused, and what to do',
    'cos-presign explain "$URL" error.xml',
    async () => (await import('./commands/explain.ts')).defineExplain,
  ],
  [
    'verify',
    'say whether the signature of a request holds',
    'cos-presign verify -X PUT -H \'Content-Type: image/png\' "$URL"',
    async () => (await import('./commands/verify.ts')).defineVerify,
  ],
  [
    'lint',
    'say what a presigned URL leaves unprotected',
    'cos-presign lint "$URL"',
    async () => (await import('./commands/lint.ts')).defineLint,
  ],
  [
    'post',
    'print a form that uploads from a browser',
    "cos-presign post --content-type 'image/*' --max-size 5MB --html cos://examplebucket-1250000000/users/42/",
    async () => (await import('./commands/post.ts')).definePost,
  ],
  [
    'put',
    'upload a file through a presigned URL',
    'cos-presign put photo.jpg cos://examplebucket-1250000000/photo.jpg',
    async () => (await import('./commands/put.ts')).definePut,
  ],
  [
    'get',
    'download an object through a presigned URL',
    'cos-presign get cos://examplebucket-1250000000/photo.jpg photo.jpg',
    async () => (await import('./commands/get.ts')).defineGet,
  ],
  [
    'sts',
    'get a temporary key',
    'cos-presign sts --allow upload,download cos://examplebucket-1250000000/users/42/',
    async () => (await import('./commands/sts.ts')).defineSts,
  ],
  [
    'policy',
    'write, explain and check policies',
    'cos-presign policy make --allow upload cos://examplebucket-1250000000/users/42/',
    async () => (await import('./commands/policy.ts')).definePolicy,
  ],
  [
    'bulk',
    'print presigned URLs for many keys',
    'cos-presign bulk cos://examplebucket-1250000000 keys.txt --expires 1d > urls.txt',
    async () => (await import('./commands/bulk.ts')).defineBulk,
  ],
  [
    'cors',
    'explain and write the CORS rules of uploads from pages',
    'cos-presign cors explain rules.xml --origin https://example.com --mode put',
    async () => (await import('./commands/cors.ts')).defineCors,
  ],
  [
    'api-key',
    'make an API key for a caller of the signing service',
    'cos-presign api-key backend',
    async () => (await import('./commands/api-key.ts')).defineApiKey,
  ],
  [
    'emulator',
    'run a COS for development that checks every signature',
    'cos-presign emulator --port 9000 --data cos-data --bucket examplebucket-1250000000',
    async () => (await import('./commands/emulator.ts')).defineEmulator,
  ],
  [
    'serve',
    'hand signatures to mobile and web clients',
    'cos-presign serve --config service.yaml',
    async () => (await import('./commands/serve.ts')).defineServe,
  ],
  [
    'dev',
    'a COS, a signing service and an upload page, for development',
    'cos-presign dev',
    async () => (await import('./commands/dev.ts')).defineDev,
  ],
  [
    'demo',
    'upload, download and be refused, against an emulator of its own',
    'cos-presign demo',
    async () => (await import('./commands/demo.ts')).defineDemo,
  ],
]

/**
 * Runs one command line and returns the exit status. Never throws.
 *
 * @param argv - The arguments alone, without node and script.
 */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  try {
    const args = separateCurl(argv)
    const program = await createProgram(args, io)
    await program.parseAsync([...args], { from: 'user' })
    return 0
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0
    const failure = toCliError(error)
    // When even this cannot be written, the exit status still says it.
    await writeFailure(io, failure, wantsJson(separateCurl(argv))).catch(() => undefined)
    return failure.exitStatus
  }
}

async function createProgram(args: readonly string[], io: Io): Promise<Command> {
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
  for (const [name, summary, example, load] of COMMANDS) {
    const command = program
      .command(name)
      .summary(summary)
      .description(`${summary[0]?.toUpperCase()}${summary.slice(1)}.`)
      .addHelpText('before', `Example:\n  ${example}\n`)
    if (args.includes(name)) (await load())(command, io)
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
