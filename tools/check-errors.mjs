// Protects docs/errors.md, the page people land on with a code in their hand. Without it, codes are added that the page
// does not know, and rows stay for codes that nothing throws any more; both were found by users, never by us. A table of
// codes is the `const CODES = {` of an `errors.ts` or `…-error.ts`; the page has one row for each, `| `ERR_…` | … |`.

import { filesBelow, lineAt, publishedPackages, read, report } from './lib/workspace.mjs'

const PAGE = 'docs/errors.md'
const CODE = /\bERR_[A-Z0-9]+(?:_[A-Z0-9]+)+\b/g

const faults = []
const thrown = new Map()
const sources = publishedPackages().flatMap(({ folder }) =>
  filesBelow(`${folder}/src`, (path) => path.endsWith('.ts')),
)

for (const path of sources.filter((source) => /(?:\/|-)errors?\.ts$/.test(source))) {
  for (const [code, line] of codesOfTable(read(path))) {
    const other = thrown.get(code)
    if (other) faults.push(`${path}:${line}: ${code} stands in ${other} too; one class, one table, one code`)
    thrown.set(code, `${path}:${line}`)
  }
}
for (const path of sources) {
  const text = read(path)
  for (const match of text.matchAll(/(['"`])(ERR_[A-Z0-9_]*[A-Z0-9])\1/g)) {
    // Node's own codes (`ERR_INVALID_ARG_TYPE`) are compared with, never thrown by us: those lines name `code` and `===`.
    const line = text.split('\n')[lineAt(text, match.index) - 1]
    if (thrown.has(match[2]) || /===|!==|case /.test(line)) continue
    faults.push(`${path}:${lineAt(text, match.index)}: ${match[2]} is in no table of codes`)
  }
}

const rows = rowsOf(readPage())
for (const [code, where] of thrown) {
  if (!rows.has(code)) faults.push(`${PAGE}: no row for ${code} (${where}): what happened, and what to do?`)
}
for (const [code, lines] of rows) {
  if (!thrown.has(code)) faults.push(`${PAGE}:${lines[0]}: ${code} is in no table of codes any more`)
  if (lines.length > 1) faults.push(`${PAGE}:${lines[1]}: a second row for ${code}`)
}

report(faults, `${PAGE} has a row for each of ${thrown.size} error codes, and no other.`)

/** Code and line of every entry of a file's `const CODES = { … }`. */
function codesOfTable(text) {
  const found = new Map()
  const start = text.search(/^(?:export )?const (?:[A-Z_]*_)?CODES\b[^=]*=\s*\{/m)
  if (start === -1) return found
  const end = text.indexOf('\n}', start)
  for (const match of text.slice(start, end).matchAll(/^\s*(ERR_[A-Z0-9_]+)\s*:/gm)) {
    found.set(match[1], lineAt(text, start + match.index + match[0].indexOf('ERR_')))
  }
  return found
}

/** The lines of the rows whose first cell names a code. */
function rowsOf(page) {
  const found = new Map()
  page.split('\n').forEach((line, index) => {
    const cell = /^\|([^|]+)\|/.exec(line)?.[1] ?? ''
    for (const [code] of cell.matchAll(CODE)) found.set(code, [...(found.get(code) ?? []), index + 1])
  })
  return found
}

function readPage() {
  try {
    return read(PAGE)
  } catch (error) {
    faults.push(`${PAGE} cannot be read (${error.code})`)
    return ''
  }
}
