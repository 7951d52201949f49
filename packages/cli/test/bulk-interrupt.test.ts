import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startBulk } from './bulk-process.ts'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cos-presign-interrupt-'))
})
afterAll(() => rm(directory, { recursive: true }))

describe('cos-presign bulk that reads a named pipe which nobody writes to', () => {
  it('ends after one Ctrl-C, and leaves nothing', async () => {
    const pipe = join(directory, 'pipe')
    execFileSync('mkfifo', [pipe])
    const child = startBulk(directory, [pipe, '-o', join(directory, 'urls')])
    const closed = once(child, 'close')
    // Its output is open when it waits for its input.
    for (let tries = 0; tries < 200; tries++) {
      if ((await readdir(directory)).some((name) => name.endsWith('.part'))) break
      await wait(50)
    }
    await wait(200)
    child.kill('SIGINT')
    const later = setTimeout(() => child.kill('SIGKILL'), 10_000)
    const [status, signal] = await closed
    clearTimeout(later)
    expect([status, signal]).toEqual([null, 'SIGINT'])
    expect(await readdir(directory)).toEqual(['pipe'])
  })
})
