// A file of keys into a file of URLs as one would write it with cos-nodejs-sdk-v5. Prints keys a second, without the start of the process.
// Usage: node rival-loop.mjs KEYS URLS

import { createReadStream, createWriteStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { finished } from 'node:stream/promises'
import COS from 'cos-nodejs-sdk-v5'
import { CREDENTIAL } from './processes.mjs'

const cos = new COS(CREDENTIAL)
const [, , keys, urls] = process.argv
const nothing = () => undefined
const at = performance.now()
const output = createWriteStream(urls)
let count = 0
let lines = ''
for await (const Key of createInterface({ input: createReadStream(keys) })) {
  lines += `${cos.getObjectUrl({ Bucket: 'examplebucket-1250000000', Region: 'ap-guangzhou', Key, Sign: true, Expires: 300 }, nothing)}\n`
  count++
  if (lines.length > 65_536) {
    if (!output.write(lines)) await new Promise((resolve) => output.once('drain', resolve))
    lines = ''
  }
}
output.end(lines)
await finished(output)
process.stdout.write(String(count / ((performance.now() - at) / 1000)))
