import { describe, expect, it } from 'vitest'
import { createGate } from '../../src/node/create-gate.ts'

describe('createGate', () => {
  it('lets those that wait through in one go, in their order, after the events at hand', async () => {
    const gate = createGate()
    const seen: string[] = []
    setImmediate(() => seen.push('an event that was there before'))
    const both = Promise.all(['first', 'second'].map((name) => gate().then(() => seen.push(name))))
    await Promise.resolve()
    expect(seen).toEqual([])
    await both
    expect(seen).toEqual(['an event that was there before', 'first', 'second'])
  })

  it('opens again for those that come later', async () => {
    const gate = createGate()
    const seen: string[] = []
    const late = gate().then(async () => {
      seen.push('early')
      await gate()
      seen.push('late')
    })
    await new Promise(setImmediate)
    expect(seen).toEqual(['early'])
    await late
    expect(seen).toEqual(['early', 'late'])
  })
})
