import type { Command } from 'commander'
import { CliError } from '../errors.ts'
import type { Io } from '../io.ts'
import { tell, writeResult } from '../output.ts'

/** `cos-presign api-key` */
export function defineApiKey(command: Command, io: Io): Command {
  return command
    .argument('<id>', 'who holds it: letters, digits and -')
    .action((id: string) => runApiKey(id, io))
}

async function runApiKey(id: string, io: Io): Promise<void> {
  const { createApiKey } = await import('@cos-presign/service')
  const { key, sha256 } = await createApiKey(id).catch((error: unknown) => {
    throw new CliError('ERR_CLI_USAGE', (error as Error).message, { cause: error })
  })
  await tell(io, `For authenticate.apiKeys of the configuration:\n  - { id: ${id}, sha256: ${sha256} }`)
  await tell(io, 'For its holder; it is shown this once:')
  await writeResult(io, key)
}
