import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { describe, expect, it } from 'vitest'
import { describeWithChromium, launchChromium } from '../../../../tools/testing/chromium.ts'
import { bucket, clientOf, keys, now } from '../fixtures.ts'

const source = fileURLToPath(new URL('../../src/', import.meta.url))

/** A page's bundle: its entry, and what is loaded when it asks. */
async function bundle(contents: string): Promise<{ entry: string; later: string }> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: source, loader: 'ts' },
    outdir: 'out',
    bundle: true,
    splitting: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'browser',
  })
  const texts = outputFiles.map(({ path, text }) => ({ isEntry: path.endsWith('stdin.js'), text }))
  const join = (isEntry: boolean): string =>
    texts
      .filter((file) => file.isEntry === isEntry)
      .map(({ text }) => text)
      .join('')
  return { entry: join(true), later: join(false) }
}

describe('a page that signs single URLs', () => {
  it('loads no WebAssembly with CosClient, nor with anything else that the package exports', async () => {
    for (const contents of ["export { CosClient } from './index.ts'", "export * from './index.ts'"]) {
      const { entry, later } = await bundle(contents)
      expect(entry).toContain('q-sign-algorithm')
      expect(entry + later).not.toMatch(/WebAssembly|AGFzbQ/)
    }
  })

  it('loads it only when it asks for bulk', async () => {
    const { entry, later } = await bundle(`
      import { CosClient } from './index.ts'
      export const sign = async (options) => (await import('./bulk/index.ts')).createBulkSigner(new CosClient(options), {})`)
    expect(entry).not.toMatch(/WebAssembly|AGFzbQ/)
    expect(later).toMatch(/WebAssembly/)
    expect(later).toMatch(/AGFzbQ/)
  })
})

describeWithChromium('bulk in a browser', () => {
  it('makes in Chromium what it makes on Node.js, by WebAssembly', async () => {
    const { outputFiles } = await build({
      stdin: {
        contents:
          "export { CosClient } from './index.ts'; export { createBulkSigner, createBulkStream } from './bulk/index.ts'",
        resolveDir: source,
        loader: 'ts',
      },
      bundle: true,
      write: false,
      format: 'iife',
      globalName: 'library',
      platform: 'browser',
    })
    const browser = await launchChromium()
    try {
      const page = await browser.newPage()
      await page.setContent('<!doctype html>')
      await page.addScriptTag({ content: outputFiles[0]?.text ?? '' })
      const script = `(async () => {
        const client = new library.CosClient({ Region: 'ap-guangzhou', ...${JSON.stringify(keys)}, Now: () => ${now()} })
        const params = { Bucket: '${bucket}' }
        const { engine } = await library.createBulkSigner(client, params)
        const input = new Blob(['a b\\n值\\n']).stream().pipeThrough(new CompressionStream('gzip'))
        const output = input.pipeThrough(library.createBulkStream(client, params, { gunzip: true }))
        return { engine, text: await new Response(output).text() }
      })()`
      const urls = ['a b', '值'].map((Key) =>
        clientOf().getPresignedUrl({ Bucket: bucket, Method: 'GET', Key }),
      )
      expect(await page.evaluate(script)).toEqual({ engine: 'wasm', text: `${urls.join('\n')}\n` })
    } finally {
      await browser.close()
    }
  })
})
