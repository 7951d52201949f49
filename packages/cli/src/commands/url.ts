import type { Command } from 'commander'
import { redact } from 'cos-presign'
import { parseAddress, toClientKey } from '../address.ts'
import { formatCurl } from '../curl.ts'
import { askCore } from '../errors.ts'
import { style } from '../io/sink.ts'
import type { Io } from '../io.ts'
import { addMethodOption, addSigningOptions, type MethodFlags } from '../options.ts'
import { printable, tell, writeJson, writeResult } from '../output.ts'
import { createSigner, warnOfEarlyEnd } from '../signer.ts'

interface UrlFlags extends MethodFlags {
  readonly curl?: boolean
  readonly file?: string
}

/** `cos-presign url` */
export function defineUrl(command: Command, io: Io): Command {
  addMethodOption(command.argument('<address>', 'cos://BUCKET/KEY; the key is taken literally'))
  return addSigningOptions(command)
    .option('--curl', 'print a ready curl command instead')
    .option('--file <file>', 'the file that the curl command uploads (default: FILE)')
    .action((address: string, flags: UrlFlags) => runUrl(address, flags, io))
}

async function runUrl(text: string, flags: UrlFlags, io: Io): Promise<void> {
  const { bucket, key } = parseAddress(text)
  const signer = await createSigner(flags, io)
  const presigned = askCore(() =>
    signer.client.presign({
      Method: flags.request,
      Bucket: bucket,
      Key: toClientKey(key),
      Expired: flags.expires,
      Headers: flags.header,
      Params: flags.param,
    }),
  )
  await warnOfEarlyEnd(signer, flags, io)
  if (flags.json) {
    const curl = flags.curl ? { curl: formatCurl(presigned, uploadedFile(flags, key)) } : {}
    return await writeJson(io, { ...presigned, bucket, key, ...curl })
  }
  if (flags.curl) return await writeResult(io, formatCurl(presigned, uploadedFile(flags, key)))
  for (const [name, value] of Object.entries(presigned.headers)) {
    await tell(
      io,
      style(io.stderr, 'dim', `The request must carry ${printable(redact(`${name}: ${value}`))}`),
    )
  }
  await writeResult(io, presigned.url)
}

function uploadedFile({ file, request }: UrlFlags, key: string): string | undefined {
  // A request on a bucket has no body worth a placeholder, and neither has a POST that nobody named a file for.
  return file ?? (request === 'PUT' && key !== '' ? 'FILE' : undefined)
}
