import type { CompiledCondition, PolicyCondition } from './condition.ts'
import type { Matcher } from './glob.ts'
import type { ResourceMatcher } from './resource.ts'

/** What a statement does with the requests it matches. */
export type Effect = 'allow' | 'deny'

/** One statement of a policy, in one spelling. */
export interface PolicyStatement {
  /** Its place among the statements, from 0. */
  readonly index: number
  /** The name that some policies give their statements. */
  readonly sid?: string | undefined
  readonly effect: Effect
  /** Whom a bucket policy's statement is for; absent in the policy of a key, which is for its holder. */
  readonly principals?: readonly string[] | undefined
  readonly actions: readonly string[]
  readonly resources: readonly string[]
  /** All of them must hold. */
  readonly conditions: readonly PolicyCondition[]
}

/** A policy that was read and checked, ready to be asked any number of times. Made by `parsePolicy`. */
export interface Policy {
  readonly statements: readonly PolicyStatement[]
}

/** A statement that can be asked. */
export interface CompiledStatement extends PolicyStatement {
  readonly conditions: readonly CompiledCondition[]
  readonly isFor: Matcher
  readonly hasAction: Matcher
  readonly covers: ResourceMatcher
}

/** A policy whose statements can be asked. A class, so that nothing else passes for one. */
export class CompiledPolicy implements Policy {
  readonly statements: readonly CompiledStatement[]

  constructor(statements: readonly CompiledStatement[]) {
    this.statements = statements
  }
}
