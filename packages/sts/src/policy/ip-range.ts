import type { Matcher } from './glob.ts'

/** Characters of the longest address, `ffff:…:255.255.255.255` with six groups. */
const LONGEST = 45

/** Bits before an IPv4 address in its IPv6 form, `::ffff:a.b.c.d`. */
const IPV4_OFFSET = 96

/**
 * An address or a range in CIDR notation, IPv4 or IPv6. An IPv4 address and the same one mapped into IPv6 are equal.
 *
 * @returns `undefined` when the text is neither.
 */
export function toIpMatcher(text: string): Matcher | undefined {
  const match = /^([\d.]+|[\da-f:.]+)(?:\/(\d{1,3}))?$/i.exec(text)
  const network = match?.[1] === undefined ? undefined : parseIp(match[1])
  if (!match || !network) return undefined
  const offset = match[1]?.includes(':') ? 0 : IPV4_OFFSET
  const bits = match[2] === undefined ? 128 : offset + Number(match[2])
  if (bits > 128) return undefined
  return function isInRange(address) {
    // A link-local address comes with the name of its interface.
    const asked = parseIp(address.replace(/%.*$/s, ''))
    return asked !== undefined && haveSameStart(asked, network, bits)
  }
}

/** The eight groups of an IPv6 address, of an IPv4 address in its mapped form; `undefined` for anything else. */
function parseIp(text: string): number[] | undefined {
  if (text.length > LONGEST) return undefined
  if (!text.includes(':')) {
    const groups = parseIpv4(text)
    return groups && [0, 0, 0, 0, 0, 0xffff, ...groups]
  }
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const [start, end] = halves.map(parseGroups)
  if (!start || (halves.length === 2 && !end)) return undefined
  if (!end) return start.length === 8 ? start : undefined
  const missing = 8 - start.length - end.length
  return missing < 1 ? undefined : [...start, ...new Array<number>(missing).fill(0), ...end]
}

function parseGroups(text: string): number[] | undefined {
  if (text === '') return []
  const groups: number[] = []
  const parts = text.split(':')
  for (const [index, part] of parts.entries()) {
    const isLast = index === parts.length - 1
    const found = isLast && part.includes('.') ? parseIpv4(part) : parseGroup(part)
    if (!found) return undefined
    groups.push(...found)
  }
  return groups
}

function parseGroup(text: string): number[] | undefined {
  return /^[\da-f]{1,4}$/i.test(text) ? [Number.parseInt(text, 16)] : undefined
}

/** An IPv4 address as two groups. */
function parseIpv4(text: string): [number, number] | undefined {
  const bytes = text.split('.').map((part) => (/^(?:0|[1-9]\d{0,2})$/.test(part) ? Number(part) : 256))
  if (bytes.length !== 4 || bytes.some((byte) => byte > 255)) return undefined
  const [a, b, c, d] = bytes as [number, number, number, number]
  return [a * 256 + b, c * 256 + d]
}

function haveSameStart(one: readonly number[], other: readonly number[], bits: number): boolean {
  for (let group = 0; group * 16 < bits; group++) {
    const different = (one[group] as number) ^ (other[group] as number)
    if (different >> Math.max(0, 16 - (bits - group * 16)) !== 0) return false
  }
  return true
}
