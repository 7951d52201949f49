import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { createGunzip, gunzipSync, inflateRawSync, type Zlib } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pathsOf, runShell, startBulk } from './bulk-process.ts'

/* `cos-presign bulk --gzip`, as tools of others read it. */

const many = Array.from({ length: 50_000 }, (_, at) => `photos/2026/11/picture-${at}.jpg`)

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cos-presign-bulk-gzip-'))
  await writeFile(join(directory, 'keys'), many.join('\n'))
  await writeFile(join(directory, 'empty'), '')
  await writeFile(join(directory, 'two'), 'a\nb\n')
  await writeFile(join(directory, 'bad'), '\n..\n')
})
afterAll(() => rm(directory, { recursive: true }))

/** How many members a gzip file with the shortest of headers has. */
function membersOf(file: Uint8Array): number {
  let members = 0
  for (let at = 0; at < file.length; members++) {
    expect([...file.subarray(at, at + 4)]).toEqual([0x1f, 0x8b, 8, 0])
    const { engine } = inflateRawSync(file.subarray(at + 10), { info: true }) as unknown as { engine: Zlib }
    at += 10 + engine.bytesWritten + 8
  }
  return members
}

describe('cos-presign bulk --gzip', () => {
  it.each([
    ['nothing', 'empty', []],
    ['nothing but bad keys', 'bad --skip-errors list', []],
    ['one block', 'two', ['a', 'b']],
    ['many blocks', 'keys -j 1', many],
    ['many blocks of two threads', 'keys keys keys -j 2', [...many, ...many, ...many]],
  ] as const)('makes one member of %s', async (_, args, keys) => {
    const { status, stderr } = await runShell(
      directory,
      `bulk --gzip -o urls.gz ${args} && gunzip -t urls.gz && zcat urls.gz >urls`,
    )
    expect([status, stderr]).toEqual([0, expect.stringMatching(/^Signed [\d,]+ keys in [^\n]*\n$/)])
    const file = await readFile(join(directory, 'urls.gz'))
    expect(membersOf(file)).toBe(1)
    const text = gunzipSync(file).toString()
    expect(await readFile(join(directory, 'urls'), 'utf8')).toBe(text)
    expect(pathsOf(text).join()).toBe(keys.join())
  })

  it('gives the reader of a pipe whole lines before its input ends', async () => {
    const child = startBulk(directory, ['--gzip'])
    const gunzip = (child.stdout as Readable).pipe(createGunzip())
    child.stdin?.write(`${many.join('\n')}\n`)
    let text = ''
    for await (const chunk of gunzip) {
      text += chunk
      if (text.endsWith('\n') && pathsOf(text).length > 10_000) break
    }
    child.kill()
    expect(pathsOf(text).slice(0, 10_000).join()).toBe(many.slice(0, 10_000).join())
  })
})
