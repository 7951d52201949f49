/** Parameters without a value that choose an operation (documentation 436/7751). */
export const VALUELESS: ReadonlySet<string> = new Set(
  `accelerate acl append bucketlogging cors delete domain encryption intelligenttiering inventory lifecycle location logging
  notification object-lock origin policy publicaccessblock referer replication restore select tagging torrent uploads versioning
  versions website`.split(/\s+/),
)

/** Parameters that make a POST to an object an operation. */
export const OF_POST: ReadonlySet<string> = new Set([
  'uploads',
  'uploadid',
  'append',
  'restore',
  'select',
  'delete',
])

/** Headers that only an upload has. */
export const OF_UPLOAD: RegExp =
  /^(?:content-(?:type|length|md5|encoding|disposition)|cache-control|expires|x-cos-(?:acl|storage-class|meta-.*|forbid-overwrite|grant-.*))$/

/** Parameters that only a download has. */
export const OF_DOWNLOAD: RegExp =
  /^(?:response-(?:content-(?:type|disposition|encoding|language)|cache-control|expires))$/
