import { env } from 'node:process'
import { type Browser, chromium } from 'playwright-core'
import { describe } from 'vitest'
import { findChromium, howToGetChromium } from './find-chromium.ts'

export { findChromium }

// Tests talk to loopback only: what a browser asks its maker for on its own account is switched off.
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/**
 * Starts a headless Chromium; the caller closes it.
 *
 * @param more - Further arguments of its command line.
 *
 * @throws {Error} When there is no Chromium, with what to do about it.
 */
export async function launchChromium(more: readonly string[] = []): Promise<Browser> {
  const executablePath = findChromium()
  if (executablePath === undefined) throw new Error(`No Chromium: ${howToGetChromium()}`)
  return await chromium.launch({ executablePath, args: [...ARGUMENTS, ...more], headless: true })
}

/**
 * As vitest's `describe`, for tests that need a browser. Without one they are skipped under a name that says so; with
 * `CI=true` they run and fail instead, because a skipped browser test looks exactly like a passed one in a summary.
 */
export function describeWithChromium(name: string, suite: () => void): void {
  if (findChromium() !== undefined || env.CI === 'true') describe(name, suite)
  else describe.skipIf(true)(`${name} (skipped, no Chromium: ${howToGetChromium()})`, suite)
}
