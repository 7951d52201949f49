import type { UploadConstraints } from 'cos-presign'
import { assertText, assertType, wrongValue } from '../assert.ts'

/** What a grant says of the keys it is for. */
export interface GrantedKeys {
  readonly key?: string | undefined
  readonly keyPrefix?: string | undefined
  readonly wholeBucket?: boolean | undefined
  readonly constraints?: UploadConstraints | undefined
}

/** Something that a policy allows and its writer may not mean. */
export interface PolicyWarning {
  readonly code: 'no-slash' | 'wildcard' | 'whole-bucket' | 'post-left-out' | 'long'
  /** The place of the grant, from 0; absent where the whole policy is meant. */
  readonly grant?: number | undefined
  /** One or two sentences for a person. */
  readonly message: string
}

/** The keys of a grant as a resource has them after the bucket's name, with what may not be meant. */
export function grantedKeys(
  keys: GrantedKeys,
  name: string,
): {
  readonly pattern: string
  readonly isPrefix: boolean
  readonly warnings: Omit<PolicyWarning, 'grant'>[]
} {
  const { wholeBucket, constraints = {} } = keys
  const key = one(keys.key, constraints.key, `${name}.key`)
  const keyPrefix = one(keys.keyPrefix, constraints.keyPrefix, `${name}.keyPrefix`)
  if (wholeBucket !== undefined) assertType(wholeBucket, `${name}.wholeBucket`, 'boolean')
  if ([key !== undefined, keyPrefix !== undefined, wholeBucket === true].filter(Boolean).length !== 1) {
    throw new TypeError(`"${name}" must have one of "key", "keyPrefix" and "wholeBucket: true"`)
  }
  if (key !== undefined)
    return { pattern: checked(key, `${name}.key`), isPrefix: false, warnings: ofKey(key) }
  if (keyPrefix === undefined) return { pattern: '*', isPrefix: true, warnings: [WHOLE] }
  return {
    pattern: `${checked(keyPrefix, `${name}.keyPrefix`)}*`,
    isPrefix: true,
    warnings: ofPrefix(keyPrefix),
  }
}

function one(own: unknown, inConstraints: string | undefined, name: string): string | undefined {
  if (own !== undefined && inConstraints !== undefined) {
    throw new TypeError(`"${name}" is given twice, in the grant and in its constraints; give one`)
  }
  const text = own ?? inConstraints
  if (text === undefined) return undefined
  assertType(text, name, 'string')
  if (text === '') {
    throw wrongValue(
      name,
      'must not be empty: that is the whole bucket; if it is meant, say "wholeBucket: true"',
    )
  }
  return text
}

function checked(text: string, name: string): string {
  assertText(text, name)
  if (text.startsWith('/')) throw wrongValue(name, 'must not start with a slash: no key of an object does')
  if (text.split('/').some((segment) => segment === '..' || segment === '.')) {
    throw wrongValue(
      name,
      'must not hold "." or ".." between slashes: COS would not take it for another folder',
    )
  }
  return text
}

const WHOLE = {
  code: 'whole-bucket',
  message: 'The key is good for every object of the bucket, those of other users too.',
} as const

function ofKey(key: string): Omit<PolicyWarning, 'grant'>[] {
  return key.includes('*') ? [wildcard(key)] : []
}

function ofPrefix(prefix: string): Omit<PolicyWarning, 'grant'>[] {
  const last = prefix.slice(prefix.lastIndexOf('/') + 1)
  return [
    ...ofKey(prefix),
    ...(last === ''
      ? []
      : [
          {
            code: 'no-slash' as const,
            message: `The prefix "${prefix}" covers "${prefix}/…", and "${prefix}2" as well; end it with a slash if a folder is meant.`,
          },
        ]),
  ]
}

function wildcard(text: string): Omit<PolicyWarning, 'grant'> {
  return {
    code: 'wildcard',
    message: `In a policy the star in "${text}" stands for anything, and there is no way to mean the character.`,
  }
}
