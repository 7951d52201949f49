import { Refusal } from './refusal.ts'

type Lookup = ReadonlyMap<string, string>

/** Headers that ask COS for something which is not built: answering 200 would be a lie. */
const HEADERS: readonly [name: RegExp, harmless?: RegExp][] = [
  [/^x-cos-server-side-encryption/],
  [/^x-cos-callback/],
  [/^pic-operations$/, /^$/],
  // Node takes `gzip, chunked` too, and hands over what is still compressed.
  [/^transfer-encoding$/, /^chunked$/i],
]

/** Data processing is asked for by the name of a parameter that goes on after a slash: `imageMogr2/thumbnail/50x`. */
const PROCESSING = /^(?:imagemogr2|imageview2|imageinfo|imageave|exif|watermark|ci-process)(?:\/|$)/

/** @throws {Refusal} `NotImplemented`, naming what is not. */
export function assertSupported(params: Lookup, headers: Lookup): void {
  for (const [name, value] of headers) {
    const row = HEADERS.find(([pattern]) => pattern.test(name))
    if (row && !row[1]?.test(value)) throw notImplemented(`the header ${name}`)
  }
  assertVersion(params.get('versionid'))
  for (const name of params.keys()) {
    if (PROCESSING.test(name)) throw notImplemented('data processing (CI)')
  }
}

/**
 * Whether a request may name that version. No bucket of the emulator has versioning, so each object has one version, which
 * COS calls `null`. Another id comes from a bucket that has; it gets no answer that could be taken for one about a version.
 *
 * @throws {Refusal} `NotImplemented`
 */
export function assertVersion(versionId: string | undefined): void {
  if (versionId && versionId !== 'null') throw notImplemented('versioning (versionId)')
}

/** The refusal for what COS can do and the emulator cannot. */
export function notImplemented(what: string): Refusal {
  return new Refusal('NotImplemented', { message: `Not implemented by this emulator: ${what}.` })
}
