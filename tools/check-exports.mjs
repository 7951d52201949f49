// Protects the public surface: names and signatures of every package, as its users' compilers see them. Without it, a change
// inside becomes a change outside unnoticed: a helper exported by mistake has to be kept for ever, a parameter that became
// required breaks everybody in a patch release. The report in tools/api/ is committed, so each change of it is a diff that a
// reviewer sees. After a change on purpose: `npm run build && node tools/check-exports.mjs --update`, and a changeset.

import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { publishedPackages, ROOT, read, report } from './lib/workspace.mjs'

const UPDATE = process.argv.includes('--update')
const FOLDER = 'tools/api'

const files = new Map()

const faults = []
let names = 0
for (const { folder, name, manifest } of publishedPackages()) {
  for (const [entry, target] of Object.entries(manifest.exports)) {
    if (typeof target.types !== 'string') continue
    const path = `${FOLDER}/${posix.basename(folder)}${entry.slice(1).replaceAll('/', '.')}.api.txt`
    const surface = surfaceOf(posix.join(folder, target.types))
    names += surface.exported.size
    compare(path, render(posix.join(name, entry), surface))
  }
}
report(faults, `The public surface is as reviewed: ${names} exports.`)

function compare(path, now) {
  const before = existsSync(join(ROOT, path)) ? read(path) : ''
  if (before === now) return
  if (UPDATE) {
    mkdirSync(join(ROOT, FOLDER), { recursive: true })
    writeFileSync(join(ROOT, path), now)
    console.log(`Wrote ${path}.`)
    return
  }
  faults.push(
    [
      `${path} is not the surface of the built package; after a change on purpose: node tools/check-exports.mjs --update`,
      ...difference(before.split('\n'), now.split('\n')),
    ].join('\n    '),
  )
}

/** Lines that only one side has, in order. */
function difference(before, now) {
  const kept = new Set(before.filter((line) => now.includes(line)))
  const gone = before.filter((line) => !kept.has(line)).map((line) => `- ${line}`)
  const come = now.filter((line) => !kept.has(line)).map((line) => `+ ${line}`)
  const all = [...gone, ...come]
  return all.length > 40 ? [...all.slice(0, 40), `… and ${all.length - 40} more lines`] : all
}

/**
 * What `index.d.ts` exports, each with its declaration, and the declarations those mention without exporting them: a caller
 * can see such a type but not name it.
 */
function surfaceOf(index) {
  const exported = new Map()
  for (const [name, { path, local }] of exportsOf(index)) exported.set(name, declarationOf(path, local))
  const mentioned = new Map()
  const queue = [...exported.values()]
  const isExported = new Set([...exported.values()].map(({ path, local }) => `${path}#${local}`))
  for (const { path, text } of queue) {
    for (const found of mentionsOf(path, text)) {
      const id = `${found.path}#${found.local}`
      if (isExported.has(id) || mentioned.has(id)) continue
      mentioned.set(id, found)
      queue.push(found)
    }
  }
  return { exported, mentioned }
}

function render(title, { exported, mentioned }) {
  const sections = [`Public surface of ${title}, written by tools/check-exports.mjs. Not for editing.`]
  for (const [name, { local, text }] of [...exported].sort(byName)) {
    sections.push(name === local ? text : `// as ${name}\n${text}`)
  }
  if (mentioned.size > 0) sections.push('---- Mentioned above, not exported ----')
  for (const [, { text }] of [...mentioned].sort(byName)) sections.push(text)
  return `${sections.join('\n\n')}\n`
}

function byName([a], [b]) {
  return a < b ? -1 : 1
}

/** Exported names of a declaration file, followed to where they are declared: name → { path, local }. */
function exportsOf(path) {
  const { declarations, imports, statements } = fileOf(path)
  const found = new Map()
  for (const { name, isExported } of declarations) if (isExported) found.set(name, { path, local: name })
  for (const statement of statements) {
    const match = /^export (?:type )?\{([\s\S]*?)\}(?: from ['"](.+?)['"])?;?$/.exec(statement)
    if (!match) {
      if (/^export \*/.test(statement)) throw new Error(`${path}: "export *" hides what is public; name it`)
      continue
    }
    for (const { local, as } of bindingsOf(match[1])) {
      found.set(
        as,
        match[2] ? follow(resolve(path, match[2]), local) : (imports.get(local) ?? { path, local }),
      )
    }
  }
  return found
}

/** Where a name exported by a file is declared. */
function follow(path, name) {
  if (path === undefined) return { path: 'another package', local: name }
  return exportsOf(path).get(name) ?? { path, local: name }
}

/** The declarations, all overloads of it, of a name. */
function declarationOf(path, local) {
  const texts = fileOf(path)
    .declarations.filter(({ name }) => name === local)
    .map(({ text }) => text)
  if (texts.length === 0) throw new Error(`${path} declares no ${local}`)
  return { path, local, text: texts.join('\n') }
}

/** Declarations that a text mentions by name, from its file or from where the file imports them. */
function mentionsOf(path, text) {
  const { declarations, imports } = fileOf(path)
  const words = new Set(text.match(/[A-Za-z_$][\w$]*/g))
  const own = new Set(declarations.map(({ name }) => name).filter((name) => words.has(name)))
  const found = [...own].map((name) => declarationOf(path, name))
  for (const [local, from] of imports) {
    if (words.has(local) && from.path !== undefined && !own.has(local)) {
      const target = follow(from.path, from.local)
      if (target.path !== 'another package') found.push(declarationOf(target.path, target.local))
    }
  }
  return found
}

/** A declaration file taken apart: tsc writes every statement so that it begins, and only it begins, in the first column. */
function fileOf(path) {
  const known = files.get(path)
  if (known) return known
  const statements = withoutComments(read(path))
    .split(/\n(?=[a-z@])/)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '' && statement !== 'export {};')
  const file = { statements, declarations: [], imports: new Map() }
  files.set(path, file)
  for (const statement of statements) {
    const match =
      /^(export )?(?:declare )?(?:abstract )?(?:function|class|interface|type|const|let|enum)\s+([\w$]+)/.exec(
        statement,
      )
    if (match)
      file.declarations.push({
        name: match[2],
        isExported: match[1] !== undefined,
        text: withoutExport(statement),
      })
    const from = /^import (?:type )?\{([\s\S]*?)\} from ['"](.+?)['"];?$/.exec(statement)
    for (const { local, as } of from ? bindingsOf(from[1]) : []) {
      file.imports.set(as, { path: resolve(path, from[2]), local })
    }
  }
  return file
}

/** `a, type b as c` → [{ local: 'a', as: 'a' }, { local: 'b', as: 'c' }]. */
function bindingsOf(list) {
  return list
    .split(',')
    .map((binding) => binding.trim().replace(/^type /, ''))
    .filter((binding) => binding !== '')
    .map((binding) => binding.split(' as '))
    .map(([local, as = local]) => ({ local, as }))
}

/** The declaration file that a relative specifier means; nothing for another package. */
function resolve(path, specifier) {
  if (!specifier.startsWith('.')) return undefined
  return posix.join(posix.dirname(path), specifier).replace(/\.[jt]s$/, '.d.ts')
}

function withoutExport(statement) {
  return statement.replace(/^export /, '').replace(/^declare /, '')
}

function withoutComments(text) {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/^\s*\/\/.*$/gm, '')
    .replace(/[ \t]+$/gm, '')
    .replace(/\n{2,}/g, '\n')
}
