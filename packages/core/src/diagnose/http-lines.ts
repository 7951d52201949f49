/** An HttpString in its lines (documentation 436/7778, step 5). */
export interface HttpLines {
  /** In lower case, unless a signer did it otherwise. */
  readonly method: string
  /** Decoded. */
  readonly path: string
  readonly parameters: string
  readonly headers: string
}

/** The names of the lines, in their order. */
export const LINES = ['method', 'path', 'parameters', 'headers'] as const

/** One of the four lines. */
export type LineName = (typeof LINES)[number]

/** Takes an HttpString apart. The first and the last two lines hold no line end, so a path may hold some. */
export function readHttpLines(text: string): HttpLines | undefined {
  const lines = text.split('\n')
  if (lines.length < 5 || lines.at(-1) !== '') return undefined
  const [method = ''] = lines
  if (!/^[a-z]+$/i.test(method)) return undefined
  return {
    method,
    path: lines.slice(1, -3).join('\n'),
    parameters: lines.at(-3) as string,
    headers: lines.at(-2) as string,
  }
}

/** The HttpString of its lines. */
export function writeHttpLines({ method, path, parameters, headers }: HttpLines): string {
  return [method, path, parameters, headers, ''].join('\n')
}

/** A name and a value of a canonical line, as they stand there: encoded. */
export type CanonicalPair = readonly [name: string, value: string]

/** The pairs of a line of parameters or headers. */
export function pairsOf(line: string): CanonicalPair[] {
  if (line === '') return []
  return line.split('&').map((pair) => {
    const equals = pair.indexOf('=')
    return equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)]
  })
}
