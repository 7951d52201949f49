// What an import costs a page: bundled for a browser by esbuild, minified, gzipped at level 9. Our own is imported as size-limit
// does it (`npm run check -- size`), which takes 46 bytes off for an empty bundle; here they count.
// Usage: node bench/bundle-size.mjs

import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const HERE = fileURLToPath(new URL('.', import.meta.url))
const LIMIT_BYTES = 7000
const IMPORTS = [
  ['cos-presign', "import { CosClient } from 'cos-presign'; console.log(CosClient)"],
  ['aws4fetch', "export { AwsClient } from 'aws4fetch'"],
  ['cos-js-sdk-v5', "export { default } from 'cos-js-sdk-v5'"],
  [
    '@aws-sdk/s3-request-presigner',
    "export { getSignedUrl } from '@aws-sdk/s3-request-presigner'; export { S3Client, GetObjectCommand } from '@aws-sdk/client-s3'",
  ],
]

let own = 0
console.log('Bundled for a browser                      kB gzip')
for (const [name, contents] of IMPORTS) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: HERE },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    logLevel: 'error',
  })
  const bytes = gzipSync(outputFiles[0].contents, { level: 9 }).length
  own ||= bytes
  console.log(`  ${name.padEnd(38)} ${(bytes / 1000).toFixed(1).padStart(9)}`)
}
console.log(`\nimport { CosClient } is ${own} bytes (at most ${LIMIT_BYTES} is promised).`)
process.exitCode = own <= LIMIT_BYTES ? 0 : 1
