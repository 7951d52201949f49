/** A moment for people, in UTC. */
export function formatTime(seconds: number): string {
  const date = new Date(seconds * 1000)
  return Number.isNaN(date.getTime()) ? `at second ${seconds}` : date.toISOString().replace(/\.\d+Z$/, 'Z')
}

const UNITS = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'min'],
] as const

/** A length of time for people, in its two largest units. */
export function formatSpan(seconds: number): string {
  const whole = Math.round(seconds)
  const at = UNITS.findIndex(([length]) => whole >= length)
  if (at < 0) return `${whole} s`
  const [length, unit] = UNITS[at] as (typeof UNITS)[number]
  const [lower, lowerUnit] = UNITS[at + 1] ?? [1, 's']
  const rest = Math.floor((whole % length) / lower)
  return `${Math.floor(whole / length)} ${unit}${rest === 0 ? '' : ` ${rest} ${lowerUnit}`}`
}
