import { fileURLToPath } from 'node:url'
import { createContext, runInContext } from 'node:vm'
import { build } from 'esbuild'
import { describe, expect, it } from 'vitest'
import { describeWithChromium, launchChromium } from '../../../tools/testing/chromium.ts'
import * as library from '../src/index.ts'
import { conformance, type Vectors } from './conformance.ts'
import { readVectors } from './read-vectors.ts'

/** What a run of the suite gave: its checks, and those that failed. */
interface Outcome {
  readonly checks: number
  readonly failures: readonly string[]
}

/** Library, suite and vectors as one script without imports. */
async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('conformance-script.ts', import.meta.url))],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    charset: 'utf8',
  })
  return outputFiles[0]?.text ?? ''
}

function expectAllWell({ checks, failures }: Outcome): void {
  expect(failures).toEqual([])
  expect(checks).toBeGreaterThan(500)
}

describe('conformance', () => {
  it('on Node.js', () => {
    const vectors: Vectors = {
      official: readVectors('official'),
      edgeCases: readVectors('edge-cases'),
      pythonSdk: readVectors('python-sdk'),
    }
    conformance(library, vectors, (sentence, actual, expected) => expect(actual, sentence).toBe(expected))
  })

  it('in a bare ECMAScript engine, because mini programs and edge runtimes promise no more than the language', async () => {
    const context = createContext(Object.create(null))
    runInContext('delete globalThis.console; delete globalThis.WebAssembly', context)
    const present = runInContext(
      `['console', 'WebAssembly', 'URL', 'TextEncoder', 'TextDecoder', 'crypto', 'Buffer', 'process', 'fetch', 'setTimeout', 'require', 'queueMicrotask', 'atob']
        .filter((name) => name in globalThis).join()`,
      context,
    )
    expect(present).toBe('')
    runInContext(await bundle(), context)
    expectAllWell(JSON.parse(runInContext('outcome', context)))
  })
})

describeWithChromium('conformance in a browser', () => {
  it('in Chromium', async () => {
    const browser = await launchChromium()
    try {
      const page = await browser.newPage()
      await page.setContent('<!doctype html>')
      await page.addScriptTag({ content: await bundle() })
      expectAllWell(JSON.parse(await page.evaluate('outcome')))
    } finally {
      await browser.close()
    }
  })
})
