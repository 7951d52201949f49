import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { watchConfig } from '../../src/node.ts'

let directory: string
let seen = 0
let stop = (): void => {}
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cos-presign-watch-'))
  seen = 0
})
afterEach(async () => {
  stop()
  await rm(directory, { recursive: true })
})

function start(path: string): void {
  stop = watchConfig(path, () => {
    seen += 1
  })
}

describe('a change is seen', () => {
  it('of a file, whether it is written or replaced', async () => {
    const path = join(directory, 'service.yaml')
    await writeFile(path, '1')
    start(path)
    await writeFile(path, '2')
    await expect.poll(() => seen).toBe(1)
    await writeFile(`${path}.new`, '3')
    await rename(`${path}.new`, path)
    await expect.poll(() => seen).toBe(2)
  })

  it('of a file in another directory that a link leads to, and of the one it leads to later', async () => {
    const path = join(directory, 'service.yaml')
    for (const name of ['one', 'two']) {
      await mkdir(join(directory, name))
      await writeFile(join(directory, name, 'real.yaml'), '1')
    }
    await symlink(join(directory, 'one', 'real.yaml'), path)
    start(path)
    await writeFile(join(directory, 'one', 'real.yaml'), '2')
    await expect.poll(() => seen).toBe(1)

    await symlink(join(directory, 'two', 'real.yaml'), `${path}.new`)
    await rename(`${path}.new`, path)
    await expect.poll(() => seen).toBe(2)
    await rm(join(directory, 'one'), { recursive: true })
    await writeFile(join(directory, 'two', 'real.yaml'), '3')
    await expect.poll(() => seen).toBe(3)
  })

  it('of a directory of Kubernetes, which is exchanged as a whole', async () => {
    for (const name of ['..2026_1', '..2026_2']) {
      await mkdir(join(directory, name))
      await writeFile(join(directory, name, 'service.yaml'), '1')
    }
    await symlink('..2026_1', join(directory, '..data'))
    await symlink('..data/service.yaml', join(directory, 'service.yaml'))
    start(join(directory, 'service.yaml'))
    await symlink('..2026_2', join(directory, '..data_tmp'))
    await rename(join(directory, '..data_tmp'), join(directory, '..data'))
    await rm(join(directory, '..2026_1'), { recursive: true })
    await expect.poll(() => seen).toBe(1)
  })
})
