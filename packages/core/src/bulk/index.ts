export type { BadKey, BadKeyReason } from './bad-key.ts'
export { type BulkSigner, createBulkSigner } from './bulk-signer.ts'
export { type BulkStreamOptions, createBulkStream } from './bulk-stream.ts'
export type { BulkOptions, BulkOutput, BulkParams, CsvInput } from './options.ts'
