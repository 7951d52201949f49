import type { Command } from 'commander'
import { CliError } from '../errors.ts'
import type { Io } from '../io.ts'
import { printable, writeJson, writeResult } from '../output.ts'
import { readPolicyFile } from '../read-policy-file.ts'
import { askSts } from '../sts-error.ts'

/** `cos-presign policy check` */
export function definePolicyCheck(command: Command, io: Io): Command {
  return command
    .argument('<policy>', 'file with the policy of the key; - is standard input')
    .option('--json', 'print JSON; errors become JSON on stderr')
    .action((file: string, flags: { readonly json?: true }) => runPolicyCheck(file, flags, io))
}

async function runPolicyCheck(file: string, { json }: { readonly json?: true }, io: Io): Promise<void> {
  const { checkPresigningKey } = await import('@cos-presign/sts')
  const text = await readPolicyFile(file, io)
  const findings = await askSts(() => checkPresigningKey(text))
  if (json) await writeJson(io, { findings })
  else if (findings.length === 0)
    await writeResult(io, 'The key is good for uploads and downloads, and for nothing else.')
  else await writeResult(io, findings.map(({ message }) => printable(message)).join('\n'))
  if (findings.length > 0) {
    throw new CliError(
      'ERR_CLI_DENIED',
      'Presigned URLs should be made with a key that can upload and download, and nothing else',
    )
  }
}
