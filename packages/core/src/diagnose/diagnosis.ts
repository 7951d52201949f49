import type { Finding } from './finding.ts'

/** What a diagnosis comes to. */
export type Verdict =
  /** Nothing is wrong with the signature: COS accepted it, or with the SecretKey it holds now. */
  | 'sound'
  /** The first finding is proven, or the usual reason for what is seen. */
  | 'explained'
  /** The evidence leaves several causes open. */
  | 'open'
  /** Nothing that can be seen is wrong; compare the texts. */
  | 'nothing-found'

/** The texts to compare with those of the signer, as `traceSignature` and SDKs in debug mode show them. */
export interface ComparableTexts {
  /** Whether they are the server's own, or made from the request as given. */
  readonly from: 'server' | 'request'
  /** Four lines. Tokens are `***`. */
  readonly httpString: string
}

/** The request as it was read. */
export interface DiagnosedRequest {
  readonly method?: string | undefined
  /** Signature and token are `***`. */
  readonly url?: string | undefined
  /** As `AKI***xyz`. */
  readonly secretId?: string | undefined
  /** Unix seconds. */
  readonly startsAt?: number | undefined
  /** Unix seconds. */
  readonly expiresAt?: number | undefined
  readonly signedHeaders?: readonly string[] | undefined
  readonly signedParams?: readonly string[] | undefined
}

/** What {@link diagnose} answers. It holds no secret, signature or token and may be logged. */
export interface Diagnosis {
  readonly verdict: Verdict
  /** The likeliest first. */
  readonly findings: readonly Finding[]
  /** The request, if the evidence holds one. */
  readonly request?: DiagnosedRequest | undefined
  /** The method for which the signature holds, if the SecretKey told. */
  readonly signedMethod?: string | undefined
  /** What to compare, if there is something. */
  readonly compare?: ComparableTexts | undefined
  /** The indexes of pieces of evidence that could not be read as evidence. */
  readonly unread: readonly number[]
}
