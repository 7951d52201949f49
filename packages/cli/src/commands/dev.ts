import { networkInterfaces } from 'node:os'
import type { Command } from 'commander'
import { startPlayground } from '../dev/playground.ts'
import { CliError, codeOf } from '../errors.ts'
import { style } from '../io/sink.ts'
import type { Io } from '../io.ts'
import { parseInteger } from '../options.ts'
import { tell, warn, writeResult } from '../output.ts'
import { untilAborted } from '../until-aborted.ts'

interface DevFlags {
  readonly port: number
  readonly cosPort: number
  readonly lan?: boolean
  readonly data?: string
  readonly qr: boolean
}

/** `cos-presign dev` */
export function defineDev(command: Command, io: Io): Command {
  const port = (option: string) => parseInteger(option, 0, 65_535)
  return command
    .option('-p, --port <port>', 'port of the service and the page; 0 is any free one', port('--port'), 8787)
    .option('--cos-port <port>', 'port of the emulator', port('--cos-port'), 9000)
    .option('--lan', 'let in the phones of this network: listen on its address instead of this machine alone')
    .option('--data <directory>', 'keep what is uploaded here (default: in memory, gone at the end)')
    .option('--no-qr', 'no QR code')
    .action((flags: DevFlags) => runDev(flags, io))
}

async function runDev(flags: DevFlags, io: Io): Promise<void> {
  const host = flags.lan ? addressInNetwork() : '127.0.0.1'
  const playground = await startPlayground({ ...flags, host, now: () => io.now() }).catch(refuse)
  try {
    await tell(
      io,
      `${style(io.stderr, 'green', 'Development COS')}  ${playground.cosUrl}  checks every signature`,
    )
    await tell(io, `${style(io.stderr, 'green', 'Signing service')}  ${playground.serviceUrl}/docs`)
    await tell(io, `${style(io.stderr, 'green', 'Upload page')}      ${playground.serviceUrl}/`)
    if (flags.lan) await warn(io, 'everybody in this network can upload to it')
    if (flags.qr) {
      const { renderUnicodeCompact } = await import('uqr')
      await tell(io, `\n${renderUnicodeCompact(`${playground.serviceUrl}/`)}\n`)
      if (!flags.lan) await tell(io, 'For a phone in this network: --lan')
    }
    await tell(io, 'Ctrl-C stops it.')
    await writeResult(io, `${playground.serviceUrl}/`)
    await io.interruptible(untilAborted)
  } finally {
    await playground.close()
  }
  await tell(io, 'Stopped.')
}

/** The first address that other machines may reach. */
function addressInNetwork(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? [])
  const found = addresses.find(({ family, internal }) => family === 'IPv4' && !internal)
  if (found !== undefined) return found.address
  throw new CliError('ERR_CLI_USAGE', 'This machine has no address in a network; leave --lan out')
}

function refuse(error: unknown): never {
  if (codeOf(error) !== 'EADDRINUSE') throw error
  const { port } = error as { port?: number }
  throw new CliError('ERR_CLI_USAGE', `Port ${port} is taken; choose others with --port and --cos-port`)
}
