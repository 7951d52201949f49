import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createEmulator, type Emulator } from '@cos-presign/emulator'
import { CosClient, type PresignedPost } from 'cos-presign'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Outcome, runCli } from './run-cli.ts'

const bucket = 'examplebucket-1250000000'
const secretId = 'AKIDuploads000000001'
const secretKey = 'test-secret-of-the-uploads'
const folder = `cos://${bucket}/users/42/`

let emulator: Emulator
let env: Record<string, string>
let home: string

beforeAll(async () => {
  emulator = createEmulator({
    credentials: [{ secretId, secretKey }],
    buckets: [bucket],
    defaultBucket: bucket,
  })
  const { port } = await emulator.listen({ port: 0 })
  env = {
    COS_SECRET_ID: secretId,
    COS_SECRET_KEY: secretKey,
    COS_DOMAIN: `127.0.0.1:${port}`,
    COS_SCHEME: 'http',
  }
  home = await mkdtemp(join(tmpdir(), 'cos-presign-uploads-'))
})
afterAll(async () => {
  await emulator.close()
  await rm(home, { recursive: true })
})

async function cli(argv: readonly string[], stdin?: string): Promise<Outcome> {
  const outcome = await runCli(argv, { env, home, stdin })
  expect(outcome.stdout + outcome.stderr).not.toContain(secretKey)
  return outcome
}

describe('post', () => {
  it('prints a form as JSON, and warns of what it does not enforce', async () => {
    const argv = ['post', '--content-type', 'image/*', '--max-size', '5MB', '--forbid-overwrite', folder]
    const { status, stdout, stderr } = await cli(argv)
    const form = JSON.parse(stdout) as PresignedPost
    expect(status).toBe(0)
    expect(form).toMatchObject({
      openFields: ['Content-Type'],
      enforced: ['keyPrefix', 'contentType', 'maxSizeBytes'],
    })
    expect(form.fields.key).toBe(`users/42/\${filename}`)
    expect(stderr).toMatch(/warning: forbidOverwrite is not enforced/)
  })

  it('prints a curl command that uploads, and is refused what the form does not allow', async () => {
    const file = join(home, 'it\'s "a" photo;type=text.jpg')
    await writeFile(file, 'bytes')
    const run = promisify(execFile)
    const upload = async (...flags: string[]): Promise<string> => {
      const { stdout } = await cli(['post', '--curl', '--file', file, ...flags, folder])
      return (await run('sh', ['-c', `${stdout.trim()} --silent --include`])).stdout
    }
    expect(await upload('--content-type', 'image/*', '-F', 'x-cos-meta-note=@a;b')).toMatch(/^HTTP\/1\.1 204/)
    expect(await upload('--max-size', '4')).toMatch(/<Code>EntityTooLarge<\/Code>/)
  })

  it('prints a form for a page, with everything escaped', async () => {
    const { stdout } = await cli([
      'post',
      '--html',
      '--content-type',
      'image/*',
      '-F',
      'x-cos-meta-a="><script>',
      folder,
    ])
    expect(stdout).toMatch(
      /^<form action="http:\/\/127\.0\.0\.1:\d+\/" method="post" enctype="multipart\/form-data">/,
    )
    expect(stdout).toContain('value="&#34;&#62;&#60;script&#62;"')
    expect(stdout).toMatch(/<input type="file" name="file" required onchange=/)
  })

  it.each([
    [['post', `cos://${bucket}/`], /names a whole bucket/],
    [['post', '-H', 'a: b', folder], /--field/],
    [['post', '-F', 'policy=x', folder], /"Fields" must not hold "policy"/],
    [['post', '--acl', 'private', '-F', 'acl=public-read', folder], /"acl" does not allow/],
    [['post', '--min-size', '2', '--max-size', '1', folder], /minSizeBytes/],
  ])('refuses %j', async (argv, message) => {
    const { status, stdout, stderr } = await cli(argv)
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toMatch(message)
  })
})

describe('lint', () => {
  const client = new CosClient({
    Region: 'ap-guangzhou',
    SecretId: secretId,
    SecretKey: secretKey,
    Token: 'token',
  })
  const url = client.getPresignedDownloadUrl({ Bucket: bucket, Key: 'a' })

  it('says what a URL leaves open and what to do, and fails', async () => {
    const { status, stdout } = await cli(['lint', url])
    expect(status).toBe(1)
    expect(stdout).toMatch(/^overrides-unsigned: Whoever has the URL .* Sign /)
    const json = await cli(['lint', '--json', '-X', 'PUT', '-'], `${url}\n`)
    expect(JSON.parse(json.stdout).findings.map(({ code }: { code: string }) => code)).toContain(
      'size-unsigned',
    )
    expect(json.stderr).toContain('ERR_CLI_FINDINGS')
  })

  it('is content with a URL that leaves nothing open', async () => {
    const Params = { 'response-content-type': 'text/plain' }
    const closed = client.getPresignedDownloadUrl({ Bucket: bucket, Key: 'a', Params })
    expect(await cli(['lint', closed])).toMatchObject({ status: 0, stdout: '' })
    expect(await cli(['lint', '--max-life', '10', closed])).toMatchObject({ status: 1 })
  })

  it('does not quote what is no URL', async () => {
    const { status, stderr } = await cli(['lint', 'my-password'])
    expect(status).toBe(2)
    expect(stderr).not.toContain('my-password')
  })
})

describe('cors', () => {
  const xml = `<CORSConfiguration>
    <CORSRule><AllowedOrigin>https://other.example</AllowedOrigin><AllowedMethod>PUT</AllowedMethod></CORSRule>
    <CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>PUT</AllowedMethod><AllowedHeader>*</AllowedHeader></CORSRule>
  </CORSConfiguration>`
  const explain = (mode: string, rules = xml): Promise<Outcome> =>
    cli(['cors', 'explain', '-', '--origin', 'https://example.com', '--mode', mode], rules)

  it('says which rule matches first and what it lacks', async () => {
    expect(await explain('put')).toMatchObject({
      status: 0,
      stdout:
        'PUT with content-type\n  rule 1 is passed over: it lacks the origin, the header content-type\n  rule 2 matches\n',
    })
    const { status, stdout } = await explain('multipart')
    expect(status).toBe(1)
    expect(stdout).toContain('rule 2 matches, but does not expose ETag')
    expect(stdout).toContain('refused: no rule allows it (403 AccessForbidden)')
  })

  it.each(['put', 'post', 'multipart', 'sdk'])(
    'writes a rule that is enough for %s, and that the emulator takes',
    async (mode) => {
      const { stdout } = await cli(['cors', 'generate', '--origin', 'https://example.com', '--mode', mode])
      expect((await explain(mode, stdout)).status).toBe(0)
      const json = await cli([
        'cors',
        'generate',
        '--origin',
        'https://example.com',
        '--mode',
        mode,
        '--json',
      ])
      expect((await explain(mode, json.stdout)).status).toBe(0)
      const client = new CosClient({
        Domain: env.COS_DOMAIN,
        Scheme: 'http',
        SecretId: secretId,
        SecretKey: secretKey,
      })
      const url = client.getPresignedUrl({ Method: 'PUT', Bucket: bucket, Key: '/', Params: { cors: '' } })
      const headers = { 'Content-MD5': createHash('md5').update(stdout).digest('base64') }
      expect((await fetch(url, { method: 'PUT', headers, body: stdout })).status).toBe(200)
      const preflight = await fetch(new URL('/a', url), {
        method: 'OPTIONS',
        headers: {
          Origin: 'https://example.com',
          'Access-Control-Request-Method': mode === 'post' ? 'POST' : 'PUT',
        },
      })
      expect(preflight.status).toBe(200)
    },
  )

  it("reads the JSON of the vendor's SDKs", async () => {
    const rules = { CORSRules: [{ AllowedOrigin: ['*'], AllowedMethod: 'PUT', AllowedHeader: ['*'] }] }
    expect((await explain('put', JSON.stringify(rules))).status).toBe(0)
  })

  it.each([
    ['', /neither XML nor JSON/],
    ['<a>', /no XML/],
    ['<a/>', /no CORSRule/],
    ['{}', /no list of rules/],
    ['[1]', /rule 1 is none/],
    ['[{"AllowedOrigin":[1]}]', /AllowedOrigin of rule 1/],
  ])('says what is wrong with %j', async (rules, message) => {
    const { status, stderr } = await explain('put', rules)
    expect(status).toBe(2)
    expect(stderr).toMatch(message)
  })
})
