import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { createEmulator, type Emulator } from '@cos-presign/emulator'
import { CosClient } from 'cos-presign'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { toSink } from '../src/io/sink.ts'
import { createNodeIo } from '../src/io.ts'
import { run } from '../src/run.ts'

const bucket = 'examplebucket-1250000000'
const secretId = 'AKIDexplainexplainexplainexplain0001'
const secretKey = 'test-secret-of-the-explaining-command'
const keys = { COS_SECRET_ID: secretId, COS_SECRET_KEY: secretKey }

let emulator: Emulator
let client: CosClient
let directory: string

beforeAll(async () => {
  emulator = createEmulator({
    credentials: [{ secretId, secretKey }],
    buckets: [bucket],
    defaultBucket: bucket,
  })
  const { port } = await emulator.listen()
  client = new CosClient({
    Domain: `127.0.0.1:${port}`,
    Scheme: 'http',
    SecretId: secretId,
    SecretKey: secretKey,
  })
  directory = await mkdtemp(join(tmpdir(), 'cos-presign-explain-'))
})
afterAll(async () => {
  await emulator.close()
  await rm(directory, { recursive: true })
})

interface Outcome {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

async function cli(
  argv: readonly string[],
  env: Readonly<Record<string, string>> = keys,
  stdin = '',
): Promise<Outcome> {
  const texts = { stdout: '', stderr: '' }
  const sink = (name: keyof typeof texts): ReturnType<typeof toSink> => {
    const stream = new Writable({
      write(chunk, _encoding, done) {
        texts[name] += chunk
        done()
      },
    })
    return toSink(stream, {})
  }
  async function* input(): AsyncGenerator<Uint8Array> {
    yield await Promise.resolve(Buffer.from(stdin))
  }
  const status = await run(argv, {
    ...createNodeIo(),
    env,
    homeDirectory: directory,
    stdin: input(),
    stdout: sink('stdout'),
    stderr: sink('stderr'),
  })
  expect(texts.stdout + texts.stderr).not.toContain(secretKey)
  return { status, ...texts }
}

/** A PUT that was signed for a picture and sent as text, and what the emulator said. */
async function refused(): Promise<{ url: string; body: string }> {
  const { url } = client.presign({
    Method: 'PUT',
    Bucket: bucket,
    Key: 'a b.png',
    Headers: { 'Content-Type': 'image/png' },
  })
  const answer = await fetch(url, { method: 'PUT', body: 'text' })
  return { url, body: await answer.text() }
}

describe('explain', () => {
  it('says with the key what was signed, marks the difference, and how to send it', async () => {
    const { url, body } = await refused()
    const file = join(directory, 'error.xml')
    await writeFile(file, body)
    const { status, stdout, stderr } = await cli(['explain', url, file])
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toContain('Content-Type was signed as image/png and sent as text/plain;charset=UTF-8.')
    const [, signed = '', received = '', mark = ''] =
      /^( {2}signed .*)\n( {2}received .*)\n( *\^)/m.exec(stdout) ?? []
    const at = mark.length - 1
    expect([signed.slice(12, at), received.slice(12, at)]).toEqual(['content-type=', 'content-type='])
    expect(signed[at]).not.toBe(received[at])
    expect(stdout).toMatch(/^ {2}send .*curl -X PUT --upload-file FILE -H 'content-type: image\/png'/m)
    expect(stdout).not.toMatch(/q-signature=[\da-f]/)
    expect(stdout).not.toContain('\x1b')
  })

  it('works from the answer alone, on standard input, and without the key when it is told so', async () => {
    const { url, body } = await refused()
    const alone = await cli(['explain'], {}, body)
    expect(alone.stdout).toContain('content-type-differs')
    const without = await cli(['explain', '--no-secret', '--json', url, body])
    expect(JSON.parse(without.stdout).findings[0]).toMatchObject({
      code: 'content-type-differs',
      certainty: 'likely',
    })
  })

  it('takes a curl command as it stands', async () => {
    const { url } = client.presign({ Method: 'GET', Bucket: bucket, Key: 'a.txt' })
    const { status, stdout } = await cli(['explain', '--json', 'curl', '-sS', '-X', 'DELETE', url])
    expect(status).toBe(0)
    expect(JSON.parse(stdout).findings[0]).toMatchObject({ code: 'method-differs', certainty: 'certain' })
  })

  it('says of a sound request that nothing is wrong', async () => {
    const { url } = client.presign({ Method: 'GET', Bucket: bucket, Key: 'a.txt' })
    const { status, stdout } = await cli(['explain', url])
    expect(status).toBe(0)
    expect(stdout).toContain('Nothing is wrong: the signature holds for GET.')
  })

  it('does not use a key of the environment that is plainly another', async () => {
    const { url } = client.presign({ Method: 'GET', Bucket: bucket, Key: 'a.txt' })
    const { status, stderr } = await cli(['explain', url], {
      ...keys,
      COS_SECRET_ID: 'AKIDanotheranotheranotheranother0009',
    })
    expect(stderr).toContain('so it is not used')
    expect(status).toBe(1)
    expect(stderr).toContain('Nothing was found')
  })

  it.each([['nothing'], ['/no/such/file'], ['']])('says of %j that it is no evidence', async (text) => {
    const { status, stderr } = await cli(['explain', text])
    expect(status).toBe(2)
    expect(stderr).toContain('neither a URL')
  })
})

describe('verify', () => {
  it('says that a signature holds, until when, and for what', async () => {
    const { url } = client.presign({
      Method: 'PUT',
      Bucket: bucket,
      Key: 'a.png',
      Headers: { 'Content-Type': 'image/png' },
    })
    const { status, stdout } = await cli(['verify', '-X', 'PUT', '-H', 'Content-Type: image/png', url])
    expect(status).toBe(0)
    expect(stdout).toMatch(
      /^holds: AKI\*\*\*001 for \/a\.png, from .* to .*\. Signed: content-type, host\.\n$/,
    )
  })

  it.each([
    ['another method', ['-X', 'HEAD'], 'mismatch'],
    ['a later time', ['--at', '2100-01-01T00:00:00Z'], 'expired'],
    ['another key', [], 'unknown-key'],
  ])('says of %s why not, with status 1', async (what, flags, code) => {
    const { url } = client.presign({ Method: 'GET', Bucket: bucket, Key: 'a.txt' })
    const env = what === 'another key' ? { ...keys, COS_SECRET_ID: 'AKIDother' } : keys
    const { status, stdout, stderr } = await cli(['verify', ...flags, url], env)
    expect(status).toBe(1)
    expect(stdout).toContain(`does not hold: ${code}`)
    expect(stderr).toContain('cos-presign explain')
    const json = await cli(['verify', '--json', ...flags, url], env)
    expect(JSON.parse(json.stdout)).toMatchObject({ ok: false, code })
  })
})

describe('a refused transfer', () => {
  it('says why its signature was refused', async () => {
    const { host } = new URL(client.getObjectUrl({ Bucket: bucket, Key: 'a' }))
    const env = {
      COS_SECRET_ID: secretId,
      COS_SECRET_KEY: 'the-key-before-it-was-replaced',
      COS_DOMAIN: host,
      COS_SCHEME: 'http',
    }
    const { status, stderr } = await cli(['get', `cos://${bucket}/a.txt`, '-'], env)
    expect(status).toBe(3)
    expect(stderr).toContain('COS has another SecretKey for this SecretId')
  })
})
