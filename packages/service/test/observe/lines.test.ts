import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, it, vi } from 'vitest'
import type { LogEntry, ServiceOptions } from '../../src/index.ts'
import { createLineLog } from '../../src/node.ts'
import { createFixture } from '../fixture.ts'

/** What ends a line in ECMAScript, in Unicode and in Python, a control sequence of terminals, and writing turned round. */
const ID = 'a\u2028b\u2029c\u0085d\ne\u009b31mf\u202eg\u2066h'

async function askAsOdd(log: ServiceOptions['log']): Promise<void> {
  const { service } = await createFixture({ authenticate: { host: () => ({ id: ID }) }, log })
  await service.fetch(new Request('http://service/v1/downloads', { method: 'POST' }))
}

function assertPlain(line: string): void {
  expect(line).toMatch(/^[ -~]+$/)
  const { caller } = JSON.parse(line) as Extract<LogEntry, { event: 'request' }>
  expect(caller?.id).toBe(ID)
}

it('an entry is one plain line of JSON, whatever the id of a caller holds', async () => {
  const stream = new PassThrough()
  await askAsOdd(createLineLog(stream))
  await wait(50)
  stream.end()
  const lines = (await text(stream)).split('\n').filter((line) => line.includes('"request"'))
  expect(lines).toHaveLength(1)
  assertPlain(lines[0] as string)
})

it('a log leaves nothing at the process once its lines are out, and has them out when the process ends', async () => {
  const entry: LogEntry = {
    time: '2026-01-01T00:00:00.000Z',
    level: 'info',
    event: 'notice',
    message: 'hello',
  }
  const before = process.listeners('exit')
  const stream = new PassThrough()
  createLineLog(stream)(entry)
  const added = process.listeners('exit').filter((listener) => !before.includes(listener))
  expect(added).toHaveLength(1)
  added[0]?.(0)
  expect(String(stream.read())).toBe(`${JSON.stringify(entry)}\n`)
  createLineLog(stream)(entry)
  await wait(50)
  expect(String(stream.read())).toBe(`${JSON.stringify(entry)}\n`)
  expect(process.listeners('exit')).toEqual(before)
})

it('so it is on the console', async () => {
  const written = vi.spyOn(console, 'log').mockImplementation(() => undefined)
  try {
    await askAsOdd(undefined)
    assertPlain(String(written.mock.calls.at(-1)?.[0]))
  } finally {
    written.mockRestore()
  }
})
