import { performance } from 'node:perf_hooks'
import { expect, it } from 'vitest'
import { createEmulator } from '../src/index.ts'

it('an emulator in memory starts at once (bench/emulator-start.mjs has the figure)', async () => {
  const times: number[] = []
  for (let run = 0; run < 5; run++) {
    const startedAt = performance.now()
    const emulator = createEmulator({ buckets: ['examplebucket-1250000000'] })
    await emulator.listen()
    times.push(performance.now() - startedAt)
    await emulator.close()
  }
  // Ten times what is promised: other tests run on the same cores.
  expect(Math.min(...times)).toBeLessThan(500)
})
