import type { CreatedPolicy, PolicyGrant, PolicyOperation } from '@cos-presign/sts'
import type { Command } from 'commander'
import { parseAddress } from './address.ts'
import { addConstraintOptions, type ConstraintFlags, toConstraints } from './constraint-options.ts'
import { CliError } from './errors.ts'
import type { Io } from './io.ts'
import { warn } from './output.ts'
import { askSts } from './sts-error.ts'

/** What a key is to be good for, as flags. */
export interface GrantFlags extends ConstraintFlags {
  readonly allow?: readonly string[]
  readonly wholeBucket?: true
}

/** Adds the flags of {@link GrantFlags}. */
export function addGrantOptions(command: Command): Command {
  command
    .option(
      '--allow <operations>',
      'upload, resumable-upload, append, download, head, list, delete; with commas between them',
      (text: string) => text.split(','),
    )
    .option('--whole-bucket', 'really every object of a bucket that is named without a key')
  return addConstraintOptions(command)
}

/**
 * Writes the policy for addresses of one bucket. One that ends with a slash, or with a star, is a prefix.
 *
 * @throws {CliError} An address or a flag is not as it must be.
 */
export async function makePolicy(
  addresses: readonly string[],
  flags: GrantFlags,
  region: string,
): Promise<CreatedPolicy> {
  const parsed = addresses.map(parseAddress)
  const [first] = parsed
  if (!first)
    throw new CliError(
      'ERR_CLI_USAGE',
      'An address is missing, like cos://examplebucket-1250000000/users/42/',
    )
  const other = parsed.find(({ bucket }) => bucket !== first.bucket)
  if (other) {
    throw new CliError(
      'ERR_CLI_USAGE',
      `All addresses must be in one bucket, not in ${first.bucket} and ${other.bucket}`,
    )
  }
  if (!flags.allow)
    throw new CliError(
      'ERR_CLI_USAGE',
      'Say with --allow what is to be allowed, like --allow upload,download',
    )
  const { createPolicy } = await import('@cos-presign/sts')
  const grants = parsed.map(({ key }) => toGrant(key, flags))
  return await askSts(() => createPolicy({ bucket: first.bucket, region, grants }))
}

function toGrant(key: string, flags: GrantFlags): PolicyGrant {
  const constraints = withoutNothing(toConstraints(flags))
  // `createPolicy` checks the words.
  const operations = flags.allow as readonly PolicyOperation[]
  const grant = Object.keys(constraints).length === 0 ? { operations } : { operations, constraints }
  if (key === '') {
    if (flags.wholeBucket) return { ...grant, wholeBucket: true }
    throw new CliError(
      'ERR_CLI_USAGE',
      'A bucket without a key would be every object in it; add a prefix with a slash at its end, or --whole-bucket',
    )
  }
  if (key.endsWith('*')) return { ...grant, keyPrefix: key.slice(0, -1) }
  return key.endsWith('/') ? { ...grant, keyPrefix: key } : { ...grant, key }
}

function withoutNothing<T extends object>(constraints: T): T {
  return Object.fromEntries(Object.entries(constraints).filter(([, value]) => value !== undefined)) as T
}

/** Says what the writer of a policy should know. */
export async function tellWarnings({ warnings, grants }: CreatedPolicy, io: Io): Promise<void> {
  for (const { message } of warnings) await warn(io, message)
  const open = new Map(
    grants.flatMap(({ notEnforced }) => notEnforced.map(({ constraint, reason }) => [constraint, reason])),
  )
  for (const [constraint, reason] of open) await warn(io, `${constraint} is not enforced: ${reason}`)
}
