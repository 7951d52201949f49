import type { Command } from 'commander'
import { formatAddress, parseObjectAddress, toClientKey } from '../address.ts'
import { askCore, CliError } from '../errors.ts'
import type { FileWriter } from '../io/file-writer.ts'
import type { Io } from '../io.ts'
import { addSigningOptions, type Pair, type SigningFlags } from '../options.ts'
import { writeJson } from '../output.ts'
import { type Progress, startProgress, tellTransferred } from '../progress.ts'
import { createSigner } from '../signer.ts'
import { type DownloadOptions, download, type Transferred } from '../transfer.ts'

/** `cos-presign get` */
export function defineGet(command: Command, io: Io): Command {
  command
    .argument('<address>', 'cos://BUCKET/KEY; the key is taken literally')
    .argument('<file>', 'where to write it; - is standard output')
  return addSigningOptions(command).action((address: string, file: string, flags: SigningFlags) =>
    runGet(address, file, flags, io),
  )
}

async function runGet(text: string, file: string, flags: SigningFlags, io: Io): Promise<void> {
  const address = parseObjectAddress(text)
  const { bucket, key } = address
  if (file === '-' && flags.json) {
    throw new CliError(
      'ERR_CLI_USAGE',
      'With - the object itself goes to standard output, so --json has no place; name a file',
    )
  }
  const { client, settings } = await createSigner(flags, io)
  const presigned = askCore(() =>
    client.presign({
      Method: 'GET',
      Bucket: bucket,
      Key: toClientKey(key),
      Expired: flags.expires,
      Headers: flags.header,
      Params: flags.param,
    }),
  )
  const startedAt = io.elapsed()
  const done = await io.interruptible((signal) =>
    withProgress(io, key, (observers) => {
      const options = {
        what: `download of ${formatAddress(address)}`,
        signal,
        credential: settings.credential,
        isWhole: isWhole(flags.param),
        ...observers,
      }
      return file === '-'
        ? download(io, presigned, io.stdout, options)
        : toFile(file, io, (writer) => download(io, presigned, writer, options))
    }),
  )
  await tellTransferred(io, `Downloaded ${formatAddress(address)}`, done.bytes, startedAt)
  if (flags.json) {
    const {
      etag,
      'content-type': contentType,
      'x-cos-hash-crc64ecma': crc64,
      'x-cos-request-id': requestId,
    } = done.headers
    await writeJson(io, {
      bucket,
      key,
      file,
      bytes: done.bytes,
      md5: done.md5,
      etag,
      contentType,
      crc64,
      requestId,
    })
  }
}

/** The file has its name only when it is whole; whatever happens before, nothing is left. */
async function toFile(
  path: string,
  io: Io,
  fill: (writer: FileWriter) => Promise<Transferred>,
): Promise<Transferred> {
  const writer = await io.files.createWriter(path)
  try {
    const done = await fill(writer)
    await writer.commit()
    return done
  } finally {
    await writer.discard()
  }
}

async function withProgress(
  io: Io,
  label: string,
  work: (observers: Pick<DownloadOptions, 'onStart' | 'onProgress'>) => Promise<Transferred>,
): Promise<Transferred> {
  let progress: Progress | undefined
  try {
    return await work({
      async onStart(bytes) {
        progress = await startProgress(io, label, bytes)
      },
      onProgress: (bytes) => progress?.add(bytes),
    })
  } finally {
    progress?.stop()
  }
}

/** Whether the answer is the object as stored: data processing in the query gives something else under the same ETag. */
function isWhole(params: readonly Pair[]): boolean {
  return params.every(([name]) => /^(?:response-.*|versionid|x-cos-.*)$/i.test(name))
}
