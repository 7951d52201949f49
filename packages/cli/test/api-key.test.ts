import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { runCli } from './run-cli.ts'

describe('cos-presign api-key', () => {
  it('prints a key alone, and for people its digest as a configuration has it', async () => {
    const { status, stdout, stderr } = await runCli(['api-key', 'backend'], { env: {}, home: '/' })
    expect(status).toBe(0)
    expect(stdout).toMatch(/^cpk_backend_[\da-f]{64}\n$/)
    const sha256 = createHash('sha256').update(stdout.trim()).digest('hex')
    expect(stderr).toContain(`{ id: backend, sha256: ${sha256} }`)
  })

  it('refuses an id that could not stand in a configuration', async () => {
    expect((await runCli(['api-key', 'a b'], { env: {}, home: '/' })).status).toBe(2)
  })
})
