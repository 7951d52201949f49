import type { Command } from 'commander'
import { formatAddress, parseObjectAddress, toClientKey } from '../address.ts'
import { askCore, CliError } from '../errors.ts'
import type { Io } from '../io.ts'
import { addSigningOptions, type Pair, type SigningFlags } from '../options.ts'
import { writeJson } from '../output.ts'
import { startProgress, tellTransferred } from '../progress.ts'
import { createSigner } from '../signer.ts'
import { type UploadSource, upload } from '../transfer.ts'

interface PutFlags extends SigningFlags {
  readonly contentType?: string
}

/** The largest object of a single upload (documentation 436/14114). */
const MAX_PUT_BYTES = 5 * 1024 ** 3

/** `cos-presign put` */
export function definePut(command: Command, io: Io): Command {
  command
    .argument('<file>', 'what to upload; - is standard input')
    .argument('<address>', 'cos://BUCKET/KEY; the key is taken literally')
  return addSigningOptions(command)
    .option('--content-type <type>', "type of the object (default: by the file's ending)")
    .action((file: string, address: string, flags: PutFlags) => runPut(file, address, flags, io))
}

async function runPut(file: string, text: string, flags: PutFlags, io: Io): Promise<void> {
  const address = parseObjectAddress(text)
  const { bucket, key } = address
  if (file === '-' && (flags.secretKeyFile === '-' || flags.tokenFile === '-')) {
    throw new CliError(
      'ERR_CLI_USAGE',
      'Standard input cannot be both the upload and a secret; put the secret into a file',
    )
  }
  const headers = withContentType(flags, await contentTypeOf(file === '-' ? key : file))
  const source = await openSource(file, io)
  const { client, settings } = await createSigner(flags, io)
  const presigned = askCore(() =>
    client.presign({
      Method: 'PUT',
      Bucket: bucket,
      Key: toClientKey(key),
      Expired: flags.expires,
      Headers: headers,
      Params: flags.param,
    }),
  )
  const startedAt = io.elapsed()
  const progress = await startProgress(io, key, source.bytes)
  const done = await io
    .interruptible((signal) =>
      upload(io, presigned, source, {
        what: `upload to ${formatAddress(address)}`,
        signal,
        credential: settings.credential,
        onProgress: progress.add,
      }),
    )
    .finally(() => progress.stop())
  await tellTransferred(io, `Uploaded ${formatAddress(address)}`, done.bytes, startedAt)
  if (flags.json) {
    const { etag, 'x-cos-hash-crc64ecma': crc64, 'x-cos-request-id': requestId } = done.headers
    await writeJson(io, {
      bucket,
      key,
      bytes: done.bytes,
      md5: done.md5,
      etag,
      crc64,
      requestId,
      headers: presigned.headers,
    })
  }
}

async function openSource(file: string, io: Io): Promise<UploadSource> {
  if (file === '-') return { chunks: io.stdin, bytes: undefined }
  const facts = await io.files.facts(file)
  if (facts === undefined)
    throw new CliError('ERR_CLI_FILE', `Cannot read ${file}: it does not exist; check the path`)
  if (facts.kind === 'directory') throw new CliError('ERR_CLI_FILE', `${file} is a directory; name one file`)
  if (facts.kind === 'other') return { chunks: io.files.read(file), bytes: undefined }
  if (facts.size > MAX_PUT_BYTES) {
    throw new CliError('ERR_CLI_FILE', `${file} is larger than 5 GB, which is the most that one upload takes`)
  }
  // Up to the size it has now: bytes added meanwhile would not fit the announced length.
  return { chunks: io.files.read(file, 0, facts.size), bytes: facts.size }
}

function withContentType({ header, contentType }: PutFlags, guessed: string | undefined): readonly Pair[] {
  const given = header.find(([name]) => name.toLowerCase() === 'content-type')
  if (given && contentType !== undefined) {
    throw new CliError(
      'ERR_CLI_USAGE',
      'Content-Type is given twice, with --content-type and with -H; leave one out',
    )
  }
  const type = contentType ?? guessed
  return given || type === undefined ? header : [...header, ['Content-Type', type]]
}

async function contentTypeOf(name: string): Promise<string | undefined> {
  const { default: mime } = await import('mime/lite')
  return mime.getType(name) ?? undefined
}
