import type { Command } from 'commander'
import {
  type ParsedAuthorization,
  type ParsedPresignedUrl,
  parseAuthorization,
  parsePresignedUrl,
} from 'cos-presign'
import { formatDuration } from '../duration.ts'
import { CliError } from '../errors.ts'
import { collectText } from '../io/read-files.ts'
import { style } from '../io/sink.ts'
import type { Io } from '../io.ts'
import { formatTable, printable, writeJson, writeResult } from '../output.ts'

interface DecodeFlags {
  readonly json?: boolean
  readonly showSecrets?: boolean
}

const MAX_INPUT_BYTES = 1024 * 1024

/** `cos-presign decode` */
export function defineDecode(command: Command, io: Io): Command {
  return command
    .argument('<text>', 'a presigned URL or an Authorization value; - reads it from standard input')
    .option('--show-secrets', 'show signature and token in full')
    .option('--json', 'print JSON; errors become JSON on stderr')
    .action((text: string, flags: DecodeFlags) => runDecode(text, flags, io))
}

async function runDecode(argument: string, flags: DecodeFlags, io: Io): Promise<void> {
  const text = (
    argument === '-' ? await collectText(io.stdin, MAX_INPUT_BYTES, 'standard input') : argument
  ).trim()
  const decoded = describe(text, Math.floor(io.now() / 1000), flags.showSecrets ?? false)
  if (flags.json) return await writeJson(io, decoded)
  await writeResult(io, formatDecoded(decoded, io))
}

type Pair = readonly [name: string, value: string]

/** What a signature says, without the key it was made with. Field names are stable. */
interface Decoded {
  readonly kind: 'url' | 'authorization'
  /** Only of a URL, like the next five. */
  readonly scheme?: string
  readonly host?: string
  /** If the host begins with one. */
  readonly bucket?: string | undefined
  /** Decoded; empty for the bucket itself. */
  readonly key?: string
  readonly params?: readonly Pair[]
  readonly unsignedParams?: readonly string[]
  readonly algorithm: string
  readonly secretId: string
  /** Unix seconds. */
  readonly startsAt: number
  /** Unix seconds. */
  readonly expiresAt: number
  /** Where it differs from the window of the signature. */
  readonly keyTime?: { readonly startsAt: number; readonly expiresAt: number }
  readonly state: 'valid' | 'expired' | 'not-yet-valid'
  /** Until the end; negative afterwards. */
  readonly secondsLeft: number
  readonly signedHeaders: readonly string[]
  readonly signedParams: readonly string[]
  readonly isHostSigned: boolean
  readonly hasToken: boolean
  readonly token?: string | undefined
  readonly signature: string
}

const HIDDEN = '***'
const TOKEN = /^x-c(?:os|i)-security-token$/i

function describe(text: string, now: number, showSecrets: boolean): Decoded {
  const isUrl = /^https?:\/\//i.test(text)
  const parsed = parse(text, isUrl)
  const { algorithm, secretId, signTime, keyTime, headerList, urlParamList, signature } = parsed
  const inQuery = isUrl
    ? (parsed as ParsedPresignedUrl).params.find(([name]) => TOKEN.test(name))?.[1]
    : undefined
  const token = inQuery ?? parsed.securityToken
  return {
    kind: isUrl ? 'url' : 'authorization',
    ...(isUrl ? describeTarget(parsed as ParsedPresignedUrl, showSecrets) : {}),
    algorithm,
    secretId,
    ...signTime,
    ...(keyTime.startsAt === signTime.startsAt && keyTime.expiresAt === signTime.expiresAt
      ? {}
      : { keyTime }),
    state: now < signTime.startsAt ? 'not-yet-valid' : now > signTime.expiresAt ? 'expired' : 'valid',
    secondsLeft: signTime.expiresAt - now,
    signedHeaders: headerList,
    signedParams: urlParamList,
    isHostSigned: headerList.includes('host'),
    hasToken: token !== undefined,
    ...(token === undefined ? {} : { token: showSecrets ? token : HIDDEN }),
    signature: showSecrets ? signature : HIDDEN,
  }
}

function parse(text: string, isUrl: boolean): ParsedAuthorization | ParsedPresignedUrl {
  try {
    return isUrl ? parsePresignedUrl(text) : parseAuthorization(text.replace(/^authorization:\s*/i, ''))
  } catch (error) {
    // The text is not quoted: it is a signature, or something else that was in the clipboard.
    const what = isUrl
      ? 'This is no presigned URL'
      : 'This is neither a URL (it would start with https://) nor an Authorization value'
    throw new CliError('ERR_CLI_INPUT_INVALID', `${what}: ${(error as Error).message}`, { cause: error })
  }
}

function describeTarget(url: ParsedPresignedUrl, showSecrets: boolean): Partial<Decoded> {
  const { scheme, host, path, params, urlParamList } = url
  const bucket = /^([a-z0-9](?:[a-z0-9-]*[a-z0-9])?-\d+)\./i.exec(host)?.[1]
  const signed = new Set(urlParamList.map((name) => name.toLowerCase()))
  const unsigned = params
    .map(([name]) => name)
    .filter((name) => !signed.has(toListed(name)) && !signed.has(name.toLowerCase()))
  return {
    scheme,
    host,
    ...(bucket === undefined ? {} : { bucket }),
    key: path.slice(1),
    params: params.map(([name, value]) => [name, TOKEN.test(name) && !showSecrets ? HIDDEN : value]),
    unsignedParams: unsigned,
  }
}

/** A parameter's name as the list of a signature has it: percent-encoded, then in lower case (documentation 436/7778). */
function toListed(name: string): string {
  const more = (character: string): string => `%${character.charCodeAt(0).toString(16)}`
  return encodeURIComponent(name)
    .replace(/[!'()*]/g, more)
    .toLowerCase()
}

function formatDecoded(decoded: Decoded, io: Io): string {
  const list = (names: readonly string[] | undefined): string => printable(names?.join(', ') ?? '') || 'none'
  const rows: [string, string][] = []
  if (decoded.kind === 'url') {
    rows.push([
      'Host',
      printable(`${decoded.host}${decoded.scheme === 'http' ? ' (http, not encrypted)' : ''}`),
    ])
    if (decoded.bucket !== undefined) rows.push(['Bucket', printable(decoded.bucket)])
    rows.push(['Key', decoded.key ? printable(decoded.key) : '(none: the bucket itself)'])
    for (const [name, value] of decoded.params ?? [])
      rows.push(['Parameter', printable(`${name} = ${value}`)])
  }
  rows.push(
    ['SecretId', printable(decoded.secretId)],
    ['Valid from', formatMoment(decoded.startsAt)],
    ['Valid to', formatMoment(decoded.expiresAt)],
    ['State', formatState(decoded, io)],
    ['Signed headers', list(decoded.signedHeaders)],
    ['Signed params', list(decoded.signedParams)],
    ['Not signed', printable(unsignedParts(decoded).join(', '))],
    ['Token', decoded.hasToken ? `present: ${printable(decoded.token ?? '')}` : missingToken(decoded)],
    ['Signature', printable(decoded.signature)],
  )
  if (decoded.keyTime) {
    const { startsAt, expiresAt } = decoded.keyTime
    rows.push([
      'Key time',
      `${formatMoment(startsAt)} to ${formatMoment(expiresAt)}, not the window of the signature`,
    ])
  }
  return formatTable(io.stdout, rows)
}

function missingToken({ kind }: Decoded): string {
  return kind === 'url'
    ? 'none: made with a permanent key, or the token was forgotten'
    : 'not in this value; it travels in a header of its own'
}

function unsignedParts({ kind, isHostSigned, unsignedParams = [] }: Decoded): string[] {
  const params = unsignedParams.map((name) => `parameter ${name}`)
  const host = isHostSigned ? [] : ['host (so it also opens this key in other buckets of the same owner)']
  return [
    ...host,
    ...params,
    kind === 'url' ? 'body, all other headers' : 'body, all other headers and parameters',
  ]
}

function formatState({ state, secondsLeft, startsAt, expiresAt }: Decoded, io: Io): string {
  if (state === 'expired') return style(io.stdout, 'red', `expired ${formatDuration(-secondsLeft)} ago`)
  if (state === 'valid') return style(io.stdout, 'green', `valid for ${formatDuration(secondsLeft)}`)
  const wait = startsAt - (expiresAt - secondsLeft)
  return style(io.stdout, 'yellow', `not valid yet: starts in ${formatDuration(wait)}`)
}

/** A moment as this machine's clock shows it, and in UTC. */
function formatMoment(seconds: number): string {
  const date = new Date(seconds * 1000)
  if (Number.isNaN(date.getTime())) return `${seconds} (Unix seconds)`
  const two = (value: number): string => String(value).padStart(2, '0')
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
  return `${day} ${time} local, ${date.toISOString().replace(/\.\d+Z$/, 'Z')}`
}
