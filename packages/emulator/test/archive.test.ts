import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createEmulator, type Emulator, type InjectResponse } from '../src/index.ts'
import { BUCKET, createSender, KEY, outcomeOf } from './sending.ts'

const HOUR = 3600
const DAY = 24 * HOUR

let emulator: Emulator
let send: ReturnType<typeof createSender>

beforeAll(() => {
  emulator = createEmulator({ credentials: [KEY], buckets: [BUCKET], now: () => 1_600_000_000_000 })
  send = createSender(emulator)
})
afterAll(() => emulator.close())
beforeEach(async () => {
  emulator.clock.reset()
  await send({ method: 'PUT', body: 'text', headers: { 'x-cos-storage-class': 'ARCHIVE' } })
})

function restore(days: number | string, tier?: string, path = '/o'): Promise<InjectResponse> {
  const parameters = tier === undefined ? '' : `<CASJobParameters><Tier>${tier}</Tier></CASJobParameters>`
  const body = `<RestoreRequest><Days>${days}</Days>${parameters}</RestoreRequest>`
  return send({ method: 'POST', path, params: { restore: '' }, body })
}

const stateOf = async (): Promise<string | undefined> =>
  (await send({ method: 'HEAD' })).headers['x-cos-restore']

describe('an archived object', () => {
  it('is read when it has been restored, from the time its tier takes, for some days', async () => {
    expect(outcomeOf(await send())).toEqual([403, 'InvalidObjectState'])
    expect(await stateOf()).toBeUndefined()
    expect((await restore(2, 'Expedited')).statusCode).toBe(202)
    expect(await stateOf()).toBe('ongoing-request="true"')
    expect(outcomeOf(await send())).toEqual([403, 'InvalidObjectState'])
    expect(outcomeOf(await restore(2))).toEqual([409, 'RestoreAlreadyInProgress'])
    emulator.clock.advance(300)
    expect((await send()).body.toString()).toBe('text')
    expect(await stateOf()).toBe('ongoing-request="false", expiry-date="Tue, 15 Sep 2020 12:31:40 GMT"')
    emulator.clock.advance(2 * DAY - 1)
    expect((await send()).statusCode).toBe(200)
    emulator.clock.advance(1)
    expect(outcomeOf(await send())).toEqual([403, 'InvalidObjectState'])
    expect((await restore(1)).statusCode).toBe(202)
  })

  it('stays readable for longer when it is restored again', async () => {
    await restore(1)
    emulator.clock.advance(5 * HOUR)
    expect((await restore(3)).statusCode).toBe(200)
    emulator.clock.advance(3 * DAY - 1)
    expect((await send()).statusCode).toBe(200)
  })

  it('is copied only while it can be read', async () => {
    const copy = () =>
      send({
        method: 'PUT',
        path: '/copy',
        headers: { 'x-cos-copy-source': `${BUCKET}.cos.ap-guangzhou.myqcloud.com/o` },
      })
    expect(outcomeOf(await copy())).toEqual([403, 'InvalidObjectState'])
    await restore(1, 'Bulk')
    emulator.clock.advance(12 * HOUR)
    expect((await copy()).statusCode).toBe(200)
    expect((await send({ path: '/copy' })).body.toString()).toBe('text')
    expect((await send({ method: 'HEAD', path: '/copy' })).headers).not.toHaveProperty('x-cos-restore')
  })

  it.each([
    ['a tier its class does not have', 1, 'Expedited', 'DEEP_ARCHIVE', [400, 'InvalidArgument']],
    ['an unknown tier', 1, 'constructor', 'ARCHIVE', [400, 'InvalidArgument']],
    ['no day', 0, 'Bulk', 'ARCHIVE', [400, 'InvalidArgument']],
    ['more than a year', 366, 'Bulk', 'ARCHIVE', [400, 'InvalidArgument']],
    ['an empty number of days', '', 'Bulk', 'ARCHIVE', [400, 'MalformedXML']],
    ['another storage class', 1, 'Standard', 'STANDARD', [405, 'RestoreNonArchiveObject']],
  ])('is not restored with %s', async (_what, days, tier, storageClass, outcome) => {
    await send({ method: 'PUT', body: 'text', headers: { 'x-cos-storage-class': storageClass } })
    expect(outcomeOf(await restore(days, tier))).toEqual(outcome)
  })

  it('must be there', async () => {
    expect(outcomeOf(await restore(1, 'Bulk', '/none'))).toEqual([404, 'NoSuchKey'])
  })
})
