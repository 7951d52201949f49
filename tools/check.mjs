// Protects `main`: `npm run check` is everything short of the tests that must hold before a change goes in, in one command,
// the same here and in CI. Without it, each check is run by whoever remembers it, and the first failure hides the ones
// behind it; so this goes on to the end, shows the output of what failed, and closes with one line for each check.
// One of them alone: `npm run check -- imports`.

import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { ROOT } from './lib/workspace.mjs'

const BIN = join(ROOT, 'node_modules/.bin')

/** Name, what it is, program and arguments. The build comes before what reads `dist`. */
const CHECKS = [
  [
    'biome',
    'format, lint, walls between packages',
    bin('biome', 'ci', '--error-on-warnings', '--max-diagnostics=50'),
  ],
  ['types', 'build of all packages', ['npm', 'run', '--silent', 'build']],
  ['test-types', 'types of tests and tools', bin('tsc', '-p', 'tsconfig.test.json')],
  ['knip', 'code and dependencies nobody reaches', bin('knip', '--no-progress', '--no-config-hints')],
  ['imports', 'imports point at core', tool('check-imports')],
  ['wasm', 'the embedded module is what its source says', [...tool('build-wasm'), '--check']],
  ['exports', 'the public surface', tool('check-exports')],
  ['errors', 'docs/errors.md and the tables of codes', tool('check-errors')],
  ['diagnoses', 'docs/why-was-i-refused.md and the table of causes', tool('check-diagnoses')],
  ['packages', 'packed tarballs, publint, attw', tool('check-packages')],
  ['size', 'what an import costs in a browser', bin('size-limit')],
  ['words', 'no leftovers', tool('check-words')],
  ['lockfile', 'package-lock.json is whole', tool('check-lockfile')],
]

// Longer than any of them takes on two busy cores; a check that hangs must not hang the whole.
const TIMEOUT_MS = 180_000

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !CHECKS.some(([known]) => known === name))
if (unknown.length > 0) {
  console.error(`No check ${unknown.join(', ')}; there are: ${CHECKS.map(([name]) => name).join(', ')}`)
  process.exit(2)
}

const results = []
for (const [name, what, command] of CHECKS) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  const startedAt = performance.now()
  const { ok, output } = await run(command)
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  if (!ok)
    console.log(
      `\n── ${name}: ${what} ${'─'.repeat(Math.max(0, 60 - name.length - what.length))}\n${output.trim()}\n`,
    )
  results.push({ name, what, ok, seconds, lastLine: output.trim().split('\n').at(-1) ?? '' })
}

console.log()
for (const { name, what, ok, seconds, lastLine } of results) {
  const said = ok && lastLine.endsWith('.') && lastLine.length < 120 ? lastLine : what
  console.log(`${ok ? '✓' : '✗'} ${name.padEnd(10)} ${seconds.padStart(5)} s  ${said}`)
}
const failed = results.filter(({ ok }) => !ok)
console.log(
  failed.length === 0
    ? `\nAll ${results.length} checks hold.`
    : `\n${failed.length} of ${results.length} checks failed.`,
)
process.exitCode = failed.length === 0 ? 0 : 1

function bin(name, ...args) {
  return [join(BIN, name), ...args]
}

function tool(name) {
  return [process.execPath, join(ROOT, `tools/${name}.mjs`)]
}

/** Runs a program to its end: whether it succeeded, and all it said. */
function run([program, ...args]) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], timeout: TIMEOUT_MS })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8')
      stream.on('data', (text) => {
        output += text
      })
    }
    child.on('error', (error) => resolve({ ok: false, output: `${output}\n${error.message}` }))
    child.on('close', (status, signal) => {
      const end = signal === null ? '' : `\nended by ${signal} after ${TIMEOUT_MS / 1000} s`
      resolve({ ok: status === 0, output: output + end })
    })
  })
}
