import type { StsClient, TemporaryKey } from '@cos-presign/sts'
import { type Command, Option } from 'commander'
import type { Scheme } from 'cos-presign'
import { formatDuration, parseDuration } from '../duration.ts'
import { CliError } from '../errors.ts'
import { style } from '../io/sink.ts'
import type { Io } from '../io.ts'
import { addCredentialOptions } from '../options.ts'
import { quoteForShell, tell, warn, writeJson, writeResult } from '../output.ts'
import { addGrantOptions, type GrantFlags, makePolicy, tellWarnings } from '../policy-options.ts'
import { readPolicyFile } from '../read-policy-file.ts'
import { resolveCredential, resolveRegion, type SettingFlags } from '../settings.ts'
import { askSts } from '../sts-error.ts'

interface Flags extends GrantFlags, Omit<SettingFlags, 'scheme' | 'endpoint' | 'domain' | 'signHost'> {
  readonly policy?: string
  readonly roleArn?: string
  readonly externalId?: string
  readonly name?: string
  readonly duration: number
  readonly format: keyof typeof FORMATS
  readonly stsEndpoint?: string
  readonly stsScheme?: Scheme
  readonly verbose?: true
}

/** `cos-presign sts` */
export function defineSts(command: Command, io: Io): Command {
  command.argument(
    '[addresses...]',
    'what the key is good for: cos://BUCKET/KEY, or a prefix: cos://BUCKET/FOLDER/',
  )
  addGrantOptions(command)
    .option('--policy <file>', 'the policy of the key, instead of addresses; - is standard input')
    .option(
      '--role-arn <arn>',
      'take on this role (AssumeRole) instead of giving away a part of your own rights',
    )
    .option('--external-id <id>', "what the role's owner agreed on with you")
    .option('--name <name>', 'who will use the key, for the audit log')
    .addOption(
      new Option('-d, --duration <time>', 'how long the key lives: 900, 30m, 2h')
        .default(1800, '30m')
        .argParser((value) => parseDuration(value, '--duration')),
    )
    .addOption(
      new Option('-f, --format <form>', 'json, env (lines for a shell), profile (for the configuration file)')
        .choices(Object.keys(FORMATS))
        .default('json'),
    )
    .option('--region <region>', 'region of the bucket, like ap-guangzhou')
    .option('--sts-endpoint <host>', 'host of STS (default: sts.tencentcloudapi.com)')
    .addOption(new Option('--sts-scheme <scheme>', 'https or http').choices(['https', 'http']))
  addCredentialOptions(command)
  return command
    .option('--profile <name>', 'profile of the configuration file (default: "default")')
    .option('-v, --verbose', 'say on stderr which key asks')
    .action((addresses: string[], flags: Flags) => runSts(addresses, flags, io))
}

async function runSts(addresses: readonly string[], flags: Flags, io: Io): Promise<void> {
  const policy = await choosePolicy(addresses, flags, io)
  const { credential, explanation, warnings } = await resolveCredential(flags, io)
  if (flags.verbose) for (const line of explanation) await tell(io, style(io.stderr, 'dim', line))
  for (const line of warnings) await warn(io, line)
  const { createStsClient } = await import('@cos-presign/sts')
  const client = await askSts(() =>
    createStsClient({
      credential,
      endpoint: flags.stsEndpoint,
      scheme: flags.stsScheme,
      region: flags.region,
      fetch: io.fetch,
      now: () => io.now(),
    }),
  )
  const key = await io.interruptible((signal) => askSts(() => request(client, policy, flags, signal)))
  await tell(io, `The key lives for ${formatDuration(key.expiresAt - Math.floor(io.now() / 1000))}.`)
  await FORMATS[flags.format](key, io)
}

/** The policy that is given, or the one for the addresses; a role needs none. */
async function choosePolicy(addresses: readonly string[], flags: Flags, io: Io): Promise<string | undefined> {
  if (flags.policy !== undefined) {
    if (addresses.length > 0) throw new CliError('ERR_CLI_USAGE', 'Give addresses or --policy, not both')
    return await readPolicyFile(flags.policy, io)
  }
  if (addresses.length === 0 && flags.roleArn !== undefined) return undefined
  const created = await makePolicy(addresses, flags, await resolveRegion(flags, io))
  await tellWarnings(created, io)
  return created.text
}

async function request(
  client: StsClient,
  policy: string | undefined,
  { roleArn, externalId, name, duration: durationSeconds }: Flags,
  signal: AbortSignal,
): Promise<TemporaryKey> {
  const { parsePolicy } = await import('@cos-presign/sts')
  if (policy !== undefined) parsePolicy(policy, { kind: 'session' })
  if (roleArn === undefined) {
    return await client.getFederationToken({ policy: policy as string, name, durationSeconds, signal })
  }
  return await client.assumeRole({ roleArn, externalId, policy, sessionName: name, durationSeconds, signal })
}

const FORMATS = {
  json: async ({ credential, startsAt, expiresAt, requestId }: TemporaryKey, io: Io) => {
    const { secretId, secretKey, securityToken } = credential
    await writeJson(io, { secretId, secretKey, securityToken, startsAt, expiresAt, requestId })
  },
  env: async (key: TemporaryKey, io: Io) => {
    const { secretId, secretKey, securityToken = '' } = key.credential
    const variables = {
      COS_SECRET_ID: secretId,
      COS_SECRET_KEY: secretKey,
      COS_TOKEN: securityToken,
      COS_TOKEN_EXPIRES_AT: String(key.expiresAt),
    }
    const lines = Object.entries(variables).map(([name, value]) => `export ${name}=${quoteForShell(value)}`)
    await writeResult(io, lines.join('\n'))
  },
  profile: async (key: TemporaryKey, io: Io) => {
    const { stringify } = await import('yaml')
    const { secretId, secretKey, securityToken: token } = key.credential
    const profile = { secretId, secretKey, token, tokenExpiresAt: key.expiresAt }
    await writeResult(io, stringify({ profiles: { temporary: profile } }).trimEnd())
  },
} as const
