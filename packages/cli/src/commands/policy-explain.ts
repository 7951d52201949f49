import type { PolicyDecision, PolicyRequest, PolicySource } from '@cos-presign/sts'
import { type Command, Option } from 'commander'
import { parseAddress } from '../address.ts'
import { CliError } from '../errors.ts'
import { style } from '../io/sink.ts'
import type { Io } from '../io.ts'
import { addPairOptions, type Pair } from '../options.ts'
import { formatTable, printable, writeJson, writeResult } from '../output.ts'
import { readPolicyFile } from '../read-policy-file.ts'
import { resolveRegion } from '../settings.ts'
import { askSts } from '../sts-error.ts'

interface Flags {
  readonly header: readonly Pair[]
  readonly param: readonly Pair[]
  readonly clientIp?: string
  readonly scheme: 'https' | 'http'
  readonly principal?: string
  readonly issuer?: string
  readonly region?: string
  readonly profile?: string
  readonly json?: true
}

/** `cos-presign policy explain` */
export function definePolicyExplain(command: Command, io: Io): Command {
  command
    .argument('<policy>', 'file with the policy; - is standard input')
    .argument('<action>', 'what is asked for, like PutObject')
    .argument('[address]', 'cos://BUCKET/KEY')
  return addPairOptions(command)
    .option('--client-ip <address>', 'where the request comes from')
    .addOption(new Option('--scheme <scheme>', 'how it comes').choices(['https', 'http']).default('https'))
    .option(
      '--principal <name>',
      'who asks, for the policy of a bucket: qcs::cam::uin/OWNER:uin/USER, or anonymous',
    )
    .option('--issuer <file>', 'policy of whoever issued the temporary key, which must allow it as well')
    .option('--region <region>', 'region of the bucket, like ap-guangzhou')
    .option('--profile <name>', 'profile of the configuration file (default: "default")')
    .option('--json', 'print JSON; errors become JSON on stderr')
    .action((policy: string, action: string, address: string | undefined, flags: Flags) =>
      runPolicyExplain(policy, action, address, flags, io),
    )
}

async function runPolicyExplain(
  file: string,
  action: string,
  address: string | undefined,
  flags: Flags,
  io: Io,
): Promise<void> {
  const { explainPolicies } = await import('@cos-presign/sts')
  const layers: Record<string, PolicySource> = { policy: await readPolicyFile(file, io) }
  if (flags.issuer !== undefined) layers.issuer = await readPolicyFile(flags.issuer, io)
  const request = await toRequest(action, address, flags, io)
  const decision = await askSts(() => explainPolicies(layers, request))
  if (flags.json) await writeJson(io, decision)
  else await writeResult(io, format(decision, io))
  if (!decision.isAllowed) throw new CliError('ERR_CLI_DENIED', decision.message)
}

async function toRequest(
  action: string,
  address: string | undefined,
  { header, param, clientIp, scheme, principal, ...flags }: Flags,
  io: Io,
): Promise<PolicyRequest> {
  return {
    action,
    resource:
      address === undefined
        ? undefined
        : { ...parseAddress(address), region: await resolveRegion(flags, io) },
    principal,
    clientIp,
    isSecure: scheme === 'https',
    time: Math.floor(io.now() / 1000),
    headers: new Map(header),
    params: new Map(param),
  }
}

function format(decision: PolicyDecision, io: Io): string {
  if (decision.isAllowed) {
    const by = decision.statements
      .map(({ layer, statement, sid }) => placeOf(layer, statement, sid))
      .join(' and ')
    return formatTable(io.stdout, [
      ['Allowed', style(io.stdout, 'green', 'yes')],
      ['By', printable(by)],
    ])
  }
  const { code, layer, statement, lacks } = decision
  const place = statement && placeOf(layer, statement.statement, statement.sid)
  const label = code === 'explicit-deny' ? 'Denied by' : 'Nearest'
  return formatTable(io.stdout, [
    ['Allowed', style(io.stdout, 'red', 'no')],
    ...(place === undefined ? [] : [[label, printable(place)] as const]),
    ...lacks.map(
      ({ part, expected, actual, key, operator }) =>
        [
          `Its ${part}`,
          printable(
            `${[operator, key].filter(Boolean).join(' ')} ${expected.join(', ')}; asked: ${actual ?? 'nothing'}`.trim(),
          ),
        ] as const,
    ),
  ])
}

function placeOf(layer: string, statement: number, sid: string | undefined): string {
  return `statement[${statement}]${sid === undefined ? '' : ` (${sid})`} of the ${layer}`
}
