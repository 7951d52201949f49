// Protects the promise that core runs on every JavaScript runtime. Without it, a runtime we never start is called supported,
// because the language is the same everywhere; and an engine that differs in one regular expression breaks at a user's. It
// installs the newest Node.js, Bun, Deno and workerd (all ship their binary in an npm package) in tools/runtimes, apart from
// what the workspace needs, and runs core's conformance suite with all known answers on each of them, in a browser, in the
// Node.js at hand, and in an engine from which everything but the language is gone. `npm run runtimes`.

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createContext, runInContext } from 'node:vm'
import { build } from 'esbuild'
import { chromium } from 'playwright-core'
import { ROOT } from './lib/workspace.mjs'

const HOME = join(ROOT, 'tools/runtimes')
const SCRATCH = join(ROOT, '.tmp/runtimes')
const TIMEOUT_MS = 60_000
/** Fewer checks than this, and a part of the suite was not run. */
const LEAST_CHECKS = 500

const { platform, arch } = process
const BINARIES = {
  node: [`node-${platform}-${arch}/bin/node`],
  bun: [`@oven/bun-${platform}-${arch}/bin/bun`],
  deno: [`@deno/${platform}-${arch}-glibc/deno`, `@deno/${platform}-${arch}/deno`],
  workerd: [`@cloudflare/workerd-${platform}-${arch === 'x64' ? '64' : arch}/bin/workerd`],
}

/** Name, how its version is asked for, and how it runs the script: each gives text. */
const RUNTIMES = [
  ['Node.js at hand', () => process.version, (path) => output(process.execPath, [path])],
  ['newest Node.js', () => output(find('node'), ['--version']), (path) => output(find('node'), [path])],
  ['Bun', () => output(find('bun'), ['--version']), (path) => output(find('bun'), [path])],
  [
    'Deno',
    () => output(find('deno'), ['--version']),
    (path) => output(find('deno'), ['run', '--no-config', path]),
  ],
  ['workerd', () => output(find('workerd'), ['--version']), inWorkerd],
  ['Chromium', chromiumVersion, inChromium],
  ['bare engine', () => `V8 ${process.versions.v8}`, inBareEngine],
]

install()
rmSync(SCRATCH, { recursive: true, force: true })
mkdirSync(SCRATCH, { recursive: true })
const script = await bundle()
const path = join(SCRATCH, 'conformance.mjs')
writeFileSync(path, `${script}\nconsole.log(globalThis.outcome)\n`)

for (const [name, versionOf, run] of RUNTIMES) {
  try {
    const version = /\d+(?:[.-]\d+)+/.exec(await versionOf())?.[0] ?? 'unknown version'
    const { checks, failures } = JSON.parse(await run(path))
    for (const failure of failures.slice(0, 10)) console.error(`  ${failure}`)
    const ok = failures.length === 0 && checks >= LEAST_CHECKS
    if (!ok) process.exitCode = 1
    console.log(
      `${ok ? '✓' : '✗'} ${name.padEnd(16)} ${version.padEnd(16)} ${checks} checks, ${failures.length} failed`,
    )
  } catch (error) {
    process.exitCode = 1
    console.log(`✗ ${name.padEnd(16)} ${error instanceof Error ? error.message : error}`)
  }
}

/** Their own scripts would download what the packages for this platform have already. */
function install() {
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', HOME]
  const { status } = spawnSync('npm', args, { stdio: ['ignore', 'ignore', 'inherit'] })
  if (status !== 0) throw new Error('npm ci failed in tools/runtimes')
}

/** Library, suite and vectors as one script without imports. */
async function bundle() {
  const { outputFiles } = await build({
    entryPoints: [join(ROOT, 'packages/core/test/conformance-script.ts')],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    charset: 'utf8',
  })
  return outputFiles[0].text
}

function find(runtime) {
  const paths = BINARIES[runtime].map((place) => join(HOME, 'node_modules', place))
  const found = paths.find(isExecutable)
  if (found === undefined) throw new Error(`is not in tools/runtimes for ${platform} ${arch}`)
  return found
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function output(program, args) {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
  })
  if (error) throw error
  if (status !== 0) throw new Error(`ended with ${status}: ${stderr.slice(0, 500)}`)
  return stdout
}

/** workerd serves a worker that answers with the outcome, and says on descriptor 3 on which port. */
async function inWorkerd() {
  writeFileSync(
    join(SCRATCH, 'worker.mjs'),
    `${script}\nexport default { fetch: () => new Response(globalThis.outcome) }\n`,
  )
  writeFileSync(
    join(SCRATCH, 'config.capnp'),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (
    modules = [(name = "worker.mjs", esModule = embed "worker.mjs")],
    compatibilityDate = "2026-01-01",
  ))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
`,
  )
  const child = spawn(find('workerd'), ['serve', join(SCRATCH, 'config.capnp'), '--control-fd=3'], {
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
    timeout: TIMEOUT_MS,
  })
  try {
    const ended = once(child, 'exit').then(([status]) => Promise.reject(new Error(`ended with ${status}`)))
    const [line] = await Promise.race([once(child.stdio[3], 'data'), ended])
    const { port } = JSON.parse(String(line).split('\n')[0])
    const answer = await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(TIMEOUT_MS) })
    ended.catch(() => undefined)
    return await answer.text()
  } finally {
    child.kill()
  }
}

async function withChromium(use) {
  const executablePath = process.env.CHROMIUM_PATH || '/usr/bin/chromium'
  const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking']
  const browser = await chromium.launch({ executablePath, args })
  try {
    return await use(browser)
  } finally {
    await browser.close()
  }
}

function chromiumVersion() {
  return withChromium((browser) => browser.version())
}

function inChromium() {
  return withChromium(async (browser) => {
    const page = await browser.newPage()
    await page.setContent('<!doctype html>')
    await page.addScriptTag({ content: script })
    return await page.evaluate('outcome')
  })
}

function inBareEngine() {
  const context = createContext(Object.create(null))
  runInContext('delete globalThis.console; delete globalThis.WebAssembly', context)
  runInContext(script, context)
  return runInContext('outcome', context)
}
