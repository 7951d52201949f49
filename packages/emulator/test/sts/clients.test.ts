import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import COS from 'cos-nodejs-sdk-v5'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEmulator, type Emulator, type ListenAddress } from '../../src/index.ts'

/* The vendor's own STS clients over TLS, and what the keys that they get may do through the vendor's own COS client. */

const run = promisify(execFile)
const Bucket = 'examplebucket-1250000000'
const Region = 'ap-guangzhou'
const root = { secretId: 'AKIDroot000000001', secretKey: 'test-secret-root' }
const roleArn = 'qcs::cam::uin/100000000001:roleName/uploader'
const policy = {
  version: '2.0',
  statement: [
    {
      effect: 'allow',
      action: ['name/cos:PutObject', 'name/cos:GetObject'],
      resource: [`qcs::cos:${Region}:uid/1250000000:${Bucket}/user/42/*`],
      condition: { numeric_less_than_equal_if_exist: { 'cos:content-length': 100 } },
    },
  ],
}

interface Key {
  readonly secretId: string
  readonly secretKey: string
  readonly securityToken: string
  readonly expiresAt: number
  readonly startsAt?: number
}

let emulator: Emulator
let address: ListenAddress
let directory: string
let results: Record<string, { readonly key?: Key; readonly error?: string }>

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cos-presign-sts-clients-'))
  emulator = createEmulator({
    credentials: [root],
    defaultBucket: Bucket,
    roles: [{ arn: roleArn }],
    dataDir: join(directory, 'data'),
  })
  address = await emulator.listen({ tls: {} })
  const call = { address: `localhost:${address.tls?.port}`, ...root, policy, roleArn }
  const script = fileURLToPath(new URL('official-clients.mjs', import.meta.url))
  const env = {
    ...process.env,
    NODE_EXTRA_CA_CERTS: address.tls?.caFile,
    STS_TEST_CALL: JSON.stringify(call),
    NODE_OPTIONS: '',
  }
  results = JSON.parse((await run(process.execPath, [script], { env })).stdout)
})
afterAll(async () => {
  await emulator.close()
  await rm(directory, { recursive: true })
})

const cosOf = ({ secretId, secretKey, securityToken }: Key): COS =>
  new COS({
    SecretId: secretId,
    SecretKey: secretKey,
    SecurityToken: securityToken,
    Domain: `127.0.0.1:${address.port}`,
    Protocol: 'http:',
  })

describe.each([
  'qcloud-cos-sts getCredential',
  'qcloud-cos-sts getRoleCredential',
  'cloud SDK, TC3',
  'cloud SDK, TC3 by GET',
  'cloud SDK, TC3 without a hash of the body',
  'cloud SDK, HmacSHA1',
  'cloud SDK, HmacSHA256 by GET',
  'cloud SDK, AssumeRole',
])('%s', (name) => {
  it('gets a key that may do what its policy says, and nothing else', async () => {
    const { key, error } = results[name] ?? {}
    if (key === undefined) throw new Error(`no key: ${error}`)
    expect(Math.abs(key.expiresAt - Date.now() / 1000 - 600)).toBeLessThan(60)
    if (key.startsAt !== undefined) expect(key.expiresAt - key.startsAt).toBe(600)
    const cos = cosOf(key)
    const mine = { Bucket, Region, Key: 'user/42/photo' }
    await cos.putObject({ ...mine, Body: 'x'.repeat(100) })
    expect((await cos.getObject(mine)).Body.toString()).toBe('x'.repeat(100))
    const denied = { statusCode: 403, code: 'AccessDenied', message: 'Access Denied.' }
    await expect(cos.putObject({ ...mine, Body: 'x'.repeat(101) })).rejects.toMatchObject(denied)
    await expect(cos.putObject({ ...mine, Key: 'user/43/photo', Body: 'x' })).rejects.toMatchObject(denied)
    await expect(cos.deleteObject(mine)).rejects.toMatchObject({ statusCode: 403 })
    await expect(cos.headObject(mine)).rejects.toMatchObject({ statusCode: 403 })
  })
})

describe('a refusal', () => {
  it.each([
    ['qcloud-cos-sts with a wrong key', 'AuthFailure.SignatureFailure'],
    ['qcloud-cos-sts with the policy of its own getPolicy', 'InvalidParameter.StrategyInvalid'],
    ['cloud SDK, a duration that is too long', 'InvalidParameter.OverTimeError'],
  ])('of %s is read as %s', (name, code) => {
    expect(results[name]).toEqual({ error: code })
  })
})
