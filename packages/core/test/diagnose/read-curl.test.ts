import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeWithCurl } from '../../../../tools/testing/curl.ts'
import { readCurl } from '../../src/diagnose/read/read-curl.ts'
import { splitShellWords } from '../../src/diagnose/read/shell-words.ts'
import { toRequestFacts } from '../../src/diagnose/read-facts.ts'

/** Commands for bash; `URL` is the server's origin, and `file` a file of seven bytes. */
const COMMANDS = [
  "curl 'URL/a?x=1&y=a%20b'",
  'curl URL/a\\?x=1\\&y=2',
  "curl 'URL/a?x=1#fragment'",
  "curl 'URL/a/../b/./c/'",
  "curl --path-as-is 'URL/a/../b/./c'",
  "curl -g 'URL/a[1]{b}'",
  'curl -sS -I URL/a',
  "curl -X DELETE -H 'x-cos-meta-a:b' URL/a",
  "curl -XPUT -T file -H 'Content-Type: image/png' URL/a",
  "curl --upload-file file 'URL/dir/'",
  "curl -T file 'URL'",
  "curl -X PUT --data-binary @file -H 'Content-Type:' URL/a",
  "curl URL/a --data-raw '@file'",
  "curl URL/a -d 'a=b' --data-urlencode 'c=d e/f+*' --data-urlencode 'g h' --data-urlencode '=i=j'",
  "curl -G 'URL/a?x=1' -d y=2 --data-urlencode 'z=a b/+图'",
  'curl -G URL/a -d y=2',
  "curl --url-query 'a=b c' URL/a",
  `curl URL/a --json '{"a":' --json '1}'`,
  "curl -F 'a=b' URL/a",
  "curl -H 'x-empty;' -H 'Accept:' -H 'User-Agent: me' URL/a",
  'curl -A me -e http://referer/ -b a=b -r 0-9 URL/a',
  'curl --compressed URL/a',
  `curl -H $'x-a: it\\'s \\u0021 \\x41\\t\\303\\251 \\xe5\\x9b\\xbe' URL/a`,
  'curl -H "x-a: \\"b\\" \\\\ \\$c !" URL/a',
  "curl -X PUT \\\n  -H 'x-a: b' \\\n  --data-raw $'one\\ntwo' \\\n  --compressed 'URL/a'",
  'curl URL/a -X PUT && echo -H x',
]

/** Of the connection, or sent by some versions only. */
const NOT_READ = ['host', 'connection', 'expect']
const isShown = (name: string): boolean => !NOT_READ.includes(name)

function toLowerEscapes(target: string): string {
  return target.replace(/%../g, (escaped) => escaped.toLowerCase())
}

describeWithCurl('readCurl', () => {
  let server: Server
  let directory: string
  let origin: string
  let received: { method: string | undefined; target: string | undefined; headers: [string, string][] }

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'cos-presign-read-curl-'))
    await writeFile(join(directory, 'file'), '7 bytes')
    server = createServer((request, response) => {
      const { method, url: target, rawHeaders } = request
      const headers: [string, string][] = []
      for (let at = 0; at < rawHeaders.length; at += 2) {
        headers.push([(rawHeaders[at] as string).toLowerCase(), rawHeaders[at + 1] as string])
      }
      received = { method, target, headers }
      request.resume().on('end', () => response.end())
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })

  afterAll(async () => {
    server.closeAllConnections()
    server.close()
    await rm(directory, { recursive: true })
  })

  it.each(COMMANDS)('reads what curl sends: %s', async (text) => {
    const command = text.replaceAll('URL', origin)
    await promisify(execFile)('bash', ['-c', command], { cwd: directory, timeout: 10_000 })
    const raw = readCurl(command)
    const read = toRequestFacts(raw ?? {})
    expect(read.method).toBe(received.method)
    // Some versions write what they encode themselves in small letters, which is the same in a signature.
    expect(toLowerEscapes(read.rawPath + read.query)).toBe(toLowerEscapes(received.target ?? ''))
    const sent = received.headers.filter(([name]) => isShown(name))
    const said = read.headers.filter(({ name }) => isShown(name))
    expect(said.map(({ name }) => name).sort()).toEqual(sent.map(([name]) => name).sort())
    for (const { name, value } of said) {
      const bytes = sent.find(([other]) => other === name)?.[1] ?? ''
      if (name === 'content-type' && value?.endsWith('boundary=')) expect(bytes.startsWith(value)).toBe(true)
      else if (value !== undefined) expect(Buffer.from(bytes, 'latin1').toString()).toBe(value)
    }
  })
})

describe('splitShellWords', () => {
  const words = ['curl', 'https://h/a?b=c%2Fd&e=f', '-X', 'PUT', '-H', `x: it's "5" \\ ^ 100% !`]

  /** As Chromium quotes a word for cmd.exe. */
  const forCmd = (word: string): string =>
    `^"${word
      .replaceAll('\\', '\\\\')
      .replaceAll('"', '\\"')
      .replace(/[^a-zA-Z0-9\s_\-:=+~'/.',?;()*`]/g, '^$&')
      .replace(/%(?=[a-zA-Z0-9_])/g, '%^')
      .replace(/\r?\n/g, '^\n\n')}^"`

  it('reads a command as Chromium copies it for cmd.exe', () => {
    const [curl, ...rest] = [...words, '--data-raw', 'one\ntwo']
    expect(splitShellWords([curl, ...rest.map(forCmd)].join(' ^\r\n  ')).words).toEqual([curl, ...rest])
  })

  it('reads a command for PowerShell, whose lines go on after a backtick', () => {
    const inSingle = words.slice(1).map((word) => `'${word.replaceAll("'", "''")}'`)
    const inDouble = words.slice(1).map((word) => `"${word.replace(/["`$]/g, '`$&')}"`)
    for (const quoted of [inSingle, inDouble]) {
      expect(splitShellWords(['curl', ...quoted].join(' `\r\n  ')).words).toEqual(words)
    }
  })
})

describe('readCurl', () => {
  it.each([
    ['a prompt', "user@host:~/files$ curl -X PUT 'https://h/a'"],
    ['a prompt in brackets', "[user@host my files]$ curl -X PUT 'https://h/a'"],
    ['a prompt of PowerShell', "PS C:\\Users\\me> curl.exe -X PUT 'https://h/a'"],
    ['its path', "/usr/bin/curl -X PUT 'https://h/a'"],
    ['sudo', "sudo curl -X PUT 'https://h/a'"],
    ['time', "$ time curl -X PUT 'https://h/a'"],
  ])('finds a command behind %s', (_, text) => {
    expect(readCurl(text)).toMatchObject({ method: 'PUT', url: 'https://h/a' })
  })

  it.each([
    'curl: (22) The requested URL returned error: 403',
    'see the curl manual',
    'it is 100% curl here',
    'libcurl/8 curl/8.1',
  ])('takes this for no command: %s', (text) => {
    expect(readCurl(text)).toBeUndefined()
  })
})
