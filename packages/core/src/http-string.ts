/**
 * HttpString (documentation 436/7778, step 5): the method in lower case, the decoded path, the canonical parameters and
 * the canonical headers, each ended by LF. Empty parts keep their line.
 */
export function httpStringOf(
  method: string,
  path: string,
  httpParameters: string,
  httpHeaders: string,
): string {
  return `${beforePath(method)}${path}${afterPath(httpParameters, httpHeaders)}`
}

/** The first line. */
export function beforePath(method: string): string {
  return `${method.toLowerCase()}\n`
}

/** What follows the path, from the end of its line. */
export function afterPath(httpParameters: string, httpHeaders: string): string {
  return `\n${httpParameters}\n${httpHeaders}\n`
}
