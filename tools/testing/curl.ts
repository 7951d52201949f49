import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { env } from 'node:process'
import { describe } from 'vitest'

/**
 * As vitest's `describe`, for tests that run curl. Without one they are skipped under a name that says so; with `CI=true` they run
 * and fail instead.
 */
export function describeWithCurl(name: string, suite: () => void): void {
  if (hasCurl() || env.CI === 'true') describe(name, suite)
  else describe.skipIf(true)(`${name} (skipped, no curl: install it)`, suite)
}

function hasCurl(): boolean {
  return (env.PATH ?? '').split(delimiter).some((directory) => {
    try {
      accessSync(join(directory, 'curl'), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
