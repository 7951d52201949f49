import type { Command } from 'commander'
import { parseAuthorization } from 'cos-presign'
import { parseAddress, toClientKey } from '../address.ts'
import { askCore } from '../errors.ts'
import type { Io } from '../io.ts'
import { addMethodOption, addSigningOptions, type MethodFlags } from '../options.ts'
import { tell, writeJson, writeResult } from '../output.ts'
import { createSigner, warnOfEarlyEnd } from '../signer.ts'

/** `cos-presign auth` */
export function defineAuth(command: Command, io: Io): Command {
  addMethodOption(command.argument('<address>', 'cos://BUCKET/KEY; the key is taken literally'))
  return addSigningOptions(command).action((address: string, flags: MethodFlags) =>
    runAuth(address, flags, io),
  )
}

async function runAuth(text: string, flags: MethodFlags, io: Io): Promise<void> {
  const { bucket, key } = parseAddress(text)
  const signer = await createSigner(flags, io)
  const { client, settings } = signer
  const target = { Bucket: bucket, Key: toClientKey(key) }
  const { authorization, headers } = askCore(() =>
    client.authorize({
      ...target,
      Method: flags.request,
      Expired: flags.expires,
      Headers: flags.header,
      Params: flags.param,
    }),
  )
  await warnOfEarlyEnd(signer, flags, io)
  const { startsAt, expiresAt } = parseAuthorization(authorization).signTime
  if (flags.json) {
    const effectiveExpiresAt = Math.min(expiresAt, settings.credential.expiresAt ?? expiresAt)
    const url = askCore(() => client.getObjectUrl(target))
    const method = flags.request
    return await writeJson(io, {
      method,
      url,
      authorization,
      headers,
      startsAt,
      expiresAt,
      effectiveExpiresAt,
      bucket,
      key,
    })
  }
  if (settings.credential.securityToken !== undefined) {
    await tell(
      io,
      'The request must also carry the token of the temporary key; --json shows all headers to send',
    )
  }
  await writeResult(io, authorization)
}
