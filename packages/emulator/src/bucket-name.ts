import { Refusal } from './refusal.ts'

const LABEL = /^[a-z0-9][a-z0-9-]*-\d+$/
// 436/13312: the part before the APPID neither begins nor ends with a hyphen.
const NAME = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?-\d+$/
// The name is the first label of the bucket's host.
const MAX_LENGTH = 63

/** Whether the first label of a host is a bucket's. */
export function isBucketLabel(label: string): boolean {
  return LABEL.test(label)
}

/** Whether a bucket may have this name: `BucketName-APPID`. */
export function isValidBucketName(name: string): boolean {
  return NAME.test(name) && name.length <= MAX_LENGTH
}

/** @throws {Refusal} `InvalidBucketName`, `BucketNameTooLong` */
export function assertBucketName(name: string): void {
  if (isValidBucketName(name)) return
  throw new Refusal(NAME.test(name) ? 'BucketNameTooLong' : 'InvalidBucketName')
}
