import { CliError } from './errors.ts'

/** What a `cos://` address names. */
export interface Address {
  /** `BucketName-APPID`. */
  readonly bucket: string
  /** The object's key, literally; empty for the bucket itself. */
  readonly key: string
}

const SCHEME = 'cos://'

/**
 * Reads `cos://BUCKET/KEY`. Everything after the first slash is the key, character for character: `#`, `?`, `%2F`, `..`
 * and spaces are part of it, since this is no URL. Without a key it names the bucket.
 *
 * @throws {CliError} `ERR_CLI_ADDRESS_INVALID`
 */
export function parseAddress(text: string): Address {
  if (!text.startsWith(SCHEME)) {
    throw new CliError(
      'ERR_CLI_ADDRESS_INVALID',
      'An address starts with cos://, like cos://examplebucket-1250000000/photo.jpg',
    )
  }
  const rest = text.slice(SCHEME.length)
  const slash = rest.indexOf('/')
  const bucket = slash < 0 ? rest : rest.slice(0, slash)
  if (!/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?-\d+$/.test(bucket)) {
    throw new CliError(
      'ERR_CLI_ADDRESS_INVALID',
      'A bucket in an address is BucketName-APPID in lower case, like cos://examplebucket-1250000000/photo.jpg',
    )
  }
  return { bucket, key: slash < 0 ? '' : rest.slice(slash + 1) }
}

/** Reads an address that must name an object. */
export function parseObjectAddress(text: string): Address {
  const address = parseAddress(text)
  if (address.key === '') {
    throw new CliError(
      'ERR_CLI_ADDRESS_INVALID',
      `${formatAddress(address)} names a bucket; add the object's key after the slash`,
    )
  }
  return address
}

/** The address as {@link parseAddress} reads it. */
export function formatAddress({ bucket, key }: Address): string {
  return `${SCHEME}${bucket}/${key}`
}

/**
 * The key as `CosClient` takes it. It drops one leading slash and reads `/` as the bucket, so one more in front keeps every
 * key as it is, also one that itself begins with a slash.
 */
export function toClientKey(key: string): string {
  return `/${key}`
}
