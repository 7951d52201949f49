// Starts `cos-presign emulator` as a process of its own, to be measured or killed from outside.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { CosClient } from 'cos-presign'

const COMMAND = fileURLToPath(new URL('../../packages/cli/dist/main.js', import.meta.url))

export const BUCKET = 'examplebucket-1250000000'

/** The running process, a client for it, and how to end it. */
export async function startEmulator(dataDirectory) {
  const child = spawn(
    process.execPath,
    [COMMAND, 'emulator', '--port', '0', '--data', dataDirectory, '--bucket', BUCKET, '--quiet'],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env.PATH } },
  )
  let complaint = ''
  child.stderr.setEncoding('utf8').on('data', (text) => {
    complaint += text
  })
  const settings = {}
  const exited = once(child, 'exit')
  for await (const line of createInterface({ input: child.stdout })) {
    const [, name, value] = /^export (\w+)=(.*)$/.exec(line) ?? []
    if (name) settings[name] = value
    if (name === 'COS_SCHEME') break
  }
  if (!settings.COS_SCHEME) throw new Error(`The emulator did not start: ${complaint}`)
  const port = settings.COS_ENDPOINT.split(':')[1]
  const client = new CosClient({
    Domain: `127.0.0.1:${port}`,
    Scheme: 'http',
    SecretId: settings.COS_SECRET_ID,
    SecretKey: settings.COS_SECRET_KEY,
  })
  async function end(signal) {
    child.kill(signal)
    await exited
  }
  return { pid: child.pid, client, kill: () => end('SIGKILL'), stop: () => end('SIGINT') }
}
