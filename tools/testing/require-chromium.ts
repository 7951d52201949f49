import { env } from 'node:process'
import { findChromium, howToGetChromium } from './find-chromium.ts'

/**
 * Runs once before all tests. With `CI=true` a missing Chromium stops the run, because tests that quietly skip
 * themselves let a change through that nobody has seen in a browser.
 */
export function setup(): void {
  if (env.CI === 'true' && findChromium() === undefined) {
    throw new Error(`CI=true and no Chromium, so the tests in a browser could not run: ${howToGetChromium()}`)
  }
}
