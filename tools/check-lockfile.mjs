// Protects `npm ci` on machines that are not ours. A package with a binary for each platform (Biome, esbuild, lmdb, …) lists
// them all as optional, and npm leaves out of package-lock.json whichever the registry could not give it that minute: a
// mirror that lags behind, or an install on top of an old node_modules. npm 10 shrugs, npm 11 then refuses the whole
// `npm ci` with a page of "Missing: … from lock file"; and a colleague on a Mac gets no linter. Every optional dependency
// that our own tools cannot do without must be in the file. What to do: another version of that tool, or
// `rm -rf node_modules package-lock.json && npm install` with a registry that has all of it.

import { read, report } from './lib/workspace.mjs'

/** Missing without harm: npm accepts it, and the package that lists it works without, only slower. */
const DISPENSABLE = new Set(['msgpackr-extract'])

const { packages } = JSON.parse(read('package-lock.json'))
const faults = []
let count = 0

for (const [path, entry] of Object.entries(packages)) {
  if (path === '' || entry.link) continue
  for (const name of Object.keys(entry.optionalDependencies ?? {})) {
    count++
    if (DISPENSABLE.has(path.split('node_modules/').at(-1)) || isLocked(path, name)) continue
    faults.push(`package-lock.json: ${path} may need ${name}, which has no entry`)
  }
  if (entry.resolved?.startsWith('http') && !entry.resolved.startsWith('https://registry.npmjs.org/')) {
    faults.push(
      `package-lock.json: ${path} comes from ${new URL(entry.resolved).host}, which others may not reach`,
    )
  }
}

report(
  faults,
  `package-lock.json is whole: ${Object.keys(packages).length} packages, ${count} optional ones for all platforms.`,
)

/** Whether a dependency of the package at `path` has an entry where Node would find it. */
function isLocked(path, name) {
  const parts = path.split('/node_modules/')
  for (let depth = parts.length; depth > 0; depth--) {
    if (packages[`${parts.slice(0, depth).join('/node_modules/')}/node_modules/${name}`]) return true
  }
  return packages[`node_modules/${name}`] !== undefined
}
