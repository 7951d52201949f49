/** Something that the service needs, and whether it can do without. */
export interface Dependency {
  readonly name: string
  /** Whether nothing works without it. What is not vital is named, and the service stays in use. */
  readonly isVital: boolean
  /** Resolves when it can be reached. */
  readonly check: () => Promise<void>
}

/** The answer of `/readyz`. */
export interface Readiness {
  readonly status: 'ok' | 'degraded' | 'unavailable'
  readonly dependencies: Readonly<Record<string, 'ok' | 'unreachable'>>
}

const CHECK_MS = 1000

/** Asks what the service needs, all at once. */
export async function checkReadiness(dependencies: readonly Dependency[]): Promise<Readiness> {
  const states = await Promise.all(
    dependencies.map(async ({ check }) => ((await isReachable(check)) ? 'ok' : 'unreachable')),
  )
  const isDown = (_: Dependency, at: number) => states[at] === 'unreachable'
  const down = dependencies.filter(isDown)
  return {
    status: down.some(({ isVital }) => isVital) ? 'unavailable' : down.length > 0 ? 'degraded' : 'ok',
    dependencies: Object.fromEntries(dependencies.map(({ name }, at) => [name, states[at] ?? 'ok'])),
  }
}

async function isReachable(check: () => Promise<void>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), CHECK_MS)
  })
  const reachable = await Promise.race([answers(check), late])
  clearTimeout(timer)
  return reachable
}

async function answers(check: () => Promise<void>): Promise<boolean> {
  try {
    await check()
    return true
  } catch {
    return false
  }
}
