import type { Variant } from './variant.ts'

const METHODS = ['get', 'put', 'head', 'post', 'delete', 'options']

/** Methods that may have been signed instead of the one that was sent. */
export function* methodVariants(method: string): Generator<Variant> {
  const sent = method.toUpperCase()
  for (const text of METHODS) {
    if (text === method) continue
    yield {
      line: 'method',
      text,
      code: 'method-differs',
      summary: `The request was signed for ${text.toUpperCase()} and sent as ${sent}.`,
    }
  }
  const code = 'signer-step-wrong'
  yield {
    line: 'method',
    text: sent,
    code,
    summary: 'The method was signed in capitals; it is signed in small letters.',
  }
}
