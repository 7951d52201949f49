/*
 * Hostile input that grows: eight times the input may take about eight times as long, never sixty-four. What counts is processor
 * time, not what a clock shows on a busy machine; the best of several runs, small and large in turn; and times too short to
 * mean anything are taken as equal. What really grows too fast does so each time, so one good round of three is enough.
 */

const FLOOR_MS = 2
const [SMALL, LARGE] = [2000, 16_000]

/** What the growth must stay below: three times eight. */
export const GROWTH_LIMIT = 24

/** How many times as long the large input takes; what the work throws is an answer too. */
export function growthOf(work: (size: number) => unknown): number {
  let growth = Number.POSITIVE_INFINITY
  for (let round = 0; round < 3 && growth >= GROWTH_LIMIT; round++) {
    let [small, large] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
    for (let run = 0; run < 5; run++) {
      small = Math.min(
        small,
        processorMs(() => work(SMALL)),
      )
      large = Math.min(
        large,
        processorMs(() => work(LARGE)),
      )
    }
    growth = Math.max(large, FLOOR_MS) / Math.max(small, FLOOR_MS)
  }
  return growth
}

function processorMs(work: () => unknown): number {
  const before = process.cpuUsage()
  try {
    work()
  } catch {
    // A refusal is an answer; only the time matters here.
  }
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}
