/** What a key may do, in words. Each stands for the actions that clients need for it (documentation 436/31923, 436/30580). */
export type PolicyOperation =
  /** PUT Object and POST Object, in one request. */
  | 'upload'
  /** An upload in parts that can be resumed, as `sliceUploadFile` of the vendor's SDKs does; small files in one PUT. */
  | 'resumable-upload'
  /** APPEND Object. */
  | 'append'
  /** GET and HEAD Object. */
  | 'download'
  /** HEAD Object alone. */
  | 'head'
  /** GET Bucket: the keys that begin with the prefix. */
  | 'list'
  /** DELETE Object and DELETE Multiple Objects. */
  | 'delete'

/** The actions of each operation, without `name/cos:`. */
export const ACTIONS: Readonly<Record<PolicyOperation, readonly string[]>> = {
  upload: ['PutObject', 'PostObject'],
  'resumable-upload': [
    'PutObject',
    'InitiateMultipartUpload',
    'ListMultipartUploads',
    'ListParts',
    'UploadPart',
    'CompleteMultipartUpload',
    'AbortMultipartUpload',
  ],
  append: ['AppendObject'],
  download: ['GetObject', 'HeadObject'],
  head: ['HeadObject'],
  list: ['GetBucket'],
  // Of many objects too, under this name (documentation 436/30580).
  delete: ['DeleteObject'],
}

/** Their names. */
export const OPERATIONS = Object.keys(ACTIONS) as readonly PolicyOperation[]

/** Operations that write an object. */
export const WRITING: ReadonlySet<PolicyOperation> = new Set(['upload', 'resumable-upload', 'append'])
