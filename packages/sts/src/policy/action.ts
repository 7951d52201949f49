import { type Matcher, toGlob } from './glob.ts'

/**
 * What else an operation is called in policies [guess]: the guide grants copies by the plain name, the list of actions has a name
 * for each.
 */
const SPELLINGS: Readonly<Record<string, readonly string[] | null>> = {
  __proto__: null,
  'cos:PutObjectCopy': ['cos:PutObject'],
  'cos:UploadPartCopy': ['cos:UploadPart', 'cos:PutObject'],
  'cos:DeleteMultipleObjects': ['cos:DeleteObject'],
}

/** An action as `<service>:<API>`: `name/` dropped, `cos:` added where no service is named. */
export function toAction(text: string): string {
  const action = withoutName(text)
  return action.includes(':') ? action : `cos:${action}`
}

/** All names by which a policy may mean the action of a request. */
export function spellingsOf(action: string): readonly string[] {
  return [action, ...(SPELLINGS[action] ?? [])]
}

/** Whether one of a statement's actions means an action; with and without `name/` they are the same (documentation 436/30580). */
export function compileActions(patterns: readonly string[]): Matcher {
  const names = new Set<string>()
  const globs: Matcher[] = []
  for (const pattern of patterns.map(withoutName)) {
    if (pattern.includes('*')) globs.push(toGlob(pattern))
    else names.add(pattern)
  }
  return (action) => names.has(action) || globs.some((matches) => matches(action))
}

function withoutName(action: string): string {
  return action.startsWith('name/') ? action.slice('name/'.length) : action
}
