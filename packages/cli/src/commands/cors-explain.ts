import { type Command, Option } from 'commander'
import { type CorsExplanation, type ExplainedCorsRequest, explainCors, type UploadMode } from 'cos-presign'
import { readCorsRules } from '../cors-rules.ts'
import { askCore, CliError } from '../errors.ts'
import { collectText } from '../io/read-files.ts'
import { style } from '../io/sink.ts'
import type { Io } from '../io.ts'
import { writeJson, writeResult } from '../output.ts'

interface Flags {
  readonly origin: string
  readonly mode: UploadMode
  readonly json?: true
}

const MAX_RULES_BYTES = 256 * 1024

/** `cos-presign cors explain` */
export function defineCorsExplain(command: Command, io: Io): Command {
  return command
    .argument('<rules>', "file with the bucket's rules, as XML (GET ?cors) or JSON; - is standard input")
    .requiredOption('--origin <origin>', 'of the page: https://example.com')
    .addOption(
      new Option(
        '--mode <mode>',
        'how it uploads: put (presigned PUT), post (form sent by script), multipart (presigned parts), sdk (cos-js-sdk-v5)',
      )
        .choices(['put', 'post', 'multipart', 'sdk'])
        .default('put'),
    )
    .option('--json', 'print JSON; errors become JSON on stderr')
    .action((file: string, flags: Flags) => runCorsExplain(file, flags, io))
}

async function runCorsExplain(file: string, { origin, mode, json }: Flags, io: Io): Promise<void> {
  const text =
    file === '-'
      ? await collectText(io.stdin, MAX_RULES_BYTES, 'standard input')
      : await io.files.readText(file, MAX_RULES_BYTES)
  const rules = await readCorsRules(text)
  const explanation = askCore(() => explainCors(rules, origin, mode))
  if (json) await writeJson(io, explanation)
  else await writeResult(io, format(explanation, io))
  if (!explanation.ok) throw new CliError('ERR_CLI_DENIED', 'The rules do not allow all that the page needs')
}

function format({ requests }: CorsExplanation, io: Io): string {
  return requests.map((request) => formatRequest(request, io)).join('\n')
}

function formatRequest(
  { method, headers, matches, passedOver, notExposed }: ExplainedCorsRequest,
  io: Io,
): string {
  const what = `${method}${headers.length > 0 ? ` with ${headers.join(', ')}` : ''}`
  const lines = passedOver.map(
    ({ index, lacks }) => `  rule ${index + 1} is passed over: it lacks the ${lacks.join(', the ')}`,
  )
  if (matches === undefined) {
    lines.push(`  ${style(io.stdout, 'red', 'refused')}: no rule allows it (403 AccessForbidden)`)
  } else if (notExposed.length > 0) {
    lines.push(
      `  ${style(io.stdout, 'yellow', `rule ${matches + 1} matches`)}, but does not expose ${notExposed.join(', ')}`,
    )
  } else {
    lines.push(`  ${style(io.stdout, 'green', `rule ${matches + 1} matches`)}`)
  }
  return [what, ...lines].join('\n')
}
