import type { Command } from 'commander'
import type { Io } from '../io.ts'
import { writeJson, writeResult } from '../output.ts'
import { addGrantOptions, type GrantFlags, makePolicy, tellWarnings } from '../policy-options.ts'
import { resolveRegion } from '../settings.ts'

interface Flags extends GrantFlags {
  readonly region?: string
  readonly profile?: string
  readonly json?: true
}

/** `cos-presign policy make` */
export function definePolicyMake(command: Command, io: Io): Command {
  command.argument('<addresses...>', 'cos://BUCKET/KEY, or a prefix: cos://BUCKET/FOLDER/')
  return addGrantOptions(command)
    .option('--region <region>', 'region of the bucket, like ap-guangzhou')
    .option('--profile <name>', 'profile of the configuration file (default: "default")')
    .option('--json', 'print the policy with what it enforces and warnings; errors become JSON on stderr')
    .action((addresses: string[], flags: Flags) => runPolicyMake(addresses, flags, io))
}

async function runPolicyMake(addresses: readonly string[], flags: Flags, io: Io): Promise<void> {
  const created = await makePolicy(addresses, flags, await resolveRegion(flags, io))
  if (flags.json) {
    const { policy, grants, warnings } = created
    return await writeJson(io, { policy, grants, warnings })
  }
  await tellWarnings(created, io)
  // Compact where a program reads it: the length of a policy is limited.
  if (io.stdout.isTerminal) await writeJson(io, created.policy)
  else await writeResult(io, created.text)
}
