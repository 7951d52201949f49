import { CosClient, settingsOf } from './client.ts'
import { readClock } from './time-window.ts'

/** The client with its clock stopped now, so that several signatures have one window. */
export function withFixedClock(client: CosClient): CosClient {
  const { options, now } = settingsOf(client)
  const milliseconds = readClock(now, 'Now') * 1000
  return new CosClient({ ...options, Now: () => milliseconds })
}
