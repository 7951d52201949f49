/** Sections of an INI file by name, each with its values by lower-case name. Lines that are none are left out. */
export function parseIni(text: string): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const sections = new Map<string, Map<string, string>>()
  let section = new Map<string, string>()
  for (const line of text.split(/\r?\n/).map((one) => one.trim())) {
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue
    const equals = line.indexOf('=')
    if (line.startsWith('[') && line.endsWith(']')) {
      const name = line.slice(1, -1).trim()
      section = sections.get(name) ?? new Map()
      sections.set(name, section)
    } else if (equals > 0) {
      section.set(line.slice(0, equals).trim().toLowerCase(), unquote(line.slice(equals + 1).trim()))
    }
  }
  return sections
}

function unquote(value: string): string {
  return /^(["']).*\1$/.test(value) ? value.slice(1, -1) : value
}
