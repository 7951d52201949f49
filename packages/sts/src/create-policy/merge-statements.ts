import type { PolicyDocumentConditions, PolicyDocumentStatement } from './policy-document.ts'

/** One action on one resource under conditions: the smallest right. */
export interface Right {
  readonly action: string
  readonly resource: string
  readonly conditions: PolicyDocumentConditions
}

/**
 * Puts rights together to few statements that allow just these. A statement is a cross product of its actions and resources, so
 * actions are joined only for the same resource, and resources only for the same actions, always under the same conditions.
 */
export function mergeRights(rights: readonly Right[]): PolicyDocumentStatement[] {
  const byResource = groupBy(rights, ({ resource, conditions }) => JSON.stringify([resource, conditions]))
  const statements = byResource.map((group) => ({
    actions: [...new Set(group.map(({ action }) => action))],
    resource: group[0]?.resource as string,
    conditions: group[0]?.conditions as PolicyDocumentConditions,
  }))
  return groupBy(statements, ({ actions, conditions }) => JSON.stringify([actions, conditions])).map(
    (group) => {
      const [{ actions, conditions }] = group as [(typeof statements)[number]]
      return {
        effect: 'allow',
        action: actions.map((action) => `name/cos:${action}`),
        resource: group.map(({ resource }) => resource),
        ...(Object.keys(conditions).length === 0 ? {} : { condition: conditions }),
      }
    },
  )
}

function groupBy<T>(values: readonly T[], keyOf: (value: T) => string): T[][] {
  const groups = new Map<string, T[]>()
  for (const value of values) {
    const key = keyOf(value)
    const group = groups.get(key)
    if (group) group.push(value)
    else groups.set(key, [value])
  }
  return [...groups.values()]
}
