import type { XmlElements } from './xml-document.ts'

/**
 * The account that a bucket belongs to. The real one has a UIN, which nothing in a request tells: here it is the APPID, the
 * digits behind the last hyphen of the bucket's name [guess].
 *
 * @returns Such as `qcs::cam::uin/1250000000:uin/1250000000`.
 */
export function ownerOf(bucket: string): string {
  return toPrincipal(appIdOf(bucket))
}

/** The digits behind the last hyphen of a bucket's name. */
function appIdOf(bucket: string): string {
  return bucket.slice(bucket.lastIndexOf('-') + 1)
}

/** The name that policies and access control lists have for an account. */
export function toPrincipal(uin: string): string {
  return `qcs::cam::uin/${uin}:uin/${uin}`
}

/** The element `Owner` of an object in a listing, which has the APPID. */
export function toListOwner(bucket: string): XmlElements {
  const id = appIdOf(bucket)
  return { ID: id, DisplayName: id }
}

/** The element `Owner`. */
export function toOwner(bucket: string): XmlElements {
  const id = ownerOf(bucket)
  return { ID: id, DisplayName: id }
}
