// Protects what users get, which is the packed tarball and not this repository. Without it, `files` forgets the README, a
// declaration file points at nothing, a build from before a rename ships modules that no longer exist, tests travel along.
// Each package is packed into a temporary folder, looked through, and given to publint and to "are the types wrong". Nothing
// is installed, nothing is left behind.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { publishedPackages, ROOT, report } from './lib/workspace.mjs'

const BIN = join(ROOT, 'node_modules/.bin')
const REQUIRED = ['package.json', 'README.md', 'LICENSE', 'dist/index.js', 'dist/index.d.ts', 'src/index.ts']

const faults = []
const packed = []
const scratch = mkdtempSync(join(tmpdir(), 'cos-presign-pack-'))
try {
  for (const { folder, name, manifest } of publishedPackages()) {
    const tarball = pack(folder)
    if (tarball === undefined) continue
    packed.push(`${name} ${Math.ceil(tarball.size / 1000)} kB`)
    faults.push(
      ...judgeFiles(
        tarball.files.map(({ path }) => path),
        manifest,
      ).map((fault) => `${name}: ${fault}`),
    )
    const path = join(scratch, tarball.filename)
    run(name, 'publint', ['run', path, '--strict'])
    run(name, 'attw', [
      path,
      '--profile',
      'esm-only',
      '--no-definitely-typed',
      '--no-emoji',
      '--format',
      'ascii',
    ])
  }
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
report(faults, `Packed and in order: ${packed.join(', ')}.`)

/** The tarball as npm would publish it: `{ filename, size, files }`. */
function pack(folder) {
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', scratch]
  const { status, stdout, stderr } = spawnSync('npm', args, { cwd: join(ROOT, folder), encoding: 'utf8' })
  if (status === 0) return [JSON.parse(stdout)].flat()[0]
  faults.push(`${folder}: npm pack failed\n${stderr}`)
  return undefined
}

function judgeFiles(files, manifest) {
  const have = new Set(files)
  const found = REQUIRED.filter((path) => !have.has(path)).map((path) => `${path} is not in the tarball`)
  for (const path of Object.values(manifest.bin ?? {})) {
    if (!have.has(path.replace(/^\.\//, ''))) found.push(`its command, ${path}, is not in the tarball`)
  }
  for (const path of files) {
    if (/(?:^|\/)tests?\/|\.test\.|\.tsbuildinfo$|(?:^|\/)\.env/.test(path))
      found.push(`${path} is in the tarball, and is of no use there`)
    const built = /^dist\/(.+?)(?:\.d\.ts|\.js)(?:\.map)?$/.exec(path)
    // What tools/bundle-core.mjs writes is made of many of them.
    if (built && !built[1].startsWith('cos-presign') && !have.has(`src/${built[1]}.ts`)) {
      found.push(
        `${path} has no source any more; remove dist and build (npx tsc -b --clean && npm run build)`,
      )
    }
  }
  return found
}

function run(name, tool, args) {
  const { status, stdout, stderr } = spawnSync(join(BIN, tool), args, { cwd: scratch, encoding: 'utf8' })
  if (status !== 0) faults.push(`${name}: ${tool}\n${`${stdout}${stderr}`.trim()}`)
}
