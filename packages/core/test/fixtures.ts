import { CosClient, type CosClientOptions } from '../src/index.ts'

/** Milliseconds: second 1,700,000,000 and a bit, so that a test sees whether the bit is dropped. */
export const now = (): number => 1_700_000_000_999

/** A permanent key. */
export const keys = {
  SecretId: 'AKIDtestidentifier01',
  SecretKey: 'test-SECRET-key-0123456789',
} as const

/** The token of a temporary key, with all that is awkward in a URL. */
export const token = 'test-TOKEN-abc/def+ghi='

/** A bucket and what the region below makes of it. */
export const bucket = 'examplebucket-1250000000'
export const host = `${bucket}.cos.ap-guangzhou.myqcloud.com`

/** An object, and a call for it. */
export const object = { Bucket: bucket, Key: 'a/b.txt' } as const
export const get = { ...object, Method: 'GET' } as const

/** A client under a frozen clock. */
export function clientOf(options: Partial<CosClientOptions> = {}): CosClient {
  return new CosClient({ Region: 'ap-guangzhou', ...keys, Now: now, ...options })
}
