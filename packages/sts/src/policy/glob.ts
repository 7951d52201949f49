/** Whether a text is what a pattern describes. */
export type Matcher = (text: string) => boolean

/**
 * A pattern in which `*` stands for any run of characters, the empty one and `/` included.
 *
 * The parts between the stars are found from left to right, each at its first place: a pattern of stars cannot make the search
 * go back, as a regular expression would.
 */
export function toGlob(pattern: string): Matcher {
  const parts = pattern.split('*')
  if (parts.length === 1) return (text) => text === pattern
  const first = parts.shift() as string
  const last = parts.pop() as string
  const middle = parts.filter((part) => part !== '')
  return function matchesGlob(text) {
    if (text.length < first.length + last.length) return false
    if (!text.startsWith(first) || !text.endsWith(last)) return false
    const end = text.length - last.length
    let at = first.length
    for (const part of middle) {
      const found = text.indexOf(part, at)
      if (found < 0) return false
      at = found + part.length
    }
    return at <= end
  }
}
