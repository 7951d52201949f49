import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pathsOf, runTerminal } from './bulk-process.ts'

/* `cos-presign bulk` before a terminal, which `script` of util-linux plays. */

const hasScript = spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux')
const longName = 'an-inventory-with-a-name-that-is-longer-than-what-fits-beside-the-numbers.txt'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cos-presign-bulk-terminal-'))
  await writeFile(join(directory, longName), 'a\n..\nb\n')
})
afterAll(() => rm(directory, { recursive: true }))

/** What was drawn: the states of a line, without the escape sequences between them. */
const framesOf = (screen: string): string[] => screen.split(/(?:␛(?:\[[?\d]*[A-Za-z]|[78])|\r\n)+/)
const SUMMARY = /^Signed [\d,]+ keys in [\d.]+ s \([\d,]+ keys\/s\); [\d,]+ left out, see \S+$/

describe.runIf(hasScript || process.env.CI === 'true')('cos-presign bulk on a terminal', () => {
  it.each([
    [longName, /^….*\.txt █{24} 7 B of 7 B, [\d,]+ keys\/s, 0 s left$/],
    [`${longName} ${longName}`, /^2 files █{24} 14 B of 14 B, [\d,]+ keys\/s, 0 s left$/],
    [`<${longName}`, /^standard input 7 B, [\d,]+ keys\/s$/],
  ])('draws how far it is, within the line, and takes that away: %s', async (args, last) => {
    const { status, stdout } = await runTerminal(directory, `bulk ${args} -o urls --skip-errors list`)
    expect(status).toBe(0)
    const frames = framesOf(stdout).filter((frame) => frame !== '')
    expect(frames.at(-1)).toMatch(SUMMARY)
    expect(frames.at(-2)).toMatch(last)
    expect(frames.slice(0, -1).filter((frame) => frame.length > 79)).toEqual([])
    // The cursor is seen again, lines are wrapped again, and the line is empty.
    expect(stdout).toMatch(/␛\[\?25h␛\[\?7h␛8␛\[1G␛\[2KSigned [^␛]*$/)
  })

  it('draws nothing between the lines of the output or the list', async () => {
    const output = await runTerminal(directory, `bulk ${longName} --skip-errors list`)
    const [a, b, summary, end] = output.stdout.split('\r\n')
    expect(pathsOf(`${a}\n${b}\n`)).toEqual(['a', 'b'])
    expect([summary, end]).toEqual([expect.stringMatching(SUMMARY), ''])
    for (const list of ['/dev/stderr', '/dev/tty']) {
      const { stdout } = await runTerminal(directory, `bulk ${longName} -o urls --skip-errors ${list}`)
      expect(stdout.split('\r\n')).toEqual(['2\tends-in-dots\t..', expect.stringMatching(SUMMARY), ''])
    }
    expect(pathsOf(await readFile(join(directory, 'urls'), 'utf8'))).toEqual(['a', 'b'])
  })

  it('leaves the line to the error', async () => {
    const { status, stdout } = await runTerminal(directory, `bulk ${longName} -o urls`)
    expect(status).toBe(2)
    expect(stdout).toMatch(/␛\[\?25h␛\[\?7h␛8␛\[1G␛\[2K\S*error:\S* [^\n]*line 2: the key ends in/)
  })
})
