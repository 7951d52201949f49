import { accessSync, constants } from 'node:fs'
import { env } from 'node:process'

/** Where a Chromium is looked for when `CHROMIUM_PATH` names none: Debian's and Ubuntu's package, then Chrome's. */
const USUAL_PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** The path of the Chromium that tests use, or `undefined` when there is none. `CHROMIUM_PATH`, when set, is the only place looked at. */
export function findChromium(): string | undefined {
  const named = env.CHROMIUM_PATH
  return (named ? [named] : USUAL_PLACES).find(isExecutable)
}

/** One sentence for whoever lacks a Chromium. */
export function howToGetChromium(): string {
  const named = env.CHROMIUM_PATH
  if (named) return `CHROMIUM_PATH names ${named}, which is not an executable file`
  return 'install it (Debian: apt-get install chromium) or set CHROMIUM_PATH'
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
