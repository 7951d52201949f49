import type { Command } from 'commander'
import { CliError, codeOf } from '../errors.ts'
import type { Io } from '../io.ts'
import { parseInteger } from '../options.ts'
import { printable, tell, warn } from '../output.ts'
import { untilAborted } from '../until-aborted.ts'

interface ServeFlags {
  readonly config: string
  readonly host?: string
  readonly port?: number
  readonly insecureDev?: boolean
  readonly check?: boolean
}

/** `cos-presign serve` */
export function defineServe(command: Command, io: Io): Command {
  return command
    .requiredOption('-c, --config <file>', 'what to serve: callers, grants and the rest, in YAML')
    .option('--host <address>', 'address to listen on (default: that of the file, or 127.0.0.1)')
    .option(
      '-p, --port <port>',
      'port to listen on; 0 is any free one (default: that of the file, or 8080)',
      parseInteger('--port', 0, 65_535),
    )
    .option('--insecure-dev', 'let anybody in, as one caller; for development')
    .option('--check', 'say whether the file can be served by, and serve nothing')
    .action((flags: ServeFlags) => runServe(flags, io))
}

async function runServe(flags: ServeFlags, io: Io): Promise<void> {
  const { startServer, watchConfig } = await import('@cos-presign/service/node')
  const { config, host, port, insecureDev } = flags
  if (flags.check) return await checkFile(flags, io)
  const onWarning = (message: string): void => void warn(io, printable(message))
  const server = await startServer({
    configPath: config,
    host,
    port,
    insecureDev,
    env: io.env,
    onWarning,
  }).catch((error: unknown) => refuse(error, config))
  const stopWatching = watchConfig(
    config,
    () => void reload(),
    ({ message }) => onWarning(`Changes of ${config} are not seen any more, only SIGHUP is: ${message}`),
  )
  try {
    await tell(io, `Signing service listening on ${server.url}, by ${printable(config)}. Ctrl-C stops it.`)
    await tell(io, `The API for people: ${server.url}/docs`)
    if (server.metricsUrl !== undefined) await tell(io, `For Prometheus: ${server.metricsUrl}`)
    await io.interruptible(untilAborted, { onHangup: () => void reload() })
  } finally {
    stopWatching()
    await tell(io, 'Ending: requests under way are answered first.')
    await server.close()
  }
  await tell(io, 'Stopped.')

  async function reload(): Promise<void> {
    try {
      await server.reload()
      await tell(io, `Read ${printable(config)} again.`)
    } catch (error) {
      await warn(
        io,
        `${printable(config)} was changed, and is not used: ${printable((error as Error).message)}`,
      )
    }
  }
}

async function checkFile({ config, insecureDev }: ServeFlags, io: Io): Promise<void> {
  const { checkConfig } = await import('@cos-presign/service/node')
  await checkConfig({ configPath: config, insecureDev, env: io.env }).catch((error: unknown) =>
    refuse(error, config),
  )
  await tell(io, `${printable(config)} is valid: cos-presign serve can serve by it.`)
}

/** What is wrong with the file or the port, as the command's own error. */
function refuse(error: unknown, config: string): never {
  const code = codeOf(error)
  if (code === 'ERR_SERVICE_CONFIG_INVALID') {
    throw new CliError('ERR_CLI_CONFIG_INVALID', `${config}: ${(error as Error).message}`, { cause: error })
  }
  if (code === 'ENOENT' || code === 'EACCES' || code === 'EISDIR') {
    throw new CliError('ERR_CLI_FILE', `Cannot read ${config}, or listen (${code})`, { cause: error })
  }
  if (code === 'EADDRINUSE' || code === 'EADDRNOTAVAIL') {
    throw new CliError('ERR_CLI_USAGE', `Cannot listen there (${code}); choose another --port or --host`)
  }
  throw error
}
