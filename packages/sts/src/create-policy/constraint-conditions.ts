import type { ConstraintName, UploadConstraints } from 'cos-presign'
import type { PolicyDocumentConditions } from './policy-document.ts'

type Condition = readonly [operator: string, key: string, value: string | number | readonly string[]]

/** Actions whose requests say what the object will be. */
const SAY_PROPERTIES: ReadonlySet<string> = new Set([
  'PutObject',
  'PostObject',
  'InitiateMultipartUpload',
  'AppendObject',
])

/** Actions that may put an object where one is. */
const MAY_REPLACE: ReadonlySet<string> = new Set([
  'PutObject',
  'PostObject',
  'InitiateMultipartUpload',
  'CompleteMultipartUpload',
])

/** The conditions (documentation 436/71306) on one action that constraints ask for. */
export function conditionsOf(action: string, constraints: UploadConstraints): PolicyDocumentConditions {
  const conditions = [
    ...ipConditions(constraints),
    ...(SAY_PROPERTIES.has(action) ? propertyConditions(constraints) : []),
    ...(MAY_REPLACE.has(action) ? overwriteConditions(constraints) : []),
    ...(action === 'PutObject' ? sizeConditions(constraints) : []),
  ]
  const document: Record<string, Record<string, Condition[2]>> = {}
  for (const [operator, key, value] of conditions)
    document[operator] = { ...document[operator], [key]: value }
  return document
}

function ipConditions({ clientIps }: UploadConstraints): Condition[] {
  return clientIps === undefined ? [] : [['ip_equal', 'qcs:ip', clientIps]]
}

function propertyConditions({ contentType, storageClass, acl }: UploadConstraints): Condition[] {
  const conditions: Condition[] = []
  if (contentType !== undefined) {
    const operator = contentType.endsWith('/*') ? 'string_like' : 'string_equal'
    conditions.push([operator, 'cos:content-type', contentType])
  }
  // Where a header says the default, a request without it says the same.
  if (storageClass !== undefined) {
    conditions.push([equalOrDefault(storageClass === 'STANDARD'), 'cos:x-cos-storage-class', storageClass])
  }
  if (acl !== undefined) conditions.push([equalOrDefault(acl === 'default'), 'cos:x-cos-acl', acl])
  return conditions
}

function equalOrDefault(isDefault: boolean): string {
  return isDefault ? 'string_equal_if_exist' : 'string_equal'
}

function overwriteConditions({ forbidOverwrite }: UploadConstraints): Condition[] {
  return forbidOverwrite ? [['string_equal', 'cos:x-cos-forbid-overwrite', 'true']] : []
}

function sizeConditions({ sizeBytes, minSizeBytes, maxSizeBytes }: UploadConstraints): Condition[] {
  const conditions: Condition[] = []
  const key = 'cos:content-length'
  if (sizeBytes !== undefined) conditions.push(['numeric_equal', key, sizeBytes])
  if (minSizeBytes !== undefined) conditions.push(['numeric_greater_than_equal', key, minSizeBytes])
  if (maxSizeBytes !== undefined) conditions.push(['numeric_less_than_equal', key, maxSizeBytes])
  return conditions
}

/** Whether constraints limit the size. */
export function hasSize({ sizeBytes, minSizeBytes, maxSizeBytes }: UploadConstraints): boolean {
  return sizeBytes !== undefined || minSizeBytes !== undefined || maxSizeBytes !== undefined
}

/** Why a key with these actions cannot enforce a constraint, for each that it cannot. */
export function openWith(actions: ReadonlySet<string>): Partial<Record<ConstraintName, string>> {
  const size = actions.has('UploadPart') ? PARTS_PASS : actions.has('AppendObject') ? APPENDS_PASS : undefined
  const overwrite = actions.has('DeleteObject')
    ? DELETES_FIRST
    : actions.has('AppendObject')
      ? APPENDS
      : undefined
  return {
    ...(size && { sizeBytes: size, minSizeBytes: size, maxSizeBytes: size }),
    ...(overwrite && { forbidOverwrite: overwrite }),
    contentMd5: 'Policies have no condition on the content: use a presigned PUT, which signs Content-MD5',
    speedLimitBitsPerSecond:
      'Policies have no condition on the speed: use a presigned PUT or a POST form, which sign x-cos-traffic-limit',
  }
}

const PARTS_PASS =
  'An upload in parts passes: COS checks the length of each part, not of the object. Grant "upload" alone, or check the size afterwards'
const APPENDS_PASS = 'Appending passes: each request is short, the object grows'
const DELETES_FIRST = 'The key may delete the object first: do not grant "delete" with it'
const APPENDS = 'Appending changes an object that is there'
