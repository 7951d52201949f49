import {
  type Bytes,
  createHmacKey,
  createHmacKeyOfBytes,
  createSignKey,
  type HmacKey,
  hmacSha1Hex,
  sha1Hex,
  signHttpString,
  toBytes,
} from '../../hash/kernel.ts'
import { decodeToBytes } from '../../percent-encoding.ts'
import type { SignatureFields } from '../../signature-fields.ts'
import { stringToSignOf } from '../../string-to-sign.ts'
import { keyTimeOf } from '../../time-window.ts'
import type { DiagnosisCode } from '../diagnosis-code.ts'

/** A way to compute a signature from an HttpString: the documented one, or one with a mistake in it. */
export interface Way {
  /** The cause, if the signature was computed so; none for the documented way. */
  readonly code?: DiagnosisCode
  readonly summary?: string | undefined
  sign(httpString: string): string
}

const NOTHING = toBytes('')

/** The documented way. */
export function rightWay(secretKey: string, { keyTime, signTime }: SignatureFields): Way {
  return wayWithTimes(secretKey, keyTimeOf(keyTime), keyTimeOf(signTime))
}

function wayWithTimes(secretKey: string, keyTime: string, signTime: string): Way {
  const start = toBytes(`sha1\n${signTime}\n`)
  const signKey = { ...createSignKey(createHmacKey(secretKey), keyTime), start }
  return { sign: (httpString) => signHttpString(NOTHING, httpString, NOTHING, signKey) }
}

/** Wrong ways that have been seen, or are near: with another form of the SecretKey, other times, a step done otherwise. */
export function* wrongWays(secretKey: string, fields: SignatureFields): Generator<Way> {
  yield* otherSecrets(secretKey, fields)
  yield* otherSteps(secretKey, fields)
  yield* otherTimes(secretKey, fields)
}

function* otherSecrets(secretKey: string, fields: SignatureFields): Generator<Way> {
  const forms: readonly (readonly [string, string])[] = [
    [secretKey.trim(), 'without the white space that the given one has'],
    [`${secretKey}\n`, 'with a line end after it'],
    [`${secretKey}\r\n`, 'with a line end (CR LF) after it'],
    [`${secretKey}\r`, 'with a carriage return after it'],
    [`${secretKey} `, 'with a space after it'],
    [` ${secretKey}`, 'with a space before it'],
    [`\ufeff${secretKey}`, 'with a byte order mark before it'],
    [`"${secretKey}"`, 'with its quotes'],
    [`'${secretKey}'`, 'with its quotes'],
    [secretKey.replace(/^(["'])(.*)\1$/s, '$2'), 'without the quotes that the given one has'],
    [secretKey.replaceAll('+', ' '), 'with spaces for its +'],
    [decodeToBytes(secretKey, false), 'with its escapes decoded'],
    [encodeURIComponent(secretKey), 'percent-encoded'],
  ]
  for (const [form, how] of forms) {
    if (form === '' || form === secretKey) continue
    yield {
      ...rightWay(form, fields),
      code: 'key-with-white-space',
      summary: `The SecretKey was used ${how}.`,
    }
  }
}

function* otherSteps(secretKey: string, fields: SignatureFields): Generator<Way> {
  const [keyTime, signTime] = [keyTimeOf(fields.keyTime), keyTimeOf(fields.signTime)]
  const secret = createHmacKey(secretKey)
  const signKeyHex = hmacSha1Hex(secret, keyTime)
  const signKey = createHmacKey(signKeyHex)
  const usual = (httpString: string): string => stringToSignOf(signTime, sha1Hex(httpString))
  const steps: readonly (readonly [string, (httpString: string) => string])[] = [
    [
      'The sign key was used as its 20 bytes; the 40 characters of its hex text are the key.',
      withKey(createHmacKeyOfBytes(fromHex(signKeyHex)), usual),
    ],
    [
      'The SecretKey itself was used as the key; the sign key of the key time is the key.',
      withKey(secret, usual),
    ],
    ['The sign key was used in capitals.', withKey(createHmacKey(signKeyHex.toUpperCase()), usual)],
    [
      'The sign key was made with SecretKey and key time swapped.',
      withKey(createHmacKey(hmacSha1Hex(createHmacKey(keyTime), secretKey)), usual),
    ],
    ['The last line end of StringToSign is missing.', withKey(signKey, (text) => usual(text).slice(0, -1))],
    [
      'The last line end of HttpString is missing.',
      withKey(signKey, (text) => usual(text.replace(/\n$/, ''))),
    ],
    ['HttpString was written with CR LF.', withKey(signKey, (text) => usual(text.replaceAll('\n', '\r\n')))],
    [
      'StringToSign holds HttpString itself; its SHA-1 belongs there.',
      withKey(signKey, (text) => stringToSignOf(signTime, text)),
    ],
    [
      'The SHA-1 in StringToSign is in capitals.',
      withKey(signKey, (text) => stringToSignOf(signTime, sha1Hex(text).toUpperCase())),
    ],
    [
      'The signature was made over the SHA-1 of HttpString alone, as that of a POST policy is.',
      withKey(signKey, (text) => sha1Hex(text)),
    ],
    ['The signature was made over HttpString itself.', withKey(signKey, (text) => text)],
    [
      'Key and text of the last HMAC were swapped.',
      (text) => hmacSha1Hex(createHmacKey(usual(text)), signKeyHex),
    ],
  ]
  for (const [summary, sign] of steps) yield { code: 'signer-step-wrong', summary, sign }
}

function withKey(key: HmacKey, toText: (httpString: string) => string): (httpString: string) => string {
  return (httpString) => hmacSha1Hex(key, toText(httpString))
}

function fromHex(hex: string): Bytes {
  const words = Array.from({ length: hex.length / 8 }, (_, at) =>
    Number.parseInt(hex.slice(8 * at, 8 * at + 8), 16),
  )
  return { words, length: hex.length / 2 }
}

/** Lives that signers are usually asked for, in seconds. */
const USUAL_LIVES = [
  60, 120, 180, 300, 600, 900, 1200, 1800, 3600, 7200, 10_000, 14_400, 21_600, 43_200, 86_400, 129_600,
  172_800, 259_200, 604_800, 2_592_000, 31_536_000,
]
/** By how much a signer starts early. */
const EARLY_STARTS = [0, 1, 60]

function* otherTimes(secretKey: string, { keyTime, signTime }: SignatureFields): Generator<Way> {
  const [key, sign] = [keyTimeOf(keyTime), keyTimeOf(signTime)]
  if (key !== sign) {
    yield { ...wayWithTimes(secretKey, key, key), code: 'times-differ' }
    yield { ...wayWithTimes(secretKey, sign, sign), code: 'times-differ' }
    yield { ...wayWithTimes(secretKey, sign, key), code: 'times-differ' }
    return
  }
  for (const times of [...otherEnds(keyTime.startsAt), ...oneDigitEdits(key)]) {
    if (times === key) continue
    yield {
      ...wayWithTimes(secretKey, times, times),
      code: 'window-edited',
      summary: `The request says ${key}, and what was signed is ${times}.`,
    }
  }
}

/** Ends that a signature with this start may have had before somebody prolonged it. */
function otherEnds(startsAt: number): string[] {
  return USUAL_LIVES.flatMap((life) => EARLY_STARTS.map((early) => `${startsAt};${startsAt + early + life}`))
}

function oneDigitEdits(keyTime: string): string[] {
  return Array.from(keyTime, (digit, at) =>
    digit === ';'
      ? []
      : Array.from('0123456789', (other) => keyTime.slice(0, at) + other + keyTime.slice(at + 1)),
  ).flat()
}
