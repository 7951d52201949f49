import type { Scheme } from '../host.ts'
import type { ReadRequest } from '../read-request.ts'
import type { SignatureFields } from '../signature-fields.ts'
import type { HttpLines } from './http-lines.ts'

/** Everything the rules go by: what the evidence says, read once. */
export interface Facts {
  readonly request: RequestFacts | undefined
  readonly answer: AnswerFacts | undefined
  readonly key: KeyFacts | undefined
  /** The clock, in Unix seconds. */
  readonly seconds: number
}

/** The key that is said to have signed. */
export interface KeyFacts {
  readonly secretId: string | undefined
  readonly secretKey: string
  readonly securityToken: string | undefined
  readonly expiresAt: number | undefined
}

/** A header of the request. */
export interface HeaderFact {
  /** In lower case. */
  readonly name: string
  /** Unknown where a client makes one up, such as the boundary of a form. */
  readonly value: string | undefined
  /** Whether the client added it unasked. */
  readonly isClientMade: boolean
}

/** How much of the request's headers the evidence shows. */
export type HeadersKnown = 'all' | 'given' | 'none'

/** The request, as far as the evidence shows it. */
export interface RequestFacts {
  /** In capitals; unknown for a bare URL. */
  readonly method: string | undefined
  readonly scheme: Scheme | undefined
  /** The host of the URL, with a port that is not the scheme's own. */
  readonly urlHost: string | undefined
  /** The host as sent: of the `Host` header, else of the URL. */
  readonly host: string | undefined
  /** The path as sent, not decoded; clients have collapsed its dot segments. */
  readonly rawPath: string
  /** The path as written, where the client collapses dot segments. */
  readonly writtenPath: string
  /** The rest of the target, from `?` on, or empty. */
  readonly query: string
  readonly headers: readonly HeaderFact[]
  readonly headersKnown: HeadersKnown
  /** The request as a verifier would read it; absent where it could not. */
  readonly read: ReadRequest | undefined
  /** The signature, what is wrong with its form, or neither. */
  readonly signature: SignatureFact | undefined
  /** Where a signature was found besides. */
  readonly isSignedTwice: boolean
  /** What happened to the text of the URL. */
  readonly textFaults: ReadonlySet<TextFault>
  /** By the client's clock, in Unix seconds. */
  readonly startedAt: number | undefined
}

/** What can happen to a URL as a text on its way to the client. */
export type TextFault = 'cut-by-shell' | 'html-escaped' | 'query-encoded'

/** A signature as it was found. */
export interface SignatureFact {
  readonly carrier: 'header' | 'query' | 'merged'
  /** Parsed, or what is wrong as a text. */
  readonly fields: SignatureFields | string
  /** The values by field name, as far as there are any. */
  readonly raw: ReadonlyMap<string, string>
}

/** What COS answered, sorted by what it means for the signature. */
export type AnswerKind =
  /** A success. */
  | 'accepted'
  | 'mismatch'
  /** `Request has expired`, which COS says on both sides of the window. */
  | 'outside-window'
  | 'skewed'
  /** `AccessDenied` for another reason. */
  | 'denied'
  | 'key'
  | 'token'
  /** Another code of COS. */
  | 'other'
  /** A status that is no success, without COS's document. */
  | 'bare'
  /** No status at all, as browsers report it. */
  | 'none'

/** The answer, as far as the evidence shows it. */
export interface AnswerFacts {
  readonly kind: AnswerKind
  readonly status: number | undefined
  readonly code: string | undefined
  readonly message: string | undefined
  readonly resource: string | undefined
  readonly isDownloadForced: boolean
  /** The server's clock when it answered, in Unix seconds. */
  readonly serverSeconds: number | undefined
  /** The server's HttpString, in its lines. */
  readonly lines: HttpLines | undefined
  /** The server's KeyTime, from its StringToSign. */
  readonly keyTime: string | undefined
  /** Whether FormatString is the text that StringToSign was made from; unknown unless there are both. */
  readonly isIntact: boolean | undefined
}
