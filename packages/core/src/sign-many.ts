import { assertObject, wrongType } from './assert.ts'
import {
  type Call,
  type ClientSettings,
  type CosClient,
  keyOf,
  type PresignParams,
  readCall,
  settingsOf,
  urlOf,
} from './client.ts'
import { assertUrlKey } from './object-key.ts'
import { toRepeatable } from './pairs.ts'
import { writeUrl } from './presign-url.ts'
import { keyTimeOf, readClock } from './time-window.ts'

/**
 * Presigns many URLs at once, as `client.getPresignedUrl` would one by one in the same second. For the page that lists a thousand
 * private pictures; for a million keys there is `cos-presign/bulk`.
 *
 * @param calls - Keys, or parameters where a call differs from the others in more than its key.
 * @param params - What the calls have in common. `Method` is GET where none is given.
 * @returns The URLs, in the order of the calls.
 * @throws {TypeError|RangeError} As `getPresignedUrl`; the message begins with the number of the call, `calls[17]`.
 * @throws {SignatureError} `ERR_CREDENTIAL_EXPIRED`: the temporary key is dead.
 * @example
 * const urls = signMany(client, keys, { Bucket: 'examplebucket-1250000000', Expired: 3600 })
 */
export function signMany(
  client: CosClient,
  calls: Iterable<string | Partial<PresignParams>>,
  params: Partial<PresignParams> = {},
): string[] {
  // A text is iterable too, by its characters.
  if (typeof calls === 'string') throw wrongType('calls', 'a list of keys or calls', calls)
  assertObject(calls, 'calls', 'a list of keys or calls')
  assertObject(params, 'params', 'an object')
  const settings = withFixedClock(settingsOf(client))
  const shared = { ...params, Params: toRepeatable(params.Params), Headers: toRepeatable(params.Headers) }
  const read = (call: Partial<PresignParams>): Call =>
    // What is missing is found by readCall.
    readCall(settings, { Method: 'GET', ...shared, ...call } as PresignParams)
  let signKey: ((key: string) => string) | undefined
  const urls: string[] = []
  for (const call of calls) {
    try {
      if (typeof call !== 'string') {
        assertObject(call, 'Key', 'a string')
        urls.push(urlOf(settings, read(call)))
        continue
      }
      signKey ??= prepareKeys(settings, read({ Key: '/' }))
      urls.push(signKey(call))
    } catch (error) {
      throw inCall(urls.length, error)
    }
  }
  return urls
}

/** Signs keys of which all else is the same. */
function prepareKeys(settings: ClientSettings, shape: Call): (key: string) => string {
  const { python } = settings
  const prepared = settings.prepareUrl(shape)
  const keyTime = keyTimeOf(shape)
  return function signKey(given) {
    const key = keyOf(given, python)
    if (!python) assertUrlKey(key, 'Key')
    return writeUrl(prepared, key, keyTime)
  }
}

function withFixedClock(settings: ClientSettings): ClientSettings {
  const now = readClock(settings.now, 'Now') * 1000
  return { ...settings, now: () => now }
}

function inCall(index: number, error: unknown): unknown {
  if (error instanceof Error) error.message = `calls[${index}]: ${error.message}`
  return error
}
