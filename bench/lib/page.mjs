// A page of 1,000 keys by signMany and by a loop over cos-nodejs-sdk-v5, in turn; and how often a second the fastest kernel does the five
// compressions of a URL. Prints JSON.

import COS from 'cos-nodejs-sdk-v5'
import { CosClient, signMany } from 'cos-presign'
import { CREDENTIAL, median } from './processes.mjs'

const Bucket = 'examplebucket-1250000000'
const Region = 'ap-guangzhou'
const ours = new CosClient({ Region, ...CREDENTIAL })
const cos = new COS(CREDENTIAL)
const nothing = () => undefined
const times = { signMany: [], rival: [], hash: [] }
// Not public: an instance of the module itself.
const { instantiate } = await import('../../packages/core/dist/bulk/wasm.js')
const { call } = await instantiate()
const state = call.allocate(80)
const block = call.allocate(256)

let length = 0
for (let round = 0; round < 40; round++) {
  const keys = Array.from({ length: 1000 }, (_, at) => `photos/${round}/picture-${at}.jpg`)
  const seconds = {
    signMany: timed(() => {
      // Each URL is read, as a page would: a text that nobody looked at is not put together yet.
      for (const url of signMany(ours, keys, { Bucket, Expired: 300 }))
        length += url.charCodeAt(url.length - 1)
    }),
    rival: timed(() => {
      for (const Key of keys) {
        const url = cos.getObjectUrl({ Bucket, Region, Key, Sign: true, Expires: 300 }, nothing)
        length += url.charCodeAt(url.length - 1)
      }
    }),
    hash: timed(() => {
      for (let four = 0; four < 5 * 250; four++) call.compress(state, block)
    }),
  }
  if (round >= 10) for (const name in seconds) times[name].push(1000 / seconds[name])
}
if (Number.isNaN(length)) throw new Error('No URLs')
process.stdout.write(
  JSON.stringify(Object.fromEntries(Object.entries(times).map(([name, all]) => [name, median(all)]))),
)

function timed(work) {
  const at = performance.now()
  work()
  return (performance.now() - at) / 1000
}
