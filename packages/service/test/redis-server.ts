import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const PROGRAMS = ['/usr/bin/redis-server', '/usr/bin/valkey-server', '/usr/local/bin/redis-server']
const program = PROGRAMS.find((path) => existsSync(path))

/** Whether tests against a real Redis can run here. In CI they must: there a missing server is a failure. */
export const hasRedis: boolean = program !== undefined || process.env.CI === 'true'
if (!hasRedis) process.stderr.write('There is no redis-server: tests with it are left out.\n')

/** A Redis of a test's own, which writes each change to its disk before it answers. */
export interface RedisServer {
  readonly url: string
  /** As a crash does: SIGKILL. */
  kill(): Promise<void>
  /** On the same port, with what was on the disk. */
  start(): Promise<void>
  /** The end, and nothing stays. */
  stop(): Promise<void>
}

export async function startRedis(): Promise<RedisServer> {
  if (program === undefined) throw new Error('There is no redis-server; apt-get install redis-server')
  const directory = await mkdtemp(join(tmpdir(), 'cos-presign-redis-'))
  const port = await freePort()
  let child: ChildProcess
  const settings = {
    bind: '127.0.0.1',
    port,
    dir: directory,
    appendonly: 'yes',
    appendfsync: 'always',
    save: '',
  }
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)])

  async function start(): Promise<void> {
    child = spawn(program as string, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
      if (chunk.includes('Ready to accept connections')) break
    }
    child.stdout?.resume()
  }

  async function kill(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }

  await start()
  return {
    url: `redis://127.0.0.1:${port}`,
    start,
    kill,
    async stop() {
      await kill()
      await rm(directory, { recursive: true })
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
