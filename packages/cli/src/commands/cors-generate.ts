import type { Command } from 'commander'
import { generateCors, type UploadMode } from 'cos-presign'
import { toCorsXml } from '../cors-rules.ts'
import { askCore } from '../errors.ts'
import type { Io } from '../io.ts'
import { repeated } from '../options.ts'
import { writeJson, writeResult } from '../output.ts'

interface Flags {
  readonly origin: readonly string[]
  readonly mode: readonly string[]
  readonly json?: true
}

/** `cos-presign cors generate` */
export function defineCorsGenerate(command: Command, io: Io): Command {
  return command
    .addOption(
      repeated(
        '--origin <origin>',
        'of a page: https://example.com; may be repeated',
        (text) => text,
      ).makeOptionMandatory(),
    )
    .option(
      '--mode <modes>',
      'put, post, multipart, sdk; with commas between them',
      (text) => text.split(','),
      ['put'],
    )
    .option('--json', 'print JSON instead of XML; errors become JSON on stderr')
    .action((flags: Flags) => runCorsGenerate(flags, io))
}

async function runCorsGenerate({ origin, mode, json }: Flags, io: Io): Promise<void> {
  const rule = askCore(() => generateCors(origin, mode as readonly UploadMode[]))
  if (json) return await writeJson(io, { rules: [rule] })
  return await writeResult(io, await toCorsXml([rule]))
}
