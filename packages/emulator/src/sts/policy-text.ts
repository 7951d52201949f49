import { parsePolicy, StsError } from '@cos-presign/sts'
import { StsRefusal } from './sts-refusal.ts'

/**
 * The policy of a call as JSON text. Callers are told to encode it and most do, some once more (the form adds nothing: it has been
 * decoded by now), the Java SDK not at all: so it is decoded until it is JSON, twice at most.
 *
 * @param maxCharacters - Of the JSON text.
 * @throws {StsRefusal} It is no policy, names a principal, or is too long.
 */
export function readPolicyText(param: string, maxCharacters: number): string {
  const document = decodeDocument(param)
  const text = JSON.stringify(document)
  if (text.length > maxCharacters) {
    throw new StsRefusal(
      'InvalidParameter.PolicyTooLong',
      `The policy has ${text.length} characters; the limit is ${maxCharacters}.`,
    )
  }
  assertSessionPolicy(document)
  return text
}

function decodeDocument(param: string): object {
  let text = param
  for (let decodings = 0; decodings <= 2; decodings++) {
    const document = parseObject(text)
    if (document !== undefined) return document
    text = decode(text)
  }
  throw new StsRefusal('InvalidParameter.StrategyFormatError', 'The policy is not a JSON object.')
}

function parseObject(text: string): object | undefined {
  try {
    const document: unknown = JSON.parse(text)
    return typeof document === 'object' && document !== null ? document : undefined
  } catch {
    return undefined
  }
}

/** `+` is a space: the Go SDK encodes as a form does, and all others write a plus as `%2B`. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}

function assertSessionPolicy(document: object): void {
  try {
    parsePolicy(document, { kind: 'session' })
  } catch (error) {
    if (!(error instanceof StsError)) throw error
    const isPrincipal = /(?:^|\.)principal$/i.test(error.path ?? '')
    throw new StsRefusal(
      isPrincipal ? 'InvalidParameter.StrategyInvalid' : 'InvalidParameter.StrategyFormatError',
      error.message,
    )
  }
}
