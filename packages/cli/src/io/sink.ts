import type { Writable } from 'node:stream'
import { styleText } from 'node:util'
import { CliError, codeOf, fileError } from '../errors.ts'

/** Where text and bytes go. */
export interface Sink {
  /** Whether a person looks at it. */
  readonly isTerminal: boolean
  /** Whether it takes colour: a terminal, and `NO_COLOR` is not set. */
  readonly hasColor: boolean
  /** The stream itself, for a progress bar. */
  readonly stream: Writable
  /** Resolves when more may be written. */
  write(chunk: string | Uint8Array): Promise<void>
}

/** Wraps a stream; a reader that went away becomes `ERR_CLI_OUTPUT_CLOSED`. */
export function toSink(
  stream: Writable & { isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>>,
): Sink {
  const isTerminal = stream.isTTY === true
  let failure: Error | undefined
  stream.on('error', (error) => {
    failure = error
  })
  return {
    stream,
    isTerminal,
    hasColor: isTerminal && !env.NO_COLOR && env.TERM !== 'dumb',
    write(chunk) {
      return new Promise((resolve, reject) => {
        if (failure) return reject(outputError(failure))
        stream.write(chunk, (error) => (error ? reject(outputError(error)) : resolve()))
      })
    },
  }
}

/** A failure to write to an output: `ERR_CLI_OUTPUT_CLOSED` when its reader went away. */
export function outputError(error: Error): CliError {
  return codeOf(error) === 'EPIPE' || codeOf(error) === 'ERR_STREAM_DESTROYED'
    ? new CliError('ERR_CLI_OUTPUT_CLOSED', 'Whoever read the output went away', { cause: error })
    : fileError('write to', 'the output', error)
}

/** How a text may look. */
export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'

/** Colours a text if the sink takes colour. */
export function style(sink: Sink, format: Style, text: string): string {
  return sink.hasColor ? styleText(format, text) : text
}
