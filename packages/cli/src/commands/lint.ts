import { type Command, Option } from 'commander'
import { type LintFinding, type LintOptions, lint } from 'cos-presign'
import { parseDuration } from '../duration.ts'
import { CliError } from '../errors.ts'
import { collectText } from '../io/read-files.ts'
import { style } from '../io/sink.ts'
import type { Io } from '../io.ts'
import { printable, tell, writeJson, writeResult } from '../output.ts'

interface Flags {
  readonly request?: LintOptions['method']
  readonly maxLife: number
  readonly json?: true
}

const MAX_URL_BYTES = 64 * 1024

/** `cos-presign lint` */
export function defineLint(command: Command, io: Io): Command {
  return command
    .argument('<url>', 'a presigned URL; - reads it from standard input')
    .addOption(
      new Option(
        '-X, --request <method>',
        'what the URL is for (default: found from its signed headers)',
      ).choices(['GET', 'HEAD', 'PUT', 'POST', 'DELETE']),
    )
    .addOption(
      new Option('--max-life <time>', 'how long a URL may live: 600, 10m, 2h, 1d')
        .default(86_400, '1d')
        .argParser((value) => parseDuration(value, '--max-life')),
    )
    .option('--json', 'print JSON; errors become JSON on stderr')
    .action((url: string, flags: Flags) => runLint(url, flags, io))
}

async function runLint(argument: string, { request, maxLife, json }: Flags, io: Io): Promise<void> {
  const url = argument === '-' ? await collectText(io.stdin, MAX_URL_BYTES, 'standard input') : argument
  const findings = lintUrl(url.trim(), { method: request, maxLifeSeconds: maxLife, now: () => io.now() })
  if (json) await writeJson(io, { findings })
  else if (findings.length > 0)
    await writeResult(io, findings.map((finding) => format(finding, io)).join('\n'))
  else await tell(io, 'Nothing is left open that could be closed.')
  if (findings.length > 0) throw new CliError('ERR_CLI_FINDINGS', `${findings.length} things are left open`)
}

function lintUrl(url: string, options: LintOptions): LintFinding[] {
  try {
    return lint(url, options)
  } catch (error) {
    // The text is not quoted: it may be a secret that was in the clipboard.
    throw new CliError('ERR_CLI_INPUT_INVALID', `This is no presigned URL: ${(error as Error).message}`, {
      cause: error,
    })
  }
}

function format({ code, message, nextStep }: LintFinding, io: Io): string {
  return `${style(io.stdout, 'bold', code)}: ${printable(message)} ${style(io.stdout, 'dim', nextStep)}`
}
