import { defineConfig } from 'vitest/config'

const inCi = process.env.CI === 'true'

export default defineConfig({
  test: {
    include: ['packages/*/test/**/*.test.ts', 'tools/test/**/*.test.ts'],
    globalSetup: ['tools/testing/require-chromium.ts'],
    // Processes, not threads: the emulator's tests start servers, and lmdb is a native module.
    pool: 'forks',
    // A browser start or a thousand generated cases on two busy cores; a test that hangs is still found within a minute.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    allowOnly: !inCi,
    passWithNoTests: false,
    restoreMocks: true,
    unstubEnvs: true,
    unstubGlobals: true,
    // The JSON is what `.ci/run` takes its closing line from.
    reporters: inCi ? ['default', ['json', { outputFile: '.tmp/test-report.json' }]] : ['default'],
  },
})
