import { CliError } from './errors.ts'

/** Reads a moment: Unix seconds, or a date as in ISO 8601 or an HTTP header. */
export function parseMoment(text: string, name: string): number {
  const seconds = /^\d{1,11}$/.test(text) ? Number(text) : Math.floor(Date.parse(text) / 1000)
  if (Number.isFinite(seconds) && seconds >= 0) return seconds
  throw new CliError(
    'ERR_CLI_OPTION_INVALID',
    `${name} must be a time in Unix seconds or like 2026-01-01T00:00:00Z`,
  )
}
