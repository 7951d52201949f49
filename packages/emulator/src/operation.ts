import type { AddressBook } from './address.ts'
import type { PolicyFacts } from './check-policies.ts'
import type { FindKey } from './known-key.ts'
import type { HeaderMap, Reply } from './message.ts'
import type { Store } from './store.ts'

/** A verified request, as an operation needs it. */
export interface OperationRequest {
  readonly method: string
  /** As on the request line. */
  readonly target: string
  /** `BucketName-APPID`, which exists unless the operation creates it. */
  readonly bucket: string
  /** The decoded path without its first slash; empty for an operation on the bucket. */
  readonly key: string
  /** What the request addresses, without parameters: `http://host/key`, percent-encoded. */
  readonly url: string
  /** Decoded query parameters by lower-case name; of a repeated one the first. */
  readonly params: ReadonlyMap<string, string>
  readonly headers: HeaderMap
  /** What policies ask about it. */
  readonly facts: PolicyFacts
  /** See {@link WireRequest.openBody}. */
  openBody(): AsyncIterable<Uint8Array>
  /**
   * Asks whether the sender of this request may also do that. What the route itself says about the bucket and key of the
   * request has been decided before the operation runs; this is for the other objects that it touches: the source of a copy
   * (`GetObject`), each object of a multi-delete (`DeleteObject`).
   *
   * @param action - COS's name, as in policies, without `name/cos:`.
   * @throws {Refusal} `AccessDenied`
   */
  authorise(action: string, bucket: string, key: string): Promise<void>
  /** Tells the log which object it is about, where the address does not. */
  nameKey(key: string): void
}

/** What operations work on. */
export interface OperationServices {
  readonly store: Store
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Such as `ap-guangzhou`. */
  readonly region: string
  readonly findKey: FindKey
  /** Says which bucket an address is in. */
  readonly addressBook: AddressBook
}

/** One COS operation: answers, or throws a `Refusal`. */
export type Operation = (request: OperationRequest, services: OperationServices) => Promise<Reply>
