import { CliError } from '../errors.ts'

/** Runs something with a signal that Ctrl-C aborts; a second Ctrl-C ends the process at once. */
export async function interruptible<T>(
  work: (interrupt: AbortSignal) => Promise<T>,
  { onHangup }: { readonly onHangup?: () => void } = {},
): Promise<T> {
  const controller = new AbortController()
  const names = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).filter(
    (name) => name !== 'SIGHUP' || onHangup === undefined,
  )
  const onSignal = (): void => {
    for (const name of names) process.off(name, onSignal)
    controller.abort(new CliError('ERR_CLI_INTERRUPTED', 'Interrupted; nothing half-done was kept'))
  }
  for (const name of names) process.on(name, onSignal)
  if (onHangup !== undefined) process.on('SIGHUP', onHangup)
  try {
    return await work(controller.signal)
  } finally {
    if (onHangup !== undefined) process.off('SIGHUP', onHangup)
    for (const name of names) process.off(name, onSignal)
  }
}
