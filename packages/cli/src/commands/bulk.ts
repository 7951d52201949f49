import { availableParallelism } from 'node:os'
import { type Command, Option } from 'commander'
import type { BulkOptions } from 'cos-presign/bulk'
import { formatAddress, parseAddress } from '../address.ts'
import {
  type BlockOutput,
  createFileOutput,
  createLineOutput,
  startGzipOutput,
} from '../bulk/block-output.ts'
import { type BulkJob, separatorOf } from '../bulk/job.ts'
import { type InputFile, runBulk } from '../bulk/run-bulk.ts'
import { type BulkCounts, createTally } from '../bulk/tally.ts'
import { startThreads } from '../bulk/threads.ts'
import { askCore, CliError, toExpiry } from '../errors.ts'
import type { FileWriter } from '../io/file-writer.ts'
import type { PlainFile } from '../io/plain-file.ts'
import type { Io } from '../io.ts'
import { addMethodOption, addSigningOptions, type MethodFlags, parseInteger } from '../options.ts'
import { formatCount, printable, tell } from '../output.ts'
import { NO_PROGRESS, type Progress, startProgress } from '../progress.ts'
import { createSigner, type Signer, toClientOptions, warnOfEarlyEnd } from '../signer.ts'
import { unlessAborted } from '../until-aborted.ts'

interface BulkFlags extends MethodFlags {
  readonly output?: string
  readonly format: 'urls' | 'tsv' | 'jsonl'
  readonly prefix?: string
  readonly null?: boolean
  readonly inventory?: string
  readonly column?: string
  readonly rawKeys?: boolean
  readonly skipErrors?: string
  readonly gzip?: boolean
  readonly jobs?: number
}

/** `cos-presign bulk` */
export function defineBulk(command: Command, io: Io): Command {
  addMethodOption(
    command
      .argument('<bucket>', 'cos://BUCKET')
      .argument('[files...]', 'files of keys, one a line, plain or gzip; none, or -, is standard input'),
  )
  return addSigningOptions(command)
    .option('-o, --output <file>', 'where to write (default: standard output)')
    .addOption(
      new Option('--format <format>', 'urls; tsv: key, tab, URL; jsonl: an object with key and url')
        .choices(['urls', 'tsv', 'jsonl'])
        .default('urls'),
    )
    .option('--prefix <text>', 'put before each key')
    .option('-0, --null', 'keys are ended by NUL instead of line ends')
    .option('--inventory <manifest>', 'the files are CSV; their columns are named in this manifest.json')
    .option(
      '--column <column>',
      'the files are CSV; number of the column with the keys, from 1, or its name in the manifest',
    )
    .option('--raw-keys', 'the keys of the CSV are not percent-encoded')
    .option('--skip-errors <file>', 'leave out keys that cannot be signed, and list them there')
    .option('--gzip', 'compress the output')
    .addOption(
      new Option('-j, --jobs <number>', 'threads (default: one for each core)').argParser(
        parseInteger('--jobs', 1, 256),
      ),
    )
    .action((bucket: string, files: string[], flags: BulkFlags) => runBulkCommand(bucket, files, flags, io))
}

async function runBulkCommand(
  address: string,
  files: readonly string[],
  flags: BulkFlags,
  io: Io,
): Promise<void> {
  const { bucket, key } = parseAddress(address)
  if (key !== '') {
    throw new CliError(
      'ERR_CLI_ADDRESS_INVALID',
      `${formatAddress({ bucket, key })} names an object; give cos://${bucket}, and --prefix for what all keys begin with`,
    )
  }
  const isStdinRead = files.length === 0 || files.includes('-')
  if (isStdinRead && (flags.secretKeyFile === '-' || flags.tokenFile === '-')) {
    throw new CliError(
      'ERR_CLI_USAGE',
      'Standard input cannot be both the keys and a secret; put the secret into a file',
    )
  }
  await assertOwnFiles(flags, files, io)
  const signer = await createSigner(flags, io)
  await warnOfEarlyEnd(signer, flags, io)
  const job = await toJob(signer, bucket, flags, io)
  const startedAt = io.elapsed()
  const counts = await io.interruptible((signal) =>
    signFiles(io, job, files.length === 0 ? ['-'] : files, flags, signal),
  )
  await tellCounts(io, counts, flags, io.elapsed() - startedAt)
}

/**
 * What takes the place of a file when all is well must be nothing else that the run reads or writes. What is added to a file must not
 * be read from it, which would never end.
 */
async function assertOwnFiles(flags: BulkFlags, files: readonly string[], io: Io): Promise<void> {
  const { output = '-', skipErrors, inventory } = flags
  const used: { name: string; realPath: string; isTaken: boolean; identity?: string | undefined }[] = []
  const read = async (name: string, path: string): Promise<void> => {
    const facts = await io.files.facts(path)
    const isTaken = facts?.kind === 'file'
    used.push({ name, realPath: await io.files.realPath(path), isTaken, identity: facts?.identity })
  }
  for (const file of files.length === 0 ? ['-'] : files)
    await read('an input', file === '-' ? '/dev/stdin' : file)
  if (inventory !== undefined) await read('the manifest', inventory)
  if (skipErrors === '-')
    throw new CliError('ERR_CLI_USAGE', '--skip-errors needs a file; for standard error give /dev/stderr')
  const targets = [
    ['--output', 'the output', output === '-' ? '/dev/stdout' : output],
    ['--skip-errors', 'the list', skipErrors],
  ] as const
  for (const [option, name, path] of targets) {
    if (path === undefined) continue
    const realPath = await io.files.realPath(path)
    const isReplaced = await io.files.isReplaced(path)
    // By any of its names what is read is added to; to replace one leaves the others.
    const identity = isReplaced ? undefined : (await io.files.facts(path))?.identity
    const taken = used.find(
      (other) =>
        (other.realPath === realPath && (isReplaced || other.isTaken)) ||
        (identity !== undefined && other.isTaken && other.identity === identity),
    )
    if (taken !== undefined)
      throw new CliError('ERR_CLI_USAGE', `${option} needs a file of its own: ${path} is ${taken.name}`)
    used.push({ name, realPath, isTaken: isReplaced })
  }
}

async function toJob({ settings }: Signer, bucket: string, flags: BulkFlags, io: Io): Promise<BulkJob> {
  return {
    client: toClientOptions(settings),
    params: {
      Bucket: bucket,
      Method: flags.request,
      Expired: flags.expires,
      Headers: flags.header,
      Params: flags.param,
    },
    options: { input: await inputOf(flags, io), output: flags.format, prefix: flags.prefix },
    gzip: flags.gzip === true,
  }
}

async function inputOf(flags: BulkFlags, io: Io): Promise<BulkOptions['input']> {
  const { inventory, column, rawKeys } = flags
  if (inventory === undefined && column === undefined) {
    if (rawKeys) throw new CliError('ERR_CLI_USAGE', '--raw-keys is for CSV; give --inventory or --column')
    return flags.null ? 'nul' : 'lines'
  }
  if (flags.null) throw new CliError('ERR_CLI_USAGE', '--null and CSV exclude each other')
  const schema = inventory === undefined ? undefined : await readSchema(inventory, io)
  const number = /^\d{1,4}$/.test(column ?? '') ? Number(column) : column
  if (schema === undefined && typeof number === 'string')
    throw new CliError(
      'ERR_CLI_OPTION_INVALID',
      '--column must be a number unless --inventory names the columns',
    )
  return { schema, column: number, isEncoded: rawKeys !== true }
}

/** An inventory's manifest lists up to thousands of files. */
const MAX_MANIFEST_BYTES = 64 * 1024 * 1024

/** The names of the columns (documentation 436/30622). */
async function readSchema(path: string, io: Io): Promise<string> {
  const text = await io.files.readText(path, MAX_MANIFEST_BYTES)
  try {
    const { fileSchema } = JSON.parse(text) as { fileSchema?: unknown }
    if (typeof fileSchema === 'string') return fileSchema
  } catch {
    // Said below.
  }
  throw new CliError('ERR_CLI_INPUT_INVALID', `${path} is no manifest of an inventory: it has no fileSchema`)
}

/** Signs into the output, which becomes a file only when all is well. */
async function signFiles(
  io: Io,
  job: BulkJob,
  files: readonly string[],
  flags: BulkFlags,
  signal: AbortSignal,
): Promise<BulkCounts> {
  const inputs = await Promise.all(files.map((file) => toInput(io, file)))
  const inputBytes = sizeOf(inputs)
  const count = flags.jobs ?? availableParallelism()
  const threads = await askCoreFor(startThreads(job, { count, inputBytes, now: () => io.now() }))
  const writers: FileWriter[] = []
  const open = async (path: string): Promise<FileWriter> => {
    // A named pipe opens when somebody reads from it.
    const isPipe = !(await io.files.isReplaced(path))
    const opening = io.files.createWriter(path)
    const writer = await (isPipe ? unlessAborted(opening, signal) : opening)
    writers.push(writer)
    return writer
  }
  let keys = 0
  const rateOf = (seconds: number): string => formatRate(keys / seconds)
  let progress: Progress = NO_PROGRESS
  try {
    const file = flags.output === undefined || flags.output === '-' ? undefined : await open(flags.output)
    const output = await startOutput(job, file ?? io.stdout, file?.plainFile)
    const skipped = flags.skipErrors === undefined ? undefined : await open(flags.skipErrors)
    // Lines of the result, or of the list, and a bar would overwrite each other.
    if (!(file ?? io.stdout).isTerminal && skipped?.isTerminal !== true)
      progress = await startProgress(io, labelOf(files), inputBytes, rateOf)
    const tally = createTally({
      hasManyFiles: files.length > 1,
      onSigned(signed) {
        keys = signed
      },
      writeSkipped: skipped && ((lines) => skipped.write(Buffer.from(lines))),
    })
    await runBulk(io, {
      files: inputs,
      ends: { separator: separatorOf(job), hasQuotes: typeof job.options.input === 'object' },
      threads,
      output,
      tally,
      progress,
      signal,
    })
    // The list first: no output is there without what was left out of it.
    await skipped?.commit()
    await file?.commit()
    return tally.counts
  } catch (error) {
    throw toExpiry(error) ?? error
  } finally {
    progress.stop()
    await threads.close()
    for (const writer of writers) await writer.discard()
  }
}

function startOutput(
  { gzip }: BulkJob,
  sink: Pick<FileWriter, 'write'>,
  plainFile: PlainFile | undefined,
): BlockOutput | Promise<BlockOutput> {
  const write = (bytes: Uint8Array): Promise<void> => sink.write(bytes)
  if (gzip) return startGzipOutput(write)
  return plainFile === undefined ? createLineOutput(write) : createFileOutput(plainFile)
}

/** Refusals of core as the command's own, also when they come later. */
async function askCoreFor<T>(work: Promise<T>): Promise<T> {
  let failure: unknown
  const result = await work.catch((error: unknown) => {
    failure = error
    return undefined
  })
  return askCore(() => {
    if (failure !== undefined) throw failure
    return result as T
  })
}

/** What a bar says is being read. */
function labelOf([first = '-', ...others]: readonly string[]): string {
  if (others.length > 0) return `${others.length + 1} files`
  return first === '-' ? 'standard input' : first
}

async function toInput(io: Io, path: string): Promise<InputFile> {
  const facts = path === '-' ? undefined : await io.files.facts(path)
  return { path, size: facts?.kind === 'file' ? facts.size : undefined }
}

/** Of all files together; `undefined` where one has none that is known. */
function sizeOf(inputs: readonly InputFile[]): number | undefined {
  if (inputs.some(({ size }) => size === undefined)) return undefined
  return inputs.reduce((sum, { size = 0 }) => sum + size, 0)
}

async function tellCounts(
  io: Io,
  { signed, skipped }: BulkCounts,
  flags: BulkFlags,
  milliseconds: number,
): Promise<void> {
  const seconds = Math.max(milliseconds, 1) / 1000
  const left = skipped === 0 ? '' : `; ${formatCount(skipped)} left out, see ${flags.skipErrors}`
  await tell(
    io,
    printable(
      `Signed ${formatCount(signed)} keys in ${seconds.toFixed(2)} s (${formatRate(signed / seconds)})${left}`,
    ),
  )
}

function formatRate(keys: number): string {
  return `${formatCount(keys)} keys/s`
}
