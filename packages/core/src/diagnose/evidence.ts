import type { ReceivedHeaders } from '../read-request.ts'

/** A request in its parts: what {@link CosClient.presign} returns, a `Request` of fetch, or what a server received. */
export interface RequestEvidence {
  /** Any letter case; unknown if absent. */
  readonly method?: string | undefined
  /** The whole URL, as it was given to the client. */
  readonly url?: string | undefined
  /** Instead of `url`: as on the request line, `/key?query`. Then `headers` count as all that were sent. */
  readonly target?: string | undefined
  /** A record or name-value pairs. Beside a `url`, the client may have added others. */
  readonly headers?: ReceivedHeaders | undefined
}

/** The server's answer in its parts. */
export interface AnswerEvidence {
  /** HTTP status; 0 where a browser shows none. */
  readonly status?: number | undefined
  /** A record or name-value pairs. */
  readonly headers?: ReceivedHeaders | undefined
  /** COS's error document, XML. */
  readonly body?: string | undefined
}

/** An entry of a HAR file, as browsers export it. */
export interface HarEntry {
  readonly request: object
  readonly response?: object | undefined
  /** When the client's clock said it was sent, ISO 8601. */
  readonly startedDateTime?: string | undefined
}

/**
 * Something that may tell why a request was refused. A text may be a URL, a `curl` command, COS's error XML, a HAR (or an entry of
 * one) as JSON, an HTTP message or the output of `curl -v` or `curl -i`, an `Authorization` value, header lines, or the server's
 * `FormatString` or `StringToSign` alone; it may also hold several of these one after the other.
 */
export type Evidence = string | RequestEvidence | AnswerEvidence | HarEntry
