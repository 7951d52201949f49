import type { Command } from 'commander'
import type { ObjectAcl, StorageClass, UploadConstraints } from 'cos-presign'
import { CliError } from './errors.ts'
import { repeated } from './options.ts'

/** What may be uploaded, as flags. */
export interface ConstraintFlags {
  readonly contentType?: string
  readonly size?: number
  readonly minSize?: number
  readonly maxSize?: number
  readonly contentMd5?: string
  readonly forbidOverwrite?: true
  readonly storageClass?: string
  readonly acl?: string
  readonly speedLimit?: number
  readonly clientIp: readonly string[]
}

/** Adds the flags of {@link ConstraintFlags}. */
export function addConstraintOptions(command: Command): Command {
  const size = (flag: string) => (text: string) => parseSize(text, flag)
  return command
    .option('--content-type <type>', 'what may be uploaded: image/png, or a family like image/*')
    .option('--size <bytes>', 'its exact size: 5000000, 5MB, 5MiB', size('--size'))
    .option('--min-size <bytes>', 'its smallest size', size('--min-size'))
    .option('--max-size <bytes>', 'its largest size', size('--max-size'))
    .option('--content-md5 <base64>', 'its MD5, as in the header Content-MD5')
    .option('--forbid-overwrite', 'an object that is there must stay as it is')
    .option('--storage-class <class>', 'such as STANDARD_IA')
    .option('--acl <acl>', 'default, private or public-read')
    .option('--speed-limit <bits>', 'bits per second, 819200 to 838860800', size('--speed-limit'))
    .addOption(
      repeated('--client-ip <address>', 'address or network of the sender; may be repeated', (text) => text),
    )
}

/** The flags as constraints; `cos-presign` checks them. */
export function toConstraints(flags: ConstraintFlags): UploadConstraints {
  const { clientIp, forbidOverwrite } = flags
  return {
    contentType: flags.contentType,
    sizeBytes: flags.size,
    minSizeBytes: flags.minSize,
    maxSizeBytes: flags.maxSize,
    contentMd5: flags.contentMd5,
    forbidOverwrite,
    storageClass: flags.storageClass as StorageClass | undefined,
    acl: flags.acl as ObjectAcl | undefined,
    speedLimitBitsPerSecond: flags.speedLimit,
    clientIps: clientIp.length === 0 ? undefined : clientIp,
  }
}

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  K: 1000,
  KB: 1000,
  KIB: 1024,
  M: 1e6,
  MB: 1e6,
  MIB: 1024 ** 2,
  G: 1e9,
  GB: 1e9,
  GIB: 1024 ** 3,
}

/** Reads a number of bytes, with or without a unit. */
function parseSize(text: string, flag: string): number {
  const [, digits = '', unit = ''] = /^(\d{1,12})([a-zA-Z]{0,3})$/.exec(text) ?? []
  const factor = Object.hasOwn(UNITS, unit.toUpperCase()) ? UNITS[unit.toUpperCase()] : undefined
  if (digits === '' || factor === undefined) {
    throw new CliError(
      'ERR_CLI_OPTION_INVALID',
      `${flag} must be a whole number, with or without kB, MB, GB, KiB, MiB or GiB`,
    )
  }
  return Number(digits) * factor
}
