import { wrongValue } from '../assert.ts'
import { type Call, type CosClient, readCall, settingsOf } from '../client.ts'
import { endsInDots, MAX_KEY_BYTES } from '../object-key.ts'
import type { PreparedUrl } from '../presign-url.ts'
import { keyTimeOf } from '../time-window.ts'
import { type BulkOptions, type BulkParams, type BulkSettings, readBulkOptions } from './options.ts'

/** All that is known before the first key comes. */
export interface BulkJob extends BulkSettings {
  readonly url: PreparedUrl
  readonly method: string
  /** What stands before each key in a path: the prefix without the one leading slash that is optional. */
  readonly keyPrefix: string
  /** Whether the leading slash of a record is that optional one. */
  readonly dropsSlash: boolean
  /** The longest record's key, in bytes. */
  readonly maxKeyBytes: number
  /** Whether a URL for a key that ends so is refused. */
  readonly refusesDots: boolean
  /** Whether a record `.` or `..` alone makes such a key. */
  readonly refusesDot: boolean
  readonly refusesDotDot: boolean
  /** The key time of a URL made now. */
  readonly keyTime: () => string
}

/** Checks the parameters and options, and prepares what does not depend on keys. */
export function createBulkJob(client: CosClient, params: BulkParams, options: BulkOptions): BulkJob {
  const settings = readBulkOptions(options)
  const clientSettings = settingsOf(client)
  const read = (given: BulkParams): Call => readCall(clientSettings, { Method: 'GET', ...given, Key: '/' })
  const call = read(params)
  // Its own copy of what the caller may change later.
  const kept = {
    ...params,
    Params: call.params,
    Headers: call.headers,
    // These have become a parameter.
    Filename: undefined,
    Disposition: undefined,
  }
  const refuses = (key: string): boolean => !clientSettings.python && endsInDots(keyPrefix + key)
  const keyPrefix = settings.prefix.replace(/^\//, '')
  const maxKeyBytes = MAX_KEY_BYTES - new TextEncoder().encode(keyPrefix).length
  if (maxKeyBytes < 1) throw wrongValue('prefix', 'leaves no room for a key, which has 850 bytes at most')
  return {
    ...settings,
    url: clientSettings.prepareUrl(call),
    method: call.method,
    keyPrefix,
    dropsSlash: settings.prefix === '',
    maxKeyBytes,
    refusesDots: !clientSettings.python,
    refusesDot: refuses('.'),
    refusesDotDot: refuses('..'),
    keyTime: () => keyTimeOf(read(kept)),
  }
}
