import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { CosClient, type CosClientOptions, type Method } from '../src/index.ts'

/** One call, and what the vendor's Python SDK answered under a clock frozen at `now` (Unix seconds). */
interface Answer {
  readonly now: number
  readonly config: CosClientOptions
  readonly call: {
    readonly Method: Method
    readonly Bucket: string
    readonly Key: string
    readonly Expired?: number
    readonly Headers: Readonly<Record<string, string>>
    readonly Params: Readonly<Record<string, string>>
  }
  readonly auth: string
  readonly url: string
  readonly downloadUrl: string
}

const answers: readonly Answer[] = JSON.parse(
  readFileSync(new URL('./vectors/python-sdk.json', import.meta.url), 'utf8'),
)

// Headers the Python SDK signs; it leaves the others out without a word.
const SIGNED =
  /^(?:x-c(?:os|i)-.*|cache-control|content-(?:disposition|encoding|length|md5|type)|expect|expires|host|if-.*|origin|pic-operations|range|transfer-encoding)$/i

/** Whether a call touches nothing in which the default mode departs from the Python SDK (departures.test.ts has those). */
function agrees({ call }: Answer): boolean {
  return Object.entries(call.Headers).every(
    ([name, value]) => SIGNED.test(name) && name !== 'Host' && value.trim() === value,
  )
}

describe('the vendor’s Python SDK', () => {
  it('answered 150 calls', () => {
    expect(answers).toHaveLength(150)
    expect(answers.filter(agrees).length).toBeGreaterThan(50)
  })

  it.each(answers.map((answer, index) => [index, answer] as const))(
    'with Compat, answer %i byte for byte',
    (_, answer) => {
      const client = new CosClient({ ...answer.config, Compat: 'python', Now: () => answer.now * 1000 })
      const { Method: _method, ...download } = answer.call
      expect(client.getAuth(answer.call)).toBe(answer.auth)
      expect(client.getPresignedUrl(answer.call)).toBe(answer.url)
      expect(client.getPresignedDownloadUrl(download)).toBe(answer.downloadUrl)
    },
  )

  it.each(answers.flatMap((answer, index) => (agrees(answer) ? [[index, answer] as const] : [])))(
    'without Compat, answer %i where the two agree',
    (_, answer) => {
      const client = new CosClient({ ...answer.config, Now: () => answer.now * 1000 })
      expect(client.getAuth(answer.call)).toBe(answer.auth)
      expect(client.getPresignedUrl(answer.call)).toBe(answer.url)
    },
  )
})
