import { encode } from '../../percent-encoding.ts'
import { toUtf8Bytes } from '../../utf8.ts'
import type { HeaderFact, TextFault } from '../facts.ts'
import { givenHeader, type RawRequest } from './raw-evidence.ts'
import { splitShellWords } from './shell-words.ts'

/*
 * What a curl command sends. Of curl's options those count that change the request; the others are known only by whether they take
 * a value (curl 8, `curl --help all`).
 */

const SHORT_WITH_VALUE = 'AbcCdDeEFhHKmoPQrTtuUwxXyYz'
const LONG_WITH_VALUE: ReadonlySet<string> = new Set(
  `abstract-unix-socket alt-svc aws-sigv4 cacert capath cert cert-type ciphers config connect-timeout connect-to continue-at
  cookie cookie-jar create-file-mode crlfile curves data data-ascii data-binary data-raw data-urlencode delegation dns-interface
  dns-ipv4-addr dns-ipv6-addr dns-servers doh-url dump-header ech egd-file engine etag-compare etag-save expect100-timeout form
  form-string ftp-account ftp-method ftp-port happy-eyeballs-timeout-ms haproxy-clientip header hostpubmd5 hostpubsha256 hsts
  interface ip-tos ipfs-gateway json keepalive-cnt keepalive-time key key-type krb libcurl limit-rate local-port login-options
  max-filesize max-redirs max-time netrc-file noproxy oauth2-bearer output output-dir parallel-max pass pinnedpubkey preproxy proto
  proto-default proto-redir proxy proxy-cacert proxy-cert proxy-header proxy-key proxy-pass proxy-user pubkey quote random-file
  range rate referer request request-target resolve retry retry-delay retry-max-time service-name socks4 socks4a socks5
  socks5-hostname speed-limit speed-time stderr time-cond tls-max tls13-ciphers trace trace-ascii trace-config unix-socket
  upload-file url url-query user user-agent variable vlan-priority write-out`.split(/\s+/),
)

const SHORT: Readonly<Record<string, string>> = {
  A: 'user-agent',
  b: 'cookie',
  d: 'data',
  e: 'referer',
  F: 'form',
  g: 'globoff',
  G: 'get',
  H: 'header',
  I: 'head',
  K: 'config',
  r: 'range',
  T: 'upload-file',
  u: 'user',
  X: 'request',
}

/** The name of the command, with its path and what runs it, at the beginning of a line or behind a prompt. */
const COMMAND =
  /(?:^|[\r\n])[^\S\r\n]{0,20}(?:(?:PS [^\r\n'"]{0,100}?|\[[^\r\n'"\]]{0,100}\]|[^\s'"]{0,100}?)[$>%#][^\S\r\n]{1,4})?(?:(?:sudo|time)[^\S\r\n]{1,4})?(?:[\w.:/\\~-]{0,100}[/\\])?curl(?:\.exe)?(?=\s|\^)/

/** The first `curl` command of a text; `undefined` if there is none. */
export function readCurl(text: string): RawRequest | undefined {
  const start = COMMAND.exec(text)
  if (start === null) return undefined
  const { words, rest } = splitShellWords(text.slice(start.index + start[0].length))
  const request = toRequest(readOptions(words))
  const textFaults: TextFault[] = /^&\s*q-[a-z-]{1,20}=/.test(rest) ? ['cut-by-shell'] : []
  return { ...request, textFaults }
}

/** The options of a command. */
interface CurlOptions {
  readonly url: string | undefined
  /** Values by long name, in their order. */
  readonly values: ReadonlyMap<string, readonly string[]>
}

function readOptions(words: readonly string[]): CurlOptions {
  const values = new Map<string, string[]>()
  let url: string | undefined
  let isOver = false
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as string
    if (isOver || !word.startsWith('-') || word === '-') {
      url ??= word
    } else if (word === '--') {
      isOver = true
    } else if (word.startsWith('--')) {
      const [name = '', inline] = splitOnce(word.slice(2), '=')
      const takesValue = LONG_WITH_VALUE.has(name)
      if (takesValue && inline === undefined) at += 1
      add(name, takesValue ? (inline ?? words[at] ?? '') : '')
    } else {
      at = readCluster(words, at)
    }
  }
  return { url: values.get('url')?.[0] ?? url, values }

  function add(name: string, value: string): void {
    const known = values.get(name)
    if (known === undefined) values.set(name, [value])
    else known.push(value)
  }

  /** Short options in one word, of which the last may take a value, in the word or as the next. */
  function readCluster(all: readonly string[], index: number): number {
    const word = all[index] as string
    for (let letter = 1; letter < word.length; letter++) {
      const character = word[letter] as string
      const name = SHORT[character] ?? character
      if (!SHORT_WITH_VALUE.includes(character)) {
        add(name, '')
        continue
      }
      const inline = word.slice(letter + 1)
      add(name, inline || (all[index + 1] ?? ''))
      return inline === '' ? index + 1 : index
    }
    return index
  }
}

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator)
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}

const DATA = ['data', 'data-ascii', 'data-binary', 'data-raw', 'data-urlencode', 'json'] as const
const FORM = ['form', 'form-string'] as const

/** The parts of a body as they are sent; `undefined` where one is a file's. */
function dataOf(values: CurlOptions['values']): (string | undefined)[] {
  return DATA.flatMap((option) =>
    (values.get(option) ?? []).map((value) => {
      if (option === 'data-urlencode') return urlencoded(value)
      return option !== 'data-raw' && value.startsWith('@') ? undefined : value
    }),
  )
}

/** `name=content`, `=content` or `content` with its content encoded; `undefined` where that is a file's. */
function urlencoded(value: string): string | undefined {
  const [name, content] = splitOnce(value, '=')
  if (content === undefined && value.includes('@')) return undefined
  const encoded = encode(content ?? value).replaceAll('%20', '+')
  return content === undefined || name === '' ? encoded : `${name}=${encoded}`
}

/** A parameter of `--url-query`: as it is behind a plus sign. */
function queryOf(value: string): string | undefined {
  return value.startsWith('+') ? value.slice(1) : urlencoded(value)
}

function toRequest({ url, values }: CurlOptions): RawRequest {
  const has = (name: string): boolean => values.has(name)
  const data = dataOf(values)
  const hasForm = FORM.some(has)
  const isQuery = has('get')
  const inUrl = [...(isQuery ? data : []), ...(values.get('url-query') ?? []).map(queryOf)]
  return {
    method: methodOf(),
    url: url === undefined ? undefined : addQuery(addFileName(withScheme(url), values), inUrl),
    headers: headersOf(values, data, hasForm, isQuery),
    headersKnown:
      has('config') || (values.get('header') ?? []).some((header) => header.startsWith('@'))
        ? 'given'
        : 'all',
    keepsDots: has('path-as-is'),
  }

  function methodOf(): string {
    const named = values.get('request')?.at(-1)
    if (named !== undefined) return named.toUpperCase()
    if (has('head')) return 'HEAD'
    if (has('upload-file')) return 'PUT'
    return hasForm || (data.length > 0 && !isQuery) ? 'POST' : 'GET'
  }
}

function withScheme(url: string): string {
  return /^[a-z][a-z\d+.-]*:\/\//i.test(url) ? url : `http://${url}`
}

function addQuery(url: string, more: readonly (string | undefined)[]): string {
  const known = more.filter((part) => part !== undefined)
  return known.length === 0 ? url : `${url}${url.includes('?') ? '&' : '?'}${known.join('&')}`
}

/** To a path that ends in a slash curl adds the name of the uploaded file; before a query only some versions do. */
function addFileName(url: string, values: CurlOptions['values']): string {
  const name = values.get('upload-file')?.[0]?.split('/').at(-1) ?? ''
  if (name === '' || name === '-' || name === '.' || /[?#]/.test(url)) return url
  const whole = /:\/\/[^/]*$/.test(url) ? `${url}/` : url
  return whole.endsWith('/') ? whole + encode(name) : url
}

/** The headers a command gives, and those that curl adds by itself where they are not given. */
function headersOf(
  values: CurlOptions['values'],
  data: readonly (string | undefined)[],
  hasForm: boolean,
  isQuery: boolean,
): HeaderFact[] {
  const { given, removed } = givenHeaders(values)
  const names = new Set([...given.map(({ name }) => name), ...removed])
  const added = addedHeaders(values, isQuery ? [] : data, hasForm)
  return [
    ...given,
    ...added
      .filter(([name]) => !names.has(name))
      .map(([name, value]): HeaderFact => ({ name, value, isClientMade: true })),
  ]
}

function givenHeaders(values: CurlOptions['values']): { given: HeaderFact[]; removed: string[] } {
  const given: HeaderFact[] = []
  const removed: string[] = []
  for (const header of values.get('header') ?? []) {
    const [, name, separator, value = ''] = /^([^:;\s]{1,200})\s{0,20}([:;])(.*)$/s.exec(header) ?? []
    if (name === undefined) continue
    const text = value.trim()
    // "Name:" takes a header out, "Name;" sends it empty.
    if (separator === ':' && text === '') removed.push(name.toLowerCase())
    else given.push(givenHeader(name, text))
  }
  for (const [option, name] of AS_HEADERS) {
    const value = values.get(option)?.at(-1)
    if (value !== undefined) given.push(givenHeader(name, option === 'range' ? `bytes=${value}` : value))
  }
  return { given, removed }
}

function addedHeaders(
  values: CurlOptions['values'],
  body: readonly (string | undefined)[],
  hasForm: boolean,
): (readonly [name: string, value: string | undefined])[] {
  const isJson = values.has('json')
  const hasBody = body.length > 0 || hasForm || values.has('upload-file')
  const type = hasForm
    ? 'multipart/form-data; boundary='
    : isJson
      ? 'application/json'
      : body.length > 0
        ? 'application/x-www-form-urlencoded'
        : undefined
  return [
    ['user-agent', undefined],
    ['accept', isJson ? 'application/json' : '*/*'],
    ...(type === undefined ? [] : [['content-type', type] as const]),
    ...(hasBody ? [['content-length', body.length > 0 ? lengthOf(body, isJson) : undefined] as const] : []),
    ...(values.has('compressed') ? [['accept-encoding', undefined] as const] : []),
  ]
}

const AS_HEADERS = [
  ['range', 'range'],
  ['user-agent', 'user-agent'],
  ['referer', 'referer'],
  ['cookie', 'cookie'],
] as const

/** The length of a body given as text; a file's is not known. */
function lengthOf(data: readonly (string | undefined)[], isJson: boolean): string | undefined {
  return data.includes(undefined) ? undefined : String(toUtf8Bytes(data.join(isJson ? '' : '&')).length)
}
