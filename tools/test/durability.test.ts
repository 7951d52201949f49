import { execFile } from 'node:child_process'
import { platform } from 'node:process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

/*
 * Small samples of long measurements, so that every test run has a word on them; `npm run bench -- all` runs them whole. Five
 * seconds each; processes that start and files that are flushed take much longer where others are at work.
 */
const TIMEOUT_MS = 120_000

const run = promisify(execFile)
const script = (name: string): string => fileURLToPath(new URL(`../../bench/${name}.mjs`, import.meta.url))

describe('the emulator with its disk store', () => {
  it(
    'survives SIGKILL in the middle of uploads, copies, deletions and the like',
    async () => {
      const { stdout } = await run(process.execPath, [script('emulator-crash'), '--kills', '3'])
      expect(stdout).toMatch(
        /^3 kills: \d+ operations acknowledged, [1-9]\d* interrupted, \d+ objects checked, 0 torn/,
      )
    },
    TIMEOUT_MS,
  )

  it.skipIf(platform !== 'linux')(
    'answers after malformed requests, and one key is whole under many clients',
    async () => {
      const counts = ['--requests', '400', '--clients', '40']
      const { stdout } = await run(process.execPath, [script('emulator-hostile'), ...counts])
      expect(stdout).toMatch(
        /^40 clients at once on one key: each wrote and read, 0 torn\n400 malformed requests .* answers still/,
      )
    },
    TIMEOUT_MS,
  )

  // Linux says in /proc how much memory is whose.
  it.skipIf(platform !== 'linux')(
    'keeps a large upload out of its memory',
    async () => {
      const { stdout } = await run(process.execPath, [script('emulator-memory'), '--mib', '128'])
      expect(stdout).toMatch(/^128 MiB up .* same SHA-256: RssAnon/)
    },
    TIMEOUT_MS,
  )
})
