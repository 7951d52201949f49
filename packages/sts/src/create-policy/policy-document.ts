/** A policy of version 2.0, as it is sent. */
export interface PolicyDocument {
  readonly version: '2.0'
  readonly statement: readonly PolicyDocumentStatement[]
}

/** One statement of it. */
export interface PolicyDocumentStatement {
  readonly effect: 'allow' | 'deny'
  readonly action: readonly string[]
  readonly resource: readonly string[]
  readonly condition?: PolicyDocumentConditions | undefined
}

/** Operator to condition key to value. */
export type PolicyDocumentConditions = Readonly<
  Record<string, Readonly<Record<string, string | number | readonly string[]>>>
>
