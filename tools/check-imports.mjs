// Protects the direction of imports, and core's promise to run anywhere. Without it, one convenient `Buffer`, `URL` or
// `node:crypto` in core passes every test on Node and breaks in a mini program or on an edge function, at a user's; and one
// import in the wrong direction makes packages that cannot be published or installed alone. The compiler's `lib` sees most
// uses of a host's globals, but believes any `declare` and never looks behind `globalThis`; so this reads the sources, and
// allows what the language has instead of forbidding what hosts are known to have today.

import { isBuiltin } from 'node:module'
import { posix } from 'node:path'
import { parse } from 'acorn'
import { full as visitEveryNode } from 'acorn-walk'
import { transformSync } from 'esbuild'
import { filesBelow, lineAt, publishedPackages, read, report } from './lib/workspace.mjs'

/** Which of our packages a package may import, because imports point at core. One that is not here may import core. */
const ALLOWED = {
  'cos-presign': [],
  '@cos-presign/sts': ['cos-presign'],
  '@cos-presign/emulator': ['cos-presign', '@cos-presign/sts'],
  '@cos-presign/service': ['cos-presign', '@cos-presign/sts'],
  '@cos-presign/console': ['cos-presign', '@cos-presign/service'],
  '@cos-presign/cli': [
    'cos-presign',
    '@cos-presign/sts',
    '@cos-presign/emulator',
    '@cos-presign/service',
    '@cos-presign/console',
  ],
}

// ECMAScript 2022, clause 19 (the global object), without `eval`, `Function` (a page's content security policy refuses
// both), `globalThis` (a way around this list), and what needs shared memory or a garbage collector's cooperation.
const LANGUAGE_GLOBALS = new Set(
  `Infinity NaN undefined isFinite isNaN parseFloat parseInt decodeURI decodeURIComponent encodeURI encodeURIComponent
  AggregateError Array ArrayBuffer BigInt BigInt64Array BigUint64Array Boolean DataView Date Error EvalError
  Float32Array Float64Array Int8Array Int16Array Int32Array Map Number Object Promise Proxy RangeError ReferenceError
  RegExp Set String Symbol SyntaxError TypeError Uint8Array Uint8ClampedArray Uint16Array Uint32Array URIError WeakMap
  WeakSet JSON Math Reflect`.split(/\s+/),
)

// The one part of core that may use what only some hosts have, because nothing else needs what it does; and exactly this. The rest
// must not import it, or a page that signs one URL loads WebAssembly for a million.
const BULK = 'packages/core/src/bulk/'
const BULK_GLOBALS = new Set(
  'WebAssembly TransformStream CompressionStream DecompressionStream TextDecoder TextEncoder atob'.split(' '),
)

const ANYWHERE =
  'because core must run in a bare ECMAScript 2022 engine (mini programs, edge functions, a page on plain http)'

// Statements and calls, read in the source: types too, which the compiler erases before anything else could see them.
const SPECIFIER =
  /^\s*(?:import|export)\s(?:[^'";]*?\bfrom\s*)?(['"])([^'"\n]+)\1|\b(?:import|require)\(\s*(['"])([^'"\n]+)\3/gm

const packages = publishedPackages()
const ours = new Set(packages.map(({ name }) => name))
const faults = []

for (const { folder, name, manifest } of packages) {
  for (const path of filesBelow(`${folder}/src`, (file) => /\.m?ts$/.test(file))) {
    const text = read(path)
    const code = withoutComments(text)
    for (const match of code.matchAll(SPECIFIER)) {
      const fault = judgeImport(match[2] ?? match[4], { folder, name, manifest, path })
      if (fault) faults.push(`${path}:${lineAt(code, match.index)}: ${fault}`)
    }
    if (name === 'cos-presign') faults.push(...judgeCoreFile(path, text, code))
  }
}
const core = JSON.parse(read('packages/core/tsconfig.json'))
if (core.compilerOptions.lib?.join() !== 'ES2022' || (core.compilerOptions.types ?? []).length > 0) {
  faults.push(`packages/core/tsconfig.json: "lib" must be ["ES2022"] and "types" empty, ${ANYWHERE}`)
}
const bulk = JSON.parse(read('packages/core/tsconfig.bulk.json'))
if (core.exclude?.join() !== 'src/bulk' || bulk.include?.join() !== 'src/bulk') {
  faults.push(
    'packages/core/tsconfig.bulk.json must include src/bulk and nothing else, and tsconfig.json exclude it, because its "lib" has a host',
  )
}

report(
  faults,
  `Imports of ${packages.length} packages point at core; core uses the language alone, and bulk ${BULK_GLOBALS.size} names of hosts.`,
)

/** What is wrong with one import, or nothing. */
function judgeImport(specifier, { folder, name, manifest, path }) {
  if (specifier.startsWith('.')) {
    const target = posix.join(posix.dirname(path), specifier)
    if (target.startsWith(BULK) && !path.startsWith(BULK))
      return `imports ${specifier}; only cos-presign/bulk may, because WebAssembly must not be loaded by whoever signs one URL`
    if (target.startsWith(`${folder}/src/`) || target === `${folder}/package.json`) return undefined
    return `imports ${specifier}, outside its package's src, because of which the package would not work once installed alone`
  }
  if (name === 'cos-presign') return `imports ${specifier}; core imports nothing, ${ANYWHERE}`
  if (isBuiltin(specifier)) {
    return specifier.startsWith('node:')
      ? undefined
      : `imports ${specifier} without node:, which a package of that name could shadow`
  }
  const imported = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
  if (ours.has(imported) && !(ALLOWED[name] ?? ['cos-presign']).includes(imported)) {
    return `imports ${imported}, because of which imports would no longer point at core (allowed: ${(ALLOWED[name] ?? ['cos-presign']).join(', ')})`
  }
  if (manifest.dependencies?.[imported] || manifest.peerDependencies?.[imported]) return undefined
  return `imports ${imported}, which ${folder}/package.json does not list, because of which it would be missing once installed alone`
}

function judgeCoreFile(path, text, code) {
  const found = []
  for (const match of code.matchAll(
    /^\s*(?:export\s+)?declare\s|^\s*\/\/\/\s*<reference|@ts-(?:ignore|expect-error|nocheck)/gm,
  )) {
    found.push(
      `${path}:${lineAt(code, match.index)}: ${match[0].trim()} hides a host's global from the compiler; not in core, ${ANYWHERE}`,
    )
  }
  for (const name of freeNames(text)) {
    if (path.startsWith(BULK) && BULK_GLOBALS.has(name)) continue
    const line = lineAt(code, code.search(new RegExp(`(?<![\\w$.])${name.replaceAll('$', '\\$')}(?![\\w$])`)))
    found.push(
      `${path}:${line}: uses ${name}, which is not among LANGUAGE_GLOBALS of tools/check-imports.mjs; core does without, ${ANYWHERE}`,
    )
  }
  return found
}

/** Names a file uses and does not declare, beyond the language's own. Scopes are not told apart: a name declared anywhere in the file counts as declared. */
function freeNames(text) {
  const { code } = transformSync(text, { loader: 'ts', target: 'es2022' })
  const declared = new Set(['arguments'])
  const used = new Set()
  visitEveryNode(parse(code, { ecmaVersion: 2022, sourceType: 'module' }), (node) => {
    for (const name of declarationsIn(node)) declared.add(name)
    if (node.type === 'Identifier') used.add(node.name)
  })
  return [...used].filter((name) => !declared.has(name) && !LANGUAGE_GLOBALS.has(name))
}

function declarationsIn(node) {
  switch (node.type) {
    case 'VariableDeclarator':
      return namesOf(node.id)
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
      return [...(node.id ? [node.id.name] : []), ...node.params.flatMap(namesOf)]
    case 'ClassDeclaration':
    case 'ClassExpression':
      return node.id ? [node.id.name] : []
    case 'CatchClause':
      return node.param ? namesOf(node.param) : []
    case 'ImportSpecifier':
    case 'ImportDefaultSpecifier':
    case 'ImportNamespaceSpecifier':
      return [node.local.name]
    default:
      return []
  }
}

/** The names a binding pattern binds. */
function namesOf(pattern) {
  switch (pattern?.type) {
    case 'Identifier':
      return [pattern.name]
    case 'ObjectPattern':
      return pattern.properties.flatMap((property) => namesOf(property.value ?? property.argument))
    case 'ArrayPattern':
      return pattern.elements.flatMap(namesOf)
    case 'AssignmentPattern':
      return namesOf(pattern.left)
    case 'RestElement':
      return namesOf(pattern.argument)
    default:
      return []
  }
}

/** The text with comments blanked out, lines kept (an example in a doc comment imports what it likes); directives for the compiler stay. */
function withoutComments(text) {
  return text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/(?!\/|\s*@ts-).*$/gm, (comment) =>
    comment.replace(/[^\n]/g, ' '),
  )
}
