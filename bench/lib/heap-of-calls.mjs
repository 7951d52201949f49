// Prints how many bytes of heap one call allocates. Usage: node --expose-gc … heap-of-calls.mjs CALL

import COS from 'cos-nodejs-sdk-v5'
import { CosClient } from 'cos-presign'
import { CREDENTIAL } from './processes.mjs'

const CALLS = 5000
const Bucket = 'examplebucket-1250000000'
const Region = 'ap-guangzhou'
const client = new CosClient({ Region, ...CREDENTIAL })
const cos = new COS(CREDENTIAL)
const nothing = () => undefined
const sign = {
  getPresignedUrl: (Key) => client.getPresignedUrl({ Method: 'GET', Bucket, Key, Expired: 300 }),
  getAuth: (Key) => client.getAuth({ Method: 'GET', Bucket, Key, Expired: 300 }),
  getObjectUrl: (Key) => cos.getObjectUrl({ Bucket, Region, Key, Sign: true, Expires: 300 }, nothing),
}[process.argv[2]]
const keys = Array.from({ length: CALLS }, (_, at) => `photos/2026/11/picture-${at}.jpg`)
for (let warmUp = 0; warmUp < 10; warmUp++) for (const key of keys) sign(key)
globalThis.gc()
const before = process.memoryUsage().heapUsed
for (const key of keys) sign(key)
process.stdout.write(String(Math.round((process.memoryUsage().heapUsed - before) / CALLS)))
