// What every check needs to know of the workspace, found in the workspace itself: a package added tomorrow is checked
// tomorrow. Kept in one place because a check with a list of its own goes on passing when a package is missing from it.

import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The root of the repository, without a slash at the end. */
export const ROOT = resolve(fileURLToPath(import.meta.url), '../../..')

/** The published packages: `{ folder: 'packages/core', name: 'cos-presign', manifest }`, core first, then by name. */
export function publishedPackages() {
  return readdirSync(join(ROOT, 'packages'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => ({ folder: `packages/${entry.name}`, ...readManifest(`packages/${entry.name}`) }))
    .filter(({ manifest }) => manifest.private !== true)
    .sort(
      (a, b) =>
        Number(b.name === 'cos-presign') - Number(a.name === 'cos-presign') || (a.name < b.name ? -1 : 1),
    )
}

/** Files below a folder (given from the root) whose path passes `accept`, as sorted paths from the root. */
export function filesBelow(folder, accept = () => true) {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
    .filter((path) => !path.includes('node_modules/') && accept(path))
    .sort()
}

/** Files that git tracks or would track, as paths from the root. */
export function projectFiles() {
  const list = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    cwd: ROOT,
  })
  return [...new Set(list.toString().split('\0'))].filter((path) => path !== '').sort()
}

/** The text of a file given from the root. */
export function read(path) {
  return readFileSync(join(ROOT, path), 'utf8')
}

/** The 1-based line of an offset in a text. */
export function lineAt(text, offset) {
  return text.slice(0, offset).split('\n').length
}

/** Prints what a check found and sets the exit status; `good` is the sentence for nothing found. */
export function report(faults, good) {
  for (const fault of faults) console.error(`✗ ${fault}`)
  if (faults.length === 0) console.log(good)
  else process.exitCode = 1
}

function readManifest(folder) {
  const manifest = JSON.parse(read(`${folder}/package.json`))
  return { name: manifest.name, manifest }
}
