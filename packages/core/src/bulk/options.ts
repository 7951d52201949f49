import {
  assertObject,
  assertOneOf,
  assertOptions,
  assertText,
  assertType,
  wrongType,
  wrongValue,
} from '../assert.ts'
import type { PresignParams } from '../client.ts'
import type { BadKey } from './bad-key.ts'

/** What the URLs have in common: the parameters of `client.getPresignedUrl` but for the key. `Method` is GET where none is given. */
export type BulkParams = Omit<PresignParams, 'Key' | 'Method'> & Partial<Pick<PresignParams, 'Method'>>

/** Rows of CSV (RFC 4180), of which one column has the keys: an inventory of COS. Its `manifest.json` names the columns. */
export interface CsvInput {
  /** The columns' names in their order, as in a manifest's `fileSchema`: `'Appid, Bucket, Key, Size'`. */
  readonly schema?: string | undefined
  /**
   * The name of the keys' column in `schema`, or its number, from 1.
   * @default 'Key'
   */
  readonly column?: string | number | undefined
  /**
   * Whether keys are percent-encoded, as COS writes them (documentation 436/30622). A `+` is a plus.
   * @default true
   */
  readonly isEncoded?: boolean | undefined
}

/** How the output is written, one line a key: the URL; key, tab and URL; or an object with `key` and `url`. */
export type BulkOutput = 'urls' | 'tsv' | 'jsonl'

/** How keys come and URLs go. */
export interface BulkOptions {
  /**
   * Keys as lines (ended by LF or CR LF), or each ended by NUL, or in a column of CSV. A key with a line end in it can only
   * come by the other two.
   * @default 'lines'
   */
  readonly input?: 'lines' | 'nul' | CsvInput | undefined
  /**
   * In TSV a tab, line end or backslash in a key is written as `\t`, `\n`, `\r` or `\\`.
   * @default 'urls'
   */
  readonly output?: BulkOutput | undefined
  /** Stands before each key, in what is signed as in the output. */
  readonly prefix?: string | undefined
  /** Called with each key that cannot be signed, which is then left out. Without it the first one is an error. */
  readonly onBadKey?: ((badKey: BadKey) => void) | undefined
  /**
   * `'plain'` does without WebAssembly and is some ten times slower; so does `'wasm'` where a runtime has no WebAssembly, or none
   * with 128-bit vectors, or forbids it.
   * @default 'wasm'
   */
  readonly engine?: 'wasm' | 'plain' | undefined
}

/** Checked options. */
export interface BulkSettings {
  /** The byte that ends a record. */
  readonly separator: number
  /** The keys' column, from 0; -1 where a record is a key. */
  readonly column: number
  readonly isEncoded: boolean
  readonly output: BulkOutput
  readonly prefix: string
  readonly onBadKey: ((badKey: BadKey) => void) | undefined
  readonly engine: 'wasm' | 'plain'
}

const OPTIONS = ['input', 'output', 'prefix', 'onBadKey', 'engine']
const CSV = ['schema', 'column', 'isEncoded']

/** Checks options. */
export function readBulkOptions(options: BulkOptions): BulkSettings {
  assertOptions(options, 'options', OPTIONS)
  const { input = 'lines', output = 'urls', prefix = '', onBadKey, engine = 'wasm' } = options
  assertOneOf(output, 'output', ['urls', 'tsv', 'jsonl'])
  assertOneOf(engine, 'engine', ['wasm', 'plain'])
  if (prefix !== '') assertText(prefix, 'prefix')
  if (onBadKey !== undefined) assertType(onBadKey, 'onBadKey', 'function')
  const common = { output, prefix, onBadKey, engine, column: -1, isEncoded: false, separator: 0x0a }
  if (typeof input !== 'string') return { ...common, ...readCsvInput(input) }
  assertOneOf(input, 'input', ['lines', 'nul'])
  return input === 'nul' ? { ...common, separator: 0 } : common
}

function readCsvInput(input: CsvInput): Pick<BulkSettings, 'column' | 'isEncoded'> {
  assertObject(input, 'input', "'lines', 'nul' or an object that says the keys' column")
  assertOptions(input, 'input', CSV)
  const { schema, column = 'Key', isEncoded = true } = input
  assertType(isEncoded, 'input.isEncoded', 'boolean')
  return { column: readColumn(column, schema), isEncoded }
}

function readColumn(column: unknown, schema: unknown): number {
  if (typeof column === 'number') {
    if (!Number.isInteger(column) || column < 1) throw wrongValue('input.column', 'must be 1 or more')
    return column - 1
  }
  if (typeof column !== 'string') throw wrongType('input.column', 'a name or a number', column)
  if (schema === undefined) {
    throw new TypeError('"input.schema" must name the columns, or "input.column" be a number')
  }
  assertText(schema, 'input.schema')
  const names = schema.split(',').map((name) => name.trim())
  const found = names.indexOf(column)
  if (found < 0) throw wrongValue('input.column', `must be one of ${names.join(', ')}`)
  return found
}
