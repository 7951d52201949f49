import type { Io } from './io.ts'
import { formatBytes, printable, tell } from './output.ts'

/** Shows how far a transfer is. */
export interface Progress {
  add(bytes: number): void
  /** Takes the display away. */
  stop(): void
}

/** Shows nothing. */
export const NO_PROGRESS: Progress = { add() {}, stop() {} }

/**
 * Shows a bar on a terminal, and nothing elsewhere.
 *
 * @param rateOf - Says how fast it goes: after so many seconds, with so many bytes.
 */
export async function startProgress(
  io: Io,
  label: string,
  totalBytes: number | undefined,
  rateOf: (seconds: number, bytes: number) => string = (seconds, bytes) =>
    `${formatBytes(bytes / seconds)}/s`,
): Promise<Progress> {
  if (!io.stderr.isTerminal) return NO_PROGRESS
  const { SingleBar, Presets } = await import('cli-progress')
  const stream = io.stderr.stream as NodeJS.WriteStream
  const start = io.elapsed()
  const rate = (bytes: number): string => rateOf(Math.max(1, io.elapsed() - start) / 1000, bytes)
  const bar = new SingleBar(
    {
      stream,
      clearOnComplete: true,
      hideCursor: true,
      etaBuffer: 100,
      format(options, params) {
        const done = `${formatBytes(params.value)}${totalBytes === undefined ? '' : ` of ${formatBytes(totalBytes)}`}`
        const filled = Math.round(params.progress * 24)
        const picture =
          totalBytes === undefined
            ? ''
            : `${options.barCompleteString?.slice(0, filled)}${options.barIncompleteString?.slice(0, 24 - filled)} `
        const eta = totalBytes === undefined || !Number.isFinite(params.eta) ? '' : `, ${params.eta} s left`
        const numbers = `${picture}${done}, ${rate(params.value)}${eta}`
        // What does not fit into the line is cut off by the terminal.
        return `${lastOf(printable(label), (stream.columns || 80) - numbers.length - 2)} ${numbers}`
      },
    },
    Presets.shades_classic,
  )
  bar.start(Math.max(1, totalBytes ?? 1), 0)
  return {
    add: (bytes) => {
      if (totalBytes === undefined) bar.setTotal(bar.getTotal() + bytes)
      bar.increment(bytes)
    },
    stop: () => bar.stop(),
  }
}

/** The end of a text, which says most of a path. */
function lastOf(text: string, most: number): string {
  const characters = [...text]
  return characters.length <= most ? text : `…${characters.slice(1 - Math.max(2, most)).join('')}`
}

/** The line that stays when a transfer is over. */
export async function tellTransferred(io: Io, what: string, bytes: number, startedAt: number): Promise<void> {
  const seconds = (io.elapsed() - startedAt) / 1000
  const rate = formatBytes(bytes / Math.max(seconds, 0.001))
  await tell(
    io,
    printable(`${what}: ${formatBytes(bytes)} in ${seconds.toFixed(seconds < 10 ? 2 : 0)} s (${rate}/s)`),
  )
}
