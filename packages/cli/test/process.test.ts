import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeWithCurl } from '../../../tools/testing/curl.ts'

/* The command as people run it: real processes, a real shell, the emulator it brings. */

const execute = promisify(execFile)
const main = fileURLToPath(new URL('../dist/main.js', import.meta.url))
const bucket = 'examplebucket-1250000000'

let directory: string
let emulator: ChildProcess
let env: Record<string, string>
let complaints = ''

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cos-presign-process-'))
  emulator = spawn(
    process.execPath,
    [main, 'emulator', '--port', '0', '--data', join(directory, 'data'), '--bucket', bucket],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH },
    },
  )
  emulator.stderr?.setEncoding('utf8').on('data', (text) => {
    complaints += text
  })
  env = { PATH: process.env.PATH ?? '', HOME: directory }
  for await (const line of createInterface({ input: emulator.stdout as NodeJS.ReadableStream })) {
    const [, name = '', value = ''] = /^export (\w+)=(.*)$/.exec(line) ?? []
    env[name] = value
    if (name === 'COS_SCHEME') break
  }
})
afterAll(async () => {
  emulator.kill('SIGKILL')
  await rm(directory, { recursive: true })
})

describeWithCurl('the command with curl', () => {
  it('works in a shell as its help says: put, then curl "$(cos-presign url …)"', async () => {
    await writeFile(join(directory, 'file'), 'from the shell')
    const script = `
      node "$MAIN" put "$DIR/file" 'cos://${bucket}/a b/ü?.txt'
      curl -sS "$(node "$MAIN" url 'cos://${bucket}/a b/ü?.txt')"
    `
    const { stdout } = await execute('sh', ['-c', script], { env: { ...env, MAIN: main, DIR: directory } })
    expect(stdout).toBe('from the shell')
  })

  it.each(['curl', "it's {a} [1-3]?x#y", 'folder/', '/'])(
    'prints a curl command that uploads %j',
    async (key) => {
      await writeFile(join(directory, "it's"), 'by curl')
      const { stdout } = await execute(
        process.execPath,
        [main, 'url', '-X', 'PUT', '--curl', '--file', join(directory, "it's"), `cos://${bucket}/${key}`],
        { env },
      )
      await execute('sh', ['-c', stdout], { env })
      const back = join(directory, 'back')
      await execute(process.execPath, [main, 'get', `cos://${bucket}/${key}`, back], { env })
      expect(await readFile(back, 'utf8')).toBe('by curl')
    },
  )
})

describe('the command', () => {
  it('ends by Ctrl-C in the middle of an upload from a pipe that goes on', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const child = spawn(process.execPath, [main, 'put', '-', `cos://${bucket}/endless`], {
      stdio: ['pipe', 'ignore', 'ignore'],
      env: { ...env, COS_ENDPOINT: `localhost:${(server.address() as AddressInfo).port}` },
    })
    child.stdin.write('the beginning')
    const [request] = await once(server, 'request')
    await once(request, 'data')
    child.kill('SIGINT')
    expect(await once(child, 'exit')).toEqual([130, null])
    await once(server.close(), 'close')
  })

  it('ends quietly when the reader of its output goes away', async () => {
    const { stdout, stderr } = await execute(
      'sh',
      ['-c', `node "$MAIN" url cos://${bucket}/x | true; echo done`],
      { env: { ...env, MAIN: main } },
    )
    expect([stdout, stderr]).toEqual(['done\n', ''])
  })

  it('says which port is taken', async () => {
    const port = env.COS_ENDPOINT?.split(':')[1] ?? ''
    const failure = await execute(process.execPath, [main, 'emulator', '--port', port], { env }).catch(
      (error) => error,
    )
    expect(failure).toMatchObject({ code: 2, stderr: expect.stringContaining(`Port ${port} is taken`) })
  })

  it('keeps its key with its data, for settings that were pasted', async () => {
    const kept = async (): Promise<string> => {
      const args = [main, 'emulator', '--port', '0', '--data', join(directory, 'kept'), '--quiet']
      const child = spawn(process.execPath, args, {
        stdio: ['ignore', 'pipe', 'ignore'],
        env: { PATH: env.PATH },
      })
      let id = ''
      for await (const line of createInterface({ input: child.stdout })) {
        id = /^export COS_SECRET_ID=(.*)$/.exec(line)?.[1] ?? id
        if (line.startsWith('export COS_SCHEME')) break
      }
      child.kill('SIGINT')
      await once(child, 'exit')
      return id
    }
    const first = await kept()
    expect(first).toMatch(/^AKIDdevelopment/)
    expect(await kept()).toBe(first)
    expect((await stat(join(directory, 'kept/development-key.json'))).mode & 0o077).toBe(0)
  })

  it('says that a data directory is in use', async () => {
    const failure = await execute(
      process.execPath,
      [main, 'emulator', '--port', '0', '--data', join(directory, 'data')],
      { env },
    ).catch((error) => error)
    expect(failure).toMatchObject({ code: 1, stderr: expect.stringContaining('Cannot keep data in') })
  })

  it.skipIf(process.platform !== 'linux')(
    'shows no secret on the command line of its processes',
    async () => {
      const line = await readFile(`/proc/${emulator.pid}/cmdline`, 'utf8')
      expect(line).toContain('emulator')
      expect(line).not.toContain(env.COS_SECRET_KEY)
    },
  )

  it('shows no secret in what it logs, and ends by Ctrl-C', async () => {
    await writeFile(join(directory, 'logged'), 'logged')
    await execute(process.execPath, [main, 'put', join(directory, 'logged'), `cos://${bucket}/logged`], {
      env,
    })
    emulator.kill('SIGINT')
    await once(emulator, 'close')
    expect(emulator.exitCode).toBe(0)
    expect(complaints).toContain('Stopped.')
    expect(complaints).toContain('q-signature=***')
    expect(complaints).not.toContain(env.COS_SECRET_KEY)
  })
})
