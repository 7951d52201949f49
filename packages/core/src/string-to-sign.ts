/** StringToSign (documentation 436/7778, step 6): algorithm, key time and the SHA-1 of HttpString, each ended by LF. */
export function stringToSignOf(keyTime: string, httpStringSha1: string): string {
  return ['sha1', keyTime, httpStringSha1, ''].join('\n')
}
