import { compileActions, toAction } from './action.ts'
import { type PolicySource, toCompiledPolicy } from './explain-policy.ts'
import type { CompiledStatement } from './policy.ts'

/** A right that a key for presigned URLs should not have. */
export interface PresigningKeyFinding {
  /** `action`: more than uploads and downloads. `resource`: everything, in every bucket. */
  readonly code: 'action' | 'resource'
  /** The place of the statement, from 0. */
  readonly statement: number
  /** For `action`: the actions beyond, `name/cos:…`. */
  readonly actions: readonly string[]
  /** One sentence for a person. */
  readonly message: string
}

/** What presigned uploads and downloads take. */
const ENOUGH: ReadonlySet<string> = new Set(
  [
    'PutObject',
    'PutObjectCopy',
    'PostObject',
    'AppendObject',
    'InitiateMultipartUpload',
    'ListMultipartUploads',
    'ListParts',
    'UploadPart',
    'UploadPartCopy',
    'CompleteMultipartUpload',
    'AbortMultipartUpload',
    'GetObject',
    'HeadObject',
    'OptionsObject',
  ].map(toAction),
)

/** What else a pattern may mean (documentation 436/30580). */
const BEYOND: readonly string[] = [
  'GetService',
  'HeadBucket',
  ...[
    '',
    'ACL',
    'CORS',
    'Policy',
    'Lifecycle',
    'Tagging',
    'Website',
    'Referer',
    'Replication',
    'Versioning',
  ].flatMap((what) => [`GetBucket${what}`, `PutBucket${what}`]),
  ...['', 'CORS', 'Policy', 'Lifecycle', 'Tagging', 'Website', 'Replication'].map(
    (what) => `DeleteBucket${what}`,
  ),
  'GetBucketObjectVersions',
  'GetBucketLocation',
  'DeleteObject',
  'DeleteMultipleObjects',
  'PutObjectACL',
  'GetObjectACL',
  'PutObjectTagging',
  'GetObjectTagging',
  'DeleteObjectTagging',
  'PostObjectRestore',
].map(toAction)

/**
 * Checks the policy of a permanent key that presigned URLs are made with against the vendor's advice: it should be good for uploads
 * and downloads alone, in buckets that are named. Whoever finds a way to have something else signed can then do nothing with it.
 *
 * @returns What goes beyond; empty when nothing does. Actions that a statement denies everywhere do not count.
 * @throws {StsError} `ERR_POLICY_INVALID`: the document is no policy.
 * @see https://cloud.tencent.com/document/product/436/35153
 */
export function checkPresigningKey(policy: PolicySource): PresigningKeyFinding[] {
  const { statements } = toCompiledPolicy(policy)
  const isDenied = (action: string): boolean =>
    statements.some(
      ({ effect, resources, conditions, hasAction }) =>
        effect === 'deny' && conditions.length === 0 && resources.includes('*') && hasAction(action),
    )
  return statements
    .filter(({ effect }) => effect === 'allow')
    .flatMap((statement) => [...actionFinding(statement, isDenied), ...resourceFinding(statement)])
}

function actionFinding(
  { index, actions }: CompiledStatement,
  isDenied: (action: string) => boolean,
): PresigningKeyFinding[] {
  const beyond = [...new Set(actions.flatMap(meaningsOf))].filter(
    (action) => !ENOUGH.has(action) && !isDenied(action),
  )
  if (beyond.length === 0) return []
  const names = beyond.map((action) => `name/${action}`)
  const [first, ...more] = names
  const others = more.length === 0 ? '' : ` and ${more.length} more`
  return [
    {
      code: 'action',
      statement: index,
      actions: names,
      message: `statement[${index}] allows ${first}${others}, which presigned uploads and downloads do not need.`,
    },
  ]
}

/** The actions that a pattern stands for, as far as they are known. */
function meaningsOf(pattern: string): string[] {
  if (!pattern.includes('*')) return [toAction(pattern)]
  const matches = compileActions([pattern])
  return BEYOND.filter(matches)
}

function resourceFinding({ index, resources }: CompiledStatement): PresigningKeyFinding[] {
  const wide = resources.find((resource) => /^(?:qcs:(?:[^:]*:){4})?\*/.test(resource))
  if (wide === undefined) return []
  const message = `statement[${index}] is for ${wide}, which is every bucket; name the one that is meant.`
  return [{ code: 'resource', statement: index, actions: [], message }]
}
