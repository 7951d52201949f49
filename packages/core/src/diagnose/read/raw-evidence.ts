import type { HeaderFact, HeadersKnown, TextFault } from '../facts.ts'

/** What one piece of evidence says of the request, before it is put together with what others say. */
export interface RawRequest {
  readonly method?: string | undefined
  readonly url?: string | undefined
  /** As on the request line. */
  readonly target?: string | undefined
  readonly headers?: readonly HeaderFact[]
  readonly headersKnown?: HeadersKnown
  /** Whether the client leaves `/../` in a path as it is; unknown for a bare URL. */
  readonly keepsDots?: boolean
  /** By the client's clock, in Unix seconds. */
  readonly startedAt?: number | undefined
  readonly textFaults?: readonly TextFault[]
}

/** What one piece of evidence says of the answer. */
export interface RawAnswer {
  readonly status?: number | undefined
  readonly headers?: readonly HeaderFact[]
  /** What holds COS's error document, or not. */
  readonly body?: string | undefined
  /** The elements of COS's error document, where they were read already. */
  readonly document?: Readonly<Record<string, string>> | undefined
}

/** What one piece of evidence says. */
export interface RawEvidence {
  readonly request?: RawRequest | undefined
  readonly answer?: RawAnswer | undefined
}

/** Puts together what two pieces say: where both say something, the first counts. */
export function mergeEvidence(first: RawEvidence, second: RawEvidence): RawEvidence {
  return {
    request: mergeMembers(first.request, second.request),
    answer: mergeMembers(first.answer, second.answer),
  }
}

function mergeMembers<T extends RawRequest | RawAnswer>(
  first: T | undefined,
  second: T | undefined,
): T | undefined {
  if (first === undefined || second === undefined) return first ?? second
  const said = Object.entries(first).filter(([, value]) => value !== undefined && value !== 'none')
  return {
    ...second,
    ...Object.fromEntries(said),
    headers: [...(first.headers ?? []), ...(second.headers ?? [])],
  }
}

/** A header that somebody gave. */
export function givenHeader(name: string, value: string): HeaderFact {
  return { name: name.toLowerCase(), value, isClientMade: false }
}
