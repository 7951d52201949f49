import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { expect, it } from 'vitest'

/* An edge host has no module of Node.js, and each kilobyte is read at each cold start. */

it('the main entry needs no module of Node.js, and neither Redis nor lmdb', async () => {
  const { metafile } = await build({
    entryPoints: [fileURLToPath(new URL('../dist/index.js', import.meta.url))],
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    // Knows no module of Node.js: to import one would be an error.
    platform: 'neutral',
    mainFields: ['module', 'main'],
    logLevel: 'silent',
  })
  const packages = new Set(
    Object.keys(metafile.inputs).flatMap(
      (path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? [],
    ),
  )
  for (const name of ['rate-limiter-flexible', 'ioredis', 'lmdb', 'yaml', '@hono/node-server'])
    expect(packages).not.toContain(name)
  expect(packages).toContain('hono')
})
