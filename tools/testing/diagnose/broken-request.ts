import type { DiagnosisCode } from 'cos-presign/diagnose'
import type { Exchange, World } from './world.ts'

/** A request that was broken in one way, and what can be told of it. */
export interface BrokenRequest {
  readonly name: string
  /** What was really done to it. */
  readonly cause: DiagnosisCode
  send(world: World): Promise<Exchange>
  /**
   * The causes that a kind of evidence can tell apart, from what is in that evidence: where causes leave the same traces, the one
   * code that says so. Written down before any of it was run.
   */
  readonly expected: {
    /** The request, COS's XML and the SecretKey. */
    readonly secret: readonly DiagnosisCode[]
    /** The request and COS's XML. */
    readonly request: readonly DiagnosisCode[]
    /** COS's XML alone. */
    readonly xml: readonly DiagnosisCode[]
    /**
     * The request and the SecretKey, without an answer; nothing at all where the request as given is right and only the server
     * shows what became of it.
     * @default as `secret`
     */
    readonly offline?: readonly DiagnosisCode[]
  }
}

/** Nothing in the evidence tells this cause from others that change the same line, or from a wrong key. */
export const ANY_MISMATCH: readonly DiagnosisCode[] = ['signature-mismatch']
