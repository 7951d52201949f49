// Protects the time it takes to import core: Node.js needs half a millisecond for each file of a package, so forty small files
// take longer to load than all they do. After `tsc` this writes packages/core/dist/cos-presign.js, the same code in one file,
// neither minified nor changed, with a source map to `src`, and for `cos-presign/bulk` a second one; what both need is in a third, so that
// a client made with the one works with the other. Those files are what package.json exports. See docs/decisions/0002.

import { build } from 'esbuild'
import { ROOT } from './lib/workspace.mjs'

const OPTIONS = {
  absWorkingDir: ROOT,
  outdir: 'packages/core/dist',
  bundle: true,
  format: 'esm',
  platform: 'neutral',
  target: 'es2022',
  charset: 'utf8',
  sourcemap: true,
  sourcesContent: false,
  logLevel: 'warning',
}

await build({
  ...OPTIONS,
  entryPoints: {
    'cos-presign': 'packages/core/src/index.ts',
    'cos-presign-bulk': 'packages/core/src/bulk/index.ts',
  },
  chunkNames: 'cos-presign-shared',
  splitting: true,
})

// Diagnosis shares no state with the others, and a fourth file would cost those who import core alone. See docs/decisions/0017.
await build({
  ...OPTIONS,
  entryPoints: { 'cos-presign-diagnose': 'packages/core/src/diagnose/index.ts' },
})
