import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/* `cos-presign bulk` in a process of its own. */

export const main: string = fileURLToPath(new URL('../dist/main.js', import.meta.url))
export const address = 'cos://examplebucket-1250000000'
const host = 'https://examplebucket-1250000000.cos.ap-guangzhou.myqcloud.com'

/** What a run came to. */
export interface Outcome {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** What the command finds in its environment. */
const envOf = (home: string): Record<string, string> => ({
  PATH: process.env.PATH ?? '',
  HOME: home,
  COS_SECRET_ID: 'AKIDbulk000000001',
  COS_SECRET_KEY: 'test-secret-of-bulk',
  COS_REGION: 'ap-guangzhou',
})

/** @param env - More of it. */
export function startBulk(
  home: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): ChildProcess {
  return spawn(process.execPath, [main, 'bulk', address, ...args], { env: { ...envOf(home), ...env } })
}

export function runBulk(
  home: string,
  args: readonly string[],
  input: string | Uint8Array = '',
): Promise<Outcome> {
  return outcomeOf(startBulk(home, args), input)
}

/** Runs a line of a shell in a directory; `bulk` in it is the command with its address. */
export function runShell(directory: string, line: string): Promise<Outcome> {
  return outcomeOf(spawn('sh', ['-c', withBulk(line)], { env: envOf(directory), cwd: directory }))
}

/** The same before a terminal of 80 columns. All that is seen there is the standard output, with `␛` for the escape character. */
export async function runTerminal(directory: string, line: string): Promise<Outcome> {
  const args = ['-qec', withBulk(`stty cols 80; ${line}`), '/dev/null']
  const env = { ...envOf(directory), TERM: 'xterm', SHELL: '/bin/sh' }
  const outcome = await outcomeOf(spawn('script', args, { env, cwd: directory }))
  return { ...outcome, stdout: outcome.stdout.replaceAll('\x1b', '␛') }
}

const withBulk = (line: string): string =>
  `bulk() { "${process.execPath}" "${main}" bulk "${address}" "$@"; }\n${line}`

/** What becomes of a process, which is given an input and its end; with `null` neither. */
export async function outcomeOf(
  child: ChildProcess,
  input: string | Uint8Array | null = '',
): Promise<Outcome> {
  const texts = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    child[name]?.setEncoding('utf8').on('data', (text) => {
      texts[name] += text
    })
  child.stdin?.on('error', () => undefined)
  if (input !== null) child.stdin?.end(input)
  const [status] = await once(child, 'close')
  return { status, ...texts }
}

/** The paths of URLs, which say what was signed and in what order. */
export const pathsOf = (output: string): string[] =>
  output
    .split('\n')
    .slice(0, -1)
    .map((url) => SIGNED.exec(url)?.[1] ?? `not signed: ${url}`)
const SIGNED = new RegExp(`^${host}/([^?]*)\\?q-sign-algorithm=\\S*&q-signature=[0-9a-f]{40}$`)
