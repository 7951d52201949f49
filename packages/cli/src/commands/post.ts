import type { Command } from 'commander'
import { getPresignedPost, type PresignedPost } from 'cos-presign'
import { parseAddress } from '../address.ts'
import { addConstraintOptions, type ConstraintFlags, toConstraints } from '../constraint-options.ts'
import { askCore, CliError } from '../errors.ts'
import type { Io } from '../io.ts'
import { addSigningOptions, type Pair, parseParam, repeated, type SigningFlags } from '../options.ts'
import { quoteForShell, warn, writeJson, writeResult } from '../output.ts'
import { createSigner, warnOfEarlyEnd } from '../signer.ts'

interface Flags extends SigningFlags, ConstraintFlags {
  readonly field: readonly Pair[]
  readonly curl?: true
  readonly html?: true
  readonly file: string
}

/** `cos-presign post` */
export function definePost(command: Command, io: Io): Command {
  addConstraintOptions(
    command.argument(
      '<address>',
      'cos://BUCKET/KEY, or a prefix that ends with a slash: cos://BUCKET/FOLDER/',
    ),
  ).addOption(
    repeated('-F, --field <field>', 'another field of the form, name=value; may be repeated', parseParam),
  )
  return addSigningOptions(command)
    .option('--curl', 'print a ready curl command instead')
    .option('--html', 'print a form for a page instead')
    .option('--file <file>', 'the file that the curl command uploads', 'FILE')
    .action((address: string, flags: Flags) => runPost(address, flags, io))
}

async function runPost(text: string, flags: Flags, io: Io): Promise<void> {
  const { bucket, key } = parseAddress(text)
  if (key === '') {
    throw new CliError(
      'ERR_CLI_ADDRESS_INVALID',
      'The address names a whole bucket; add a key, or a folder and a slash',
    )
  }
  if (flags.header.length + flags.param.length > 0) {
    throw new CliError(
      'ERR_CLI_USAGE',
      'A form has no headers and no parameters to sign; give its fields with --field',
    )
  }
  const signer = await createSigner(flags, io)
  const constraints = { ...toConstraints(flags), ...(key.endsWith('/') ? { keyPrefix: key } : { key }) }
  const form = askCore(() =>
    getPresignedPost(
      signer.client,
      { Bucket: bucket, Expired: flags.expires, Fields: flags.field },
      constraints,
    ),
  )
  await warnOfEarlyEnd(signer, flags, io)
  for (const { constraint, reason } of form.notEnforced) {
    await warn(io, `${constraint} is not enforced. ${reason}`)
  }
  if (flags.curl) return await writeResult(io, formatPostCurl(form, flags))
  if (flags.html) return await writeResult(io, formatPostHtml(form))
  return await writeJson(io, form)
}

/** A `curl` command that sends the form. */
function formatPostCurl({ url, fields, openFields }: PresignedPost, { file, contentType }: Flags): string {
  const words = ['curl']
  // --form-string takes a value as it is; --form would read @ and ; in it.
  for (const [name, value] of Object.entries(fields)) words.push('--form-string', `${name}=${value}`)
  for (const name of openFields) words.push('--form-string', `${name}=${exampleType(contentType)}`)
  words.push('--form', `file=@"${file.replace(/["\\]/g, '\\$&')}"`, url)
  return words.map(quoteForShell).join(' ')
}

/** A form for a page; where the sender chooses the content type, it is the one that the browser sees in the file. */
function formatPostHtml({ url, fields, openFields }: PresignedPost): string {
  const hidden = Object.entries(fields).map(
    ([name, value]) => `  <input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`,
  )
  const isOpen = openFields.length > 0
  const open = openFields.map((name) => `  <input type="hidden" name="${escapeHtml(name)}">`)
  const onChange = isOpen ? ` onchange="this.form['Content-Type'].value = this.files[0]?.type ?? ''"` : ''
  return [
    `<form action="${escapeHtml(url)}" method="post" enctype="multipart/form-data">`,
    ...hidden,
    ...open,
    `  <input type="file" name="file" required${onChange}>`,
    '  <button>Upload</button>',
    '</form>',
  ].join('\n')
}

function exampleType(family = ''): string {
  return family.replace('*', family.startsWith('image/') ? 'jpeg' : 'TYPE')
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
}
