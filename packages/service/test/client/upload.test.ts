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
    {
      name: 'once',
      bucket: BUCKET,
      key: 'once/{sub}/{path}',
      operations: ['upload', 'download'],
      clientMayChooseKey: true,
      constraints: { forbidOverwrite: true },
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
    key: (index: number) => [...kept.keys()][index] ?? null,
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
  readonly network?: (url: string, answer: () => Promise<Response>, init: RequestInit) => Promise<Response>
  /** The same between client and COS. */
  readonly cosNetwork?: (answer: () => Promise<Response>, init: RequestInit) => Promise<Response>
  readonly headers?: () => Record<string, string> | Promise<Record<string, string>>
}

function clientWith({
  onAsk,
  network = (_, answer) => answer(),
  cosNetwork = (answer) => answer(),
  ...setting
}: Setting = {}): ServiceClient {
  const { service, apiKey } = cos.fixture
  return createServiceClient({
    baseUrl: 'http://service',
    headers: () => ({ 'x-api-key': apiKey }),
    retryDelayMs: 1,
    partsFromBytes: 10 * MIB,
    // The service is asked without a socket, COS through one.
    fetch(input, init) {
      if (!String(input).startsWith('http://service')) return cosNetwork(() => fetch(input, init), init ?? {})
      onAsk?.(String(input))
      const answer = async (): Promise<Response> => service.fetch(new Request(input, init))
      return network(String(input), answer, init ?? {})
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

  it('tells of an empty file that all of it is sent', async () => {
    const fractions: number[] = []
    await clientWith().upload(fileOf(0).file, { onProgress: ({ fraction }) => fractions.push(fraction) })
    expect(fractions).toEqual([1])
  })

  it('does not count as sent what COS refused', async () => {
    const fractions: number[] = []
    const cosNetwork = async (): Promise<Response> => new Response('', { status: 400 })
    const onProgress = ({ fraction }: { fraction: number }): number => fractions.push(fraction)
    const failure = clientWith({ cosNetwork }).upload(fileOf(10).file, { onProgress })
    await expect(failure).rejects.toMatchObject({ code: 'ERR_CLIENT_COS_REFUSED', status: 400 })
    expect(fractions).toEqual([0])
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
    await expect.poll(() => count('AbortMultipartUpload 204')).toBe(1)
  })

  it('rejects at once when it is aborted, whoever does not answer', async () => {
    const stop = new AbortController()
    const asked: RequestInit[] = []
    const network: Setting['network'] = (_, answer, init) => {
      if (init.method !== 'DELETE') return answer()
      asked.push(init)
      return new Promise((_resolve, reject) =>
        init.signal?.addEventListener('abort', () => reject(init.signal?.reason)),
      )
    }
    const onProgress = (): void => stop.abort(new Error('enough'))
    const begun = clientWith({ network }).upload(fileOf(12 * MIB).file, { signal: stop.signal, onProgress })
    await expect(begun).rejects.toThrow('enough')
    await expect.poll(() => asked).toMatchObject([{ keepalive: true }])

    const later = new AbortController()
    const headers = (): Promise<Record<string, string>> => new Promise(() => undefined)
    const waiting = clientWith({ headers }).upload(fileOf(10).file, { signal: later.signal })
    later.abort(new Error('no more'))
    await expect(waiting).rejects.toThrow('no more')
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

  it('signs anew what is sent whole, once, when its signature has ended', async () => {
    const signings: string[] = []
    const onAsk = (url: string): void => {
      if (url.endsWith('/v1/uploads')) signings.push(url)
    }
    const refused = '<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>'
    let refusals = 1
    const cosNetwork: Setting['cosNetwork'] = async (answer) =>
      refusals-- > 0 ? new Response(refused, { status: 403 }) : await answer()
    const { file } = fileOf(1000)
    expect(await clientWith({ onAsk, cosNetwork }).upload(file)).toMatchObject({ sizeBytes: 1000 })
    expect(signings.length).toBe(2)
    refusals = 99
    const failure = clientWith({ onAsk, cosNetwork }).upload(file)
    await expect(failure).rejects.toMatchObject({ status: 403, cosCode: 'AccessDenied', retryable: false })
    expect(signings.length).toBe(4)
  })

  it('takes an object for its own that is there after an answer was lost, if it has these bytes', async () => {
    let lost = 0
    const cosNetwork: Setting['cosNetwork'] = async (answer, { method }) => {
      const response = await answer()
      if (method === 'PUT' && lost++ === 0) throw new TypeError('connection reset')
      return response
    }
    const { file, bytes } = fileOf(1000)
    const done = await clientWith({ cosNetwork }).upload(file, { grant: 'once', key: 'once/holder/new' })
    expect(lost).toBe(2)
    expect(count('PutObject 409')).toBe(1)
    expect((await stored(clientWith(), done.key)).equals(bytes)).toBe(true)

    const taken = { grant: 'once', key: 'once/holder/taken' }
    await clientWith().upload(fileOf(1000).file, taken)
    let unanswered = 1
    const notSent: Setting['cosNetwork'] = async (answer) => {
      if (unanswered-- > 0) throw new TypeError('connection reset')
      return await answer()
    }
    const failure = clientWith({ cosNetwork: notSent }).upload(file, taken)
    await expect(failure).rejects.toMatchObject({ code: 'ERR_SERVICE_NOT_CONFIRMED' })
    await expect(clientWith().upload(file, taken)).rejects.toMatchObject({ cosCode: 'FileAlreadyExists' })
  })

  it('does not send a second object when an answer was lost and the signature has ended', async () => {
    let sent = 0
    const cosNetwork: Setting['cosNetwork'] = async (answer) => {
      if (++sent > 1) return new Response('', { status: 403 })
      await answer()
      throw new TypeError('connection reset')
    }
    await clientWith({ cosNetwork }).upload(fileOf(1000).file)
    expect(count('PutObject 200')).toBe(1)
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

  it('does not send a file twice because its end is refused', async () => {
    const network: Setting['network'] = async (url, answer) =>
      url.endsWith('/complete')
        ? new Response('{"code":"ERR_SERVICE_NOT_GRANTED","detail":"no"}', { status: 403 })
        : await answer()
    const failure = clientWith({ network }).upload(fileOf(12 * MIB).file)
    await expect(failure).rejects.toMatchObject({ code: 'ERR_SERVICE_NOT_GRANTED' })
    expect(count('UploadPart 200')).toBe(2)
    expect(count('PutObject 200')).toBe(0)
    await expect.poll(() => count('AbortMultipartUpload 204')).toBe(1)
  })

  it('forgets and gives up what has failed for good', async () => {
    const storage = createStorage()
    const cosNetwork = async (): Promise<Response> => new Response('', { status: 400 })
    const failure = clientWith({ storage, cosNetwork }).upload(fileOf(12 * MIB).file)
    await expect(failure).rejects.toMatchObject({ status: 400 })
    expect(storage.length).toBe(0)
    await expect.poll(() => count('AbortMultipartUpload 204')).toBe(1)
  })

  it('begins anew with another file of the same name, size and time', async () => {
    const storage = createStorage()
    await leaveUnfinished(storage, fileOf(12 * MIB).file)
    const { file, bytes } = fileOf(12 * MIB)
    const client = clientWith({ storage })
    const done = await client.upload(file)
    expect((await stored(client, done.key)).equals(bytes)).toBe(true)
    expect(storage.length).toBe(0)
    await expect.poll(() => count('AbortMultipartUpload 204')).toBe(1)
  })

  it('of one file twice at once makes two objects', async () => {
    const storage = createStorage()
    const { file, bytes } = fileOf(12 * MIB)
    const client = clientWith({ storage })
    const done = await Promise.all([client.upload(file), client.upload(file)])
    for (const { key } of done) expect((await stored(client, key)).equals(bytes)).toBe(true)
    expect(new Set(done.map(({ key }) => key)).size).toBe(2)
    expect(storage.length).toBe(0)
  })

  it('leaves alone what another is at, and goes on with what nobody is at any more', async () => {
    const storage = createStorage()
    const { file } = fileOf(12 * MIB)
    await leaveUnfinished(storage, file)
    const [name = '', entry = ''] = [storage.key(0) ?? '', storage.getItem(storage.key(0) ?? '') ?? '']
    const mark = (ms: number): void =>
      storage.setItem(name, JSON.stringify({ ...JSON.parse(entry), busyUntil: Date.now() + ms }))
    mark(300)
    const renewed = setTimeout(() => mark(400), 100)
    await clientWith({ storage }).upload(file)
    clearTimeout(renewed)
    expect(count('InitiateMultipartUpload 200')).toBe(2)
    expect(storage.length).toBe(1)
    mark(300)
    await clientWith({ storage }).upload(file)
    expect(count('InitiateMultipartUpload 200')).toBe(2)
    expect(storage.length).toBe(0)
  })

  it('takes what another tab has completed meanwhile, and begins anew when it was given up', async () => {
    const { file, bytes } = fileOf(12 * MIB)
    const completed = createStorage()
    await leaveUnfinished(completed, file)
    const copy = copyOf(completed)
    const first = await clientWith({ storage: completed }).upload(file)
    const second = await clientWith({ storage: copy }).upload(file)
    expect(second).toEqual(first)

    const storage = createStorage()
    await leaveUnfinished(storage, file)
    let sent = 0
    const cosNetwork: Setting['cosNetwork'] = async (answer) => {
      if (sent++ === 0) await clientWith({ storage: copyOf(storage) }).discard(file)
      return await answer()
    }
    const third = await clientWith({ storage, cosNetwork }).upload(file)
    expect((await stored(clientWith(), third.key)).equals(bytes)).toBe(true)
    expect(storage.length).toBe(0)
  })

  it('sends nothing again when nothing but the confirmation was lost', async () => {
    const storage = createStorage()
    const { file } = fileOf(12 * MIB)
    const network: Setting['network'] = async (url, answer) => {
      if (url.endsWith('/v1/confirm')) throw new TypeError('connection reset')
      return await answer()
    }
    const failure = clientWith({ storage, network }).upload(file)
    await expect(failure).rejects.toMatchObject({ code: 'ERR_CLIENT_NETWORK' })
    expect(await clientWith({ storage }).upload(file)).toMatchObject({ sizeBytes: 12 * MIB })
    expect(count('UploadPart 200')).toBe(2)
    expect(count('InitiateMultipartUpload 200')).toBe(1)
    expect(storage.length).toBe(0)
  })

  it('signs each part once', async () => {
    const signed: number[] = []
    const network: Setting['network'] = async (url, answer, { method, body }) => {
      if (method === 'POST' && url.endsWith('/parts')) signed.push(...JSON.parse(String(body)).partNumbers)
      return await answer()
    }
    await clientWith({ network }).upload(fileOf(28 * MIB).file)
    expect(signed).toEqual([1, 2, 3, 4])
  })

  it('ends with what its callback throws, and tells when the headers cannot be had', async () => {
    const onProgress = (): void => {
      throw new Error('of the page')
    }
    await expect(clientWith().upload(fileOf(10).file, { onProgress })).rejects.toThrow('of the page')
    const cause = new Error('the login has ended')
    const headers = (): Promise<never> => Promise.reject(cause)
    const failure = clientWith({ headers }).upload(fileOf(10).file)
    await expect(failure).rejects.toMatchObject({ code: 'ERR_CLIENT_HEADERS', cause })
    await expect(failure).rejects.toBeInstanceOf(ServiceClientError)
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
  for (let index = 0; index < storage.length; index++) {
    const name = storage.key(index) ?? ''
    copy.setItem(name, storage.getItem(name) ?? '')
  }
  return copy
}

async function leaveUnfinished(storage: Storage, file: Blob): Promise<void> {
  const stop = new AbortController()
  const options = { signal: stop.signal, onProgress: () => stop.abort(new Error('reload')) }
  await expect(clientWith({ storage }).upload(file, options)).rejects.toThrow('reload')
}
