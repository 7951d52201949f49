import { describe, expect, it } from 'vitest'
import { createGate } from '../../src/node/create-gate.ts'

describe('createGate', () => {
  it('lets those that wait through in one go, in their order, after the events at hand', async () => {
    const gate = createGate()
    const seen: string[] = []
    setImmediate(() => seen.push('an event that was there before'))
    const both = Promise.all(['first', 'second'].map((name) => gate.pass().then(() => seen.push(name))))
    await Promise.resolve()
    expect(seen).toEqual([])
    await both
    expect(seen).toEqual(['an event that was there before', 'first', 'second'])
  })

  it('opens again for those that come later', async () => {
    const gate = createGate()
    const seen: string[] = []
    const late = gate.pass().then(async () => {
      seen.push('early')
      await gate.pass()
      seen.push('late')
    })
    await new Promise(setImmediate)
    expect(seen).toEqual(['early'])
    await late
    expect(seen).toEqual(['early', 'late'])
  })

  it('is open for those it let through, as long as they wait for nothing else', async () => {
    const gate = createGate()
    const seen: boolean[] = [gate.isOpen]
    const passed = gate.pass().then(async () => {
      seen.push(gate.isOpen)
      await Promise.resolve()
      seen.push(gate.isOpen)
      await new Promise(setImmediate)
      seen.push(gate.isOpen)
    })
    await passed
    expect(seen).toEqual([false, true, true, false])
  })
})
