import { createHash, createHmac } from 'node:crypto'

/* A signer of the test's own, over node:crypto, whose steps can be done wrong: the mistakes of signers people write. */

/** What is signed, and how. */
export interface Flawed {
  readonly secretId: string
  readonly secretKey: string
  /** `start;end` */
  readonly keyTime: string
  /** @default as `keyTime` */
  readonly signTime?: string
  /** All four lines, as this signer makes them. */
  readonly httpString: string
  readonly headerList?: string
  readonly urlParamList?: string
  /** Instead of `sha1`. */
  readonly algorithm?: string
  /** Done instead of the documented last steps. */
  readonly finish?: (steps: Steps) => string
}

/** The documented steps, to be done wrong. */
export interface Steps {
  readonly secretKey: string
  readonly keyTime: string
  readonly signKey: string
  readonly httpString: string
  readonly stringToSign: string
}

/** HMAC-SHA1 in hex. */
export function hmac(key: string | Buffer, text: string): string {
  return createHmac('sha1', key).update(text).digest('hex')
}

/** SHA-1 in hex. */
export function sha1(text: string | Buffer): string {
  return createHash('sha1').update(text).digest('hex')
}

/** The value of `Authorization`. */
export function flawedAuthorization(flawed: Flawed): string {
  const {
    secretId,
    keyTime,
    signTime = keyTime,
    headerList = 'host',
    urlParamList = '',
    algorithm = 'sha1',
  } = flawed
  return `q-sign-algorithm=${algorithm}&q-ak=${secretId}&q-sign-time=${signTime}&q-key-time=${keyTime}&q-header-list=${headerList}&q-url-param-list=${urlParamList}&q-signature=${signatureOf(flawed)}`
}

/** The same as a query. */
export function flawedQuery(flawed: Flawed): string {
  return flawedAuthorization(flawed).replaceAll(';', '%3B')
}

function signatureOf({ secretKey, keyTime, signTime = keyTime, httpString, finish }: Flawed): string {
  const signKey = hmac(secretKey, keyTime)
  const stringToSign = `sha1\n${signTime}\n${sha1(httpString)}\n`
  return finish?.({ secretKey, keyTime, signKey, httpString, stringToSign }) ?? hmac(signKey, stringToSign)
}
