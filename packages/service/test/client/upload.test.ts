import { randomBytes } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import { createServiceClient, type ServiceClient, ServiceClientError } from '../../src/client/index.ts'
import { useCos } from '../cos.ts'
import { BUCKET } from '../fixture.ts'

const MIB = 1024 ** 2
const operations: string[] = []
const cos = useCos({
  grants: [
    {
      name: 'whole',
      bucket: BUCKET,
      key: 'whole/{sub}/{uuid}-{filename}',
      operations: ['upload', 'download'],
      constraints: { maxSizeBytes: 30 * MIB },
    },
    {
      name: 'parts',
      bucket: BUCKET,
      key: 'parts/{sub}/{uuid}-{filename}',
      operations: ['multipart', 'download'],
      constraints: { maxSizeBytes: 30 * MIB },
    },
  ],
  onRequest: ({ operation, status }) => operations.push(`${operation} ${status}`),
})
beforeEach(() => {
  operations.length = 0
  cos.emulator.faults.clear()
})

function createStorage(): Storage {
  const kept = new Map<string, string>()
  return {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
    removeItem: (name: string) => void kept.delete(name),
    get length() {
      return kept.size
    },
  } as Storage
}

interface Setting {
  readonly storage?: Storage
  readonly parallelParts?: number
  /** Sees the URL of each request to the service. */
  readonly onAsk?: (url: string) => void
  /** Stands between client and service: what the network and proxies do. */
  readonly network?: (url: string, answer: () => Promise<Response>) => Promise<Response>
}

function clientWith({ onAsk, network = (_, answer) => answer(), ...setting }: Setting = {}): ServiceClient {
  const { service, apiKey } = cos.fixture
  return createServiceClient({
    baseUrl: 'http://service',
    headers: () => ({ 'x-api-key': apiKey }),
    retryDelayMs: 1,
    partsFromBytes: 10 * MIB,
    // The service is asked without a socket, COS through one.
    fetch(input, init) {
      if (!String(input).startsWith('http://service')) return fetch(input, init)
      onAsk?.(String(input))
      return network(String(input), async () => service.fetch(new Request(input, init)))
    },
    ...setting,
  })
}

function fileOf(size: number, name = 'film.mp4'): { file: File; bytes: Buffer } {
  const bytes = randomBytes(size)
  return { file: new File([bytes], name, { type: 'video/mp4', lastModified: 1 }), bytes }
}

async function stored(client: ServiceClient, key: string): Promise<Buffer> {
  const { url } = await client.presignDownload({ key })
  return Buffer.from(await (await fetch(url)).arrayBuffer())
}

function count(operation: string): number {
  return operations.filter((one) => one === operation).length
}

describe('upload', () => {
  it('sends a small file whole, tells of progress, and has it confirmed', async () => {
    const { file, bytes } = fileOf(1000, 'ä b.bin')
    const progress: number[] = []
    const client = clientWith()
    const done = await client.upload(file, { onProgress: ({ sentBytes }) => progress.push(sentBytes) })
    expect(done).toMatchObject({ grant: 'whole', sizeBytes: 1000, contentType: 'video/mp4' })
    expect((await stored(client, done.key)).equals(bytes)).toBe(true)
    expect(progress.at(-1)).toBe(1000)
  })

  it('sends a large file in parts, some at a time', async () => {
    const { file, bytes } = fileOf(20 * MIB)
    const progress: number[] = []
    const client = clientWith()
    const done = await client.upload(file, { onProgress: ({ sentBytes }) => progress.push(sentBytes) })
    expect(done).toMatchObject({ grant: 'parts', sizeBytes: 20 * MIB })
    expect(count('UploadPart 200')).toBe(3)
    expect((await stored(client, done.key)).equals(bytes)).toBe(true)
    expect(progress.at(-1)).toBe(20 * MIB)
  })

  it('tries again what may succeed: a busy COS, a broken connection', async () => {
    cos.emulator.faults.add({ fault: 'slow-down', operation: 'UploadPart', count: 3 })
    cos.emulator.faults.add({ fault: 'cut', operation: 'UploadPart', count: 2 })
    const { file, bytes } = fileOf(20 * MIB)
    const client = clientWith()
    const done = await client.upload(file)
    expect(count('UploadPart 503')).toBe(3)
    expect((await stored(client, done.key)).equals(bytes)).toBe(true)
  })

  it('goes on where it was cut off, after a reload', async () => {
    const storage = createStorage()
    const { file, bytes } = fileOf(28 * MIB)
    const stop = new AbortController()
    const onProgress = ({ sentBytes }: { sentBytes: number }): void => {
      if (sentBytes >= 16 * MIB) stop.abort(new Error('reload'))
    }
    const first = clientWith({ storage, parallelParts: 1 }).upload(file, { signal: stop.signal, onProgress })
    await expect(first).rejects.toThrow('reload')
    const before = count('UploadPart 200')
    expect(before).toBeGreaterThanOrEqual(2)
    expect(before).toBeLessThan(4)
    const client = clientWith({ storage })
    const done = await client.upload(file)
    expect(count('InitiateMultipartUpload 200')).toBe(1)
    expect(count('UploadPart 200')).toBe(4)
    expect((await stored(client, done.key)).equals(bytes)).toBe(true)
    expect(storage.length).toBe(0)
  })

  it('begins anew when what was begun is gone', async () => {
    const storage = createStorage()
    const { file } = fileOf(12 * MIB)
    await leaveUnfinished(storage, file)
    await clientWith({ storage: copyOf(storage) }).discard(file)
    expect((await clientWith({ storage }).upload(file)).sizeBytes).toBe(12 * MIB)
    expect(count('InitiateMultipartUpload 200')).toBe(2)
  })

  it('gives an upload up that is aborted and that nobody remembers', async () => {
    const { file } = fileOf(12 * MIB)
    const stop = new AbortController()
    const options = { signal: stop.signal, onProgress: () => stop.abort(new Error('enough')) }
    await expect(clientWith().upload(file, options)).rejects.toThrow('enough')
    expect(count('AbortMultipartUpload 204')).toBe(1)
  })

  it('signs a part anew whose signature has ended', async () => {
    const { file } = fileOf(20 * MIB)
    const signings: string[] = []
    // By the clock of COS what was signed first is over already.
    const onAsk = (url: string): void => {
      if (!url.endsWith('/parts')) return
      signings.push(url)
      if (signings.length === 1) cos.emulator.clock.advance(1000)
      else cos.emulator.clock.reset()
    }
    await clientWith({ parallelParts: 1, onAsk }).upload(file, { grant: 'parts' })
    expect(signings.length).toBe(2)
    expect(count('UploadPart 200')).toBe(3)
  })

  it('confirms what a completion made whose answer was lost', async () => {
    const { file, bytes } = fileOf(12 * MIB)
    let completions = 0
    const network: Setting['network'] = async (url, answer) => {
      const response = await answer()
      if (url.endsWith('/complete') && completions++ === 0) throw new TypeError('connection reset')
      return response
    }
    const client = clientWith({ network })
    const done = await client.upload(file)
    expect(completions).toBe(2)
    expect(count('InitiateMultipartUpload 200')).toBe(1)
    expect((await stored(client, done.key)).equals(bytes)).toBe(true)
  })

  it('asks again when an answer of the service breaks off', async () => {
    let broken = 0
    const network: Setting['network'] = async (_, answer) => {
      const response = await answer()
      if (broken++ > 0) return response
      const body = new ReadableStream({ pull: (controller) => controller.error(new TypeError('cut')) })
      return new Response(body, { status: 200 })
    }
    expect(await clientWith({ network }).upload(fileOf(10).file)).toMatchObject({ sizeBytes: 10 })
    expect(broken).toBeGreaterThan(2)
  })

  it('says so when something else than the service answers', async () => {
    const network = async (): Promise<Response> => new Response('<h1>Log in to this Wi-Fi</h1>')
    const failure = clientWith({ network }).upload(fileOf(10).file)
    await expect(failure).rejects.toMatchObject({ code: 'ERR_CLIENT_NETWORK', status: 200 })
  })

  it('does not wait for hours, nor ask more often than it says', async () => {
    const answers = [3600, 0, 0, 0, 0, 0, 0].map(
      (seconds) => new Response('{}', { status: 429, headers: { 'retry-after': String(seconds) } }),
    )
    let asked = 0
    const network = async (): Promise<Response> => answers[asked++] ?? Response.error()
    const client = clientWith({ network })
    await expect(client.upload(fileOf(10).file)).rejects.toMatchObject({ retryAfterMs: 3_600_000 })
    expect(asked).toBe(1)
    await expect(client.upload(fileOf(10).file)).rejects.toMatchObject({ status: 429 })
    expect(asked).toBe(6)
  })

  it('goes on after a login that had ended in between', async () => {
    const storage = createStorage()
    const { file } = fileOf(12 * MIB)
    await leaveUnfinished(storage, file)
    const network = async (): Promise<Response> => new Response('{}', { status: 401 })
    await expect(clientWith({ storage, network }).upload(file)).rejects.toMatchObject({ status: 401 })
    await clientWith({ storage }).upload(file)
    expect(count('InitiateMultipartUpload 200')).toBe(1)
  })

  it('goes on with the same file for the same object alone, and with no nameless bytes', async () => {
    const storage = createStorage()
    const { file } = fileOf(12 * MIB)
    await leaveUnfinished(storage, file)
    const done = await clientWith({ storage }).upload(file, { filename: 'other.mp4' })
    expect(done.key).toMatch(/other\.mp4$/)
    expect(storage.length).toBe(1)
    await clientWith({ storage }).discard(file)
    expect(storage.length).toBe(0)
    await leaveUnfinished(storage, new Blob([randomBytes(12 * MIB)]))
    expect(storage.length).toBe(0)
  })

  it('tells the refusal of the service, with its code and grant', async () => {
    const { file } = fileOf(31 * MIB)
    const failure = await clientWith({})
      .upload(file, { grant: 'parts' })
      .catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(ServiceClientError)
    expect(failure).toMatchObject({ code: 'ERR_SERVICE_NOT_GRANTED', status: 403 })
  })

  it('uses the way that the grants allow, whatever the size', async () => {
    const large = fileOf(12 * MIB)
    expect((await clientWith().upload(large.file, { grant: 'whole' })).grant).toBe('whole')
    const small = fileOf(1000)
    expect((await clientWith().upload(small.file, { grant: 'parts' })).grant).toBe('parts')
  })
})

function copyOf(storage: Storage): Storage {
  const copy = createStorage()
  return { ...copy, getItem: (name) => copy.getItem(name) ?? storage.getItem(name) }
}

async function leaveUnfinished(storage: Storage, file: Blob): Promise<void> {
  const stop = new AbortController()
  const options = { signal: stop.signal, onProgress: () => stop.abort(new Error('reload')) }
  await expect(clientWith({ storage }).upload(file, options)).rejects.toThrow('reload')
}
