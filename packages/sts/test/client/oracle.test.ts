import { Agent } from 'node:http'
import { createRequire } from 'node:module'
import { connect } from 'node:net'
import * as qcloud from 'qcloud-cos-sts'
import { sts as tencentcloud } from 'tencentcloud-sdk-nodejs-sts'
import { describe, expect, it, vi } from 'vitest'
import { createStsClient, signTc1 } from '../../src/index.ts'
import { keyAnswer, type ReceivedCall, startFakeSts } from './fake-sts.ts'

/* The vendor's clients, unmodified, send to a server on loopback; what they send is compared with what we send. */

const credential = { secretId: 'AKIDtest0000000001', secretKey: 'test-secret-key-1' }
const policy = {
  version: '2.0',
  statement: [
    {
      effect: 'allow',
      action: ['name/cos:PutObject', 'name/cos:PostObject'],
      resource: ["qcs::cos:ap-guangzhou:uid/1250000000:examplebucket-1250000000/用户/it's (1)/*"],
      condition: { string_like: { 'cos:content-type': 'image/*' } },
    },
  ],
}
const roleArn = 'qcs::cam::uin/100000000001:roleName/uploader'
const host = 'sts.tencentcloudapi.com'

describe('tencentcloud-sdk-nodejs-sts and createStsClient', () => {
  /** The SDK's client, whose connections all lead to the port. */
  function sdk(port: number, signMethod: 'TC3-HMAC-SHA256' | 'HmacSHA1' | 'HmacSHA256') {
    const agent = new Agent()
    Object.assign(agent, { createConnection: () => connect(port, '127.0.0.1') })
    return new tencentcloud.v20180813.Client({
      credential,
      region: 'ap-guangzhou',
      profile: {
        signMethod,
        httpProfile: {
          agent,
          protocol: 'http://',
          endpoint: host,
          headers: { 'Content-Type': 'application/json; charset=utf-8' },
        },
      },
    })
  }

  /** Ours, with the host's name and the same way. */
  function ours(port: number, options: Parameters<typeof createStsClient>[0]) {
    const fetch: typeof globalThis.fetch = (url, init) =>
      globalThis.fetch(String(url).replace(`http://${host}/`, `http://127.0.0.1:${port}/`), init)
    return createStsClient({ credential, scheme: 'http', endpoint: host, fetch, ...options })
  }

  it.each([['GetFederationToken'], ['AssumeRole']] as const)(
    'send the same TC3 signature and body for %s',
    async (action) => {
      const sts = await startFakeSts(keyAnswer())
      const params = { Policy: encodeURIComponent(JSON.stringify(policy)), DurationSeconds: 900 }
      const role = { RoleArn: roleArn, RoleSessionName: 'session' }
      const client = sdk(sts.port, 'TC3-HMAC-SHA256')
      if (action === 'AssumeRole')
        await client.AssumeRole({ ...role, DurationSeconds: 900, Policy: params.Policy })
      else await client.GetFederationToken({ Name: 'demo', ...params })
      const [theirs] = sts.calls as [ReceivedCall]

      const now = (): number => Number(theirs.headers['x-tc-timestamp']) * 1000
      const own = ours(sts.port, { now })
      const common = { policy, durationSeconds: 900 }
      if (action === 'AssumeRole') await own.assumeRole({ roleArn, sessionName: 'session', ...common })
      else await own.getFederationToken({ name: 'demo', ...common })
      const mine = sts.calls[1] as ReceivedCall
      expect(mine.body).toBe(theirs.body)
      const names = [
        'authorization',
        'content-type',
        'x-tc-action',
        'x-tc-version',
        'x-tc-timestamp',
        'x-tc-region',
      ]
      for (const name of names) expect(mine.headers[name], name).toBe(theirs.headers[name])
    },
  )

  it.each([['HmacSHA1'], ['HmacSHA256']] as const)('sign by %s alike', async (hash) => {
    const sts = await startFakeSts(keyAnswer())
    await sdk(sts.port, hash).GetFederationToken({
      Name: 'demo',
      Policy: encodeURIComponent(JSON.stringify(policy)),
    })
    const { Signature, ...params } = Object.fromEntries(new URLSearchParams(sts.calls[0]?.body))
    expect(await signTc1({ host, params, hash }, credential)).toBe(Signature)
  })

  it('leave AssumeRoleWithWebIdentity unsigned alike', async () => {
    const sts = await startFakeSts(keyAnswer())
    const web = {
      ProviderId: 'OIDC',
      WebIdentityToken: 'the.web.token',
      RoleArn: roleArn,
      RoleSessionName: 'session',
      DurationSeconds: 1800,
    }
    await sdk(sts.port, 'TC3-HMAC-SHA256').request('AssumeRoleWithWebIdentity', web, { skipSign: true })
    const [theirs] = sts.calls as [ReceivedCall]
    const own = ours(sts.port, {
      credential: undefined,
      now: () => Number(theirs.headers['x-tc-timestamp']) * 1000,
    })
    await own.assumeRoleWithWebIdentity({
      roleArn,
      providerId: 'OIDC',
      webIdentityToken: 'the.web.token',
      sessionName: 'session',
    })
    const mine = sts.calls[1] as ReceivedCall
    expect(mine.body).toBe(theirs.body)
    for (const name of ['authorization', 'x-tc-action', 'x-tc-version', 'x-tc-region']) {
      expect(mine.headers[name], name).toBe(theirs.headers[name])
    }
  })
})

describe('qcloud-cos-sts', () => {
  /** What the SDK would send: it insists on https, so its HTTP library is told to hand the request over instead. */
  async function captureForm(options: object): Promise<Record<string, string>> {
    const require = createRequire(import.meta.url)
    const axios = createRequire(require.resolve('qcloud-cos-sts'))('axios') as {
      defaults: { adapter: unknown }
    }
    let form = ''
    vi.spyOn(axios.defaults, 'adapter', 'get').mockReturnValue((config: { data: string }) => {
      form = config.data
      return Promise.resolve({ data: keyAnswer(), status: 200, statusText: 'OK', headers: {}, config })
    })
    await qcloud.getCredential(options as Parameters<typeof qcloud.getCredential>[0])
    return Object.fromEntries(new URLSearchParams(form))
  }

  it('signs as signTc1 does, and sends the policy in the same encoding', async () => {
    const theirs = await captureForm({ ...credential, region: 'ap-guangzhou', durationSeconds: 900, policy })
    const { Signature, ...params } = theirs
    expect(Signature).toMatch(/^[\w+/]{27}=$/)
    expect(await signTc1({ host, params }, credential)).toBe(Signature)

    const sts = await startFakeSts(keyAnswer())
    const own = createStsClient({
      credential,
      scheme: 'http',
      endpoint: sts.endpoint,
      signatureMethod: 'HmacSHA1',
    })
    await own.getFederationToken({ name: 'cos-sts-nodejs', policy, durationSeconds: 900 })
    const mine = Object.fromEntries(new URLSearchParams(sts.calls[0]?.body))
    const varying = { Timestamp: '', Nonce: '', Signature: '' }
    expect({ ...mine, ...varying }).toEqual({ ...params, ...varying, SignatureMethod: 'HmacSHA1' })
    const { Signature: signed, ...sent } = mine
    expect(await signTc1({ host: sts.endpoint, params: sent }, credential)).toBe(signed)
  })
})
