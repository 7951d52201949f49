import { CliError } from './errors.ts'

const UNIT_SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const

/**
 * Reads a length of time: a whole number of seconds, or with a unit, `s`, `m`, `h` or `d`.
 *
 * @returns Seconds, 1 or more.
 * @throws {CliError} `ERR_CLI_OPTION_INVALID`
 */
export function parseDuration(text: string, option: string): number {
  const found = /^(\d+)([smhd]?)$/.exec(text)
  const seconds = found ? Number(found[1]) * UNIT_SECONDS[(found[2] || 's') as keyof typeof UNIT_SECONDS] : 0
  if (seconds < 1 || !Number.isSafeInteger(seconds)) {
    throw new CliError(
      'ERR_CLI_OPTION_INVALID',
      `${option} must be a length of time of 1 s or more, like 300, 10m, 2h or 1d`,
    )
  }
  return seconds
}

/** Reads a shift of time: `15m`, or `-1h` for the other way; in seconds. */
export function parseOffset(text: string): number {
  const isBack = text.startsWith('-')
  const seconds = parseDuration(isBack ? text.slice(1) : text, '--clock-offset')
  return isBack ? -seconds : seconds
}

const STEPS = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
] as const

/** A length of time for a person: the two largest units, `2 h 5 min`. */
export function formatDuration(seconds: number): string {
  const first = STEPS.findIndex(([, size]) => seconds >= size)
  if (first < 0) return '0 s'
  let rest = Math.floor(seconds)
  const parts: string[] = []
  for (const [unit, size] of STEPS.slice(first, first + 2)) {
    const count = Math.floor(rest / size)
    rest -= count * size
    if (count > 0) parts.push(`${count} ${unit}`)
  }
  return parts.join(' ')
}
