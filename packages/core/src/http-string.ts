/**
 * HttpString (documentation 436/7778, step 5): the method in lower case, the decoded path, the canonical parameters and
 * the canonical headers, each ended by LF. Empty parts keep their line.
 */
export function httpStringOf(method: string, path: string, httpParameters: string, httpHeaders: string): string {
  return `${method.toLowerCase()}\n${path}\n${httpParameters}\n${httpHeaders}\n`
}
