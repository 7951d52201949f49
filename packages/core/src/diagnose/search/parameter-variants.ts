import { encode, encodeName } from '../../percent-encoding.ts'
import { isFieldName } from '../../signature-fields.ts'
import { TOKEN_NAMES } from '../../signed-texts.ts'
import type { RequestFacts } from '../facts.ts'
import { type CanonicalPair, pairsOf } from '../http-lines.ts'
import { listVariants, sortPairs, unlistedVariants, valueVariants, writePairs } from './pair-variants.ts'
import type { Variant } from './variant.ts'

/** Parameters that may have been signed instead of those that arrived. */
export function* parameterVariants(text: string, request: RequestFacts | undefined): Generator<Variant> {
  yield* valueVariants('parameters', text)
  yield* asWritten(text, request)
  yield* listVariants('parameters', text)
  yield* unlisted(text, request)
}

/** Names and values as they stand in the URL, and valueless parameters without their `=`. */
function* asWritten(text: string, request: RequestFacts | undefined): Generator<Variant> {
  const pairs = pairsOf(text)
  const line = 'parameters'
  if (pairs.some(([, value]) => value === '')) {
    const bare = pairs.map(([name, value]) => (value === '' ? name : `${name}=${value}`)).join('&')
    yield {
      line,
      code: 'signer-step-wrong',
      text: bare,
      summary: 'A parameter without a value was signed without its =.',
    }
  }
  const sent = new Map<string, CanonicalPair>()
  for (const { name, rawName, rawValue } of request?.read?.target.params ?? []) {
    sent.set(encodeName(name), [rawName, rawValue])
  }
  const raw = pairs.map(([name, value]): CanonicalPair => [name, sent.get(name)?.[1] ?? value])
  if (writePairs(raw) !== text) {
    yield {
      line,
      code: 'parameter-not-encoded',
      text: writePairs(raw),
      summary: 'The parameters were signed as they stand in the URL.',
    }
  }
  const named = pairs.map(([name, value]): CanonicalPair => [sent.get(name)?.[0] ?? name, value])
  for (const pairsInOrder of [named, sortPairs(named)]) {
    if (writePairs(pairsInOrder) === text) continue
    yield {
      line,
      code: 'signer-step-wrong',
      text: writePairs(pairsInOrder),
      summary:
        'The names of the parameters were signed as they stand in the URL, and not encoded and in small letters.',
    }
  }
}

function* unlisted(text: string, request: RequestFacts | undefined): Generator<Variant> {
  const listed = new Set(pairsOf(text).map(([name]) => name))
  const others = (request?.read?.target.params ?? [])
    .filter(({ name }) => !isFieldName(name) && name !== 'sign')
    .map(({ name, value }): CanonicalPair => [encodeName(name), encode(value)])
    .filter(([name]) => !listed.has(name))
  if (others.length === 0) return
  const withoutToken = others.filter(([name]) => !TOKEN_NAMES.includes(name))
  if (withoutToken.length < others.length) yield* unlistedVariants('parameters', text, withoutToken)
  yield* unlistedVariants('parameters', text, others)
}
