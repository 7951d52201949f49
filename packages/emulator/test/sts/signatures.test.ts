import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { readTc3Call } from '../../src/sts/read-tc3-call.ts'
import { readV1Call } from '../../src/sts/read-v1-call.ts'
import type { StsWire } from '../../src/sts/sts-call.ts'
import { canonicalRequests, signTc3 } from '../../src/sts/tc3-signature.ts'
import { signV1, textsToSign } from '../../src/sts/v1-signature.ts'

/*
 * Known answers of the cloud API's two signatures. Published: the samples of the documentation (1150/49458 and the pages of CVM), with
 * their example keys. S1 and S2: a call of STS with the keys of the sample of 436/7778, recomputed with independent programs.
 */

const secretId = 'AKIDQjz3ltompVjBni5LitkWHFlFpwkn9U5q'
const secretKey = 'BQYIM75p8x0iWVFSIgqEKwFprpRSVHlz'
const policy = encodeURIComponent(
  '{"version":"2.0","statement":[{"effect":"allow","action":["name/cos:PutObject"],"resource":["qcs::cos:ap-guangzhou:uid/1250000000:examplebucket-1250000000/u/1/*"]}]}',
)

function wire(given: Partial<StsWire>): StsWire {
  const { method = 'POST', host = 'sts.tencentcloudapi.com', headers = new Map(), params = [] } = given
  return { path: '/', rawQuery: '', body: Buffer.alloc(0), ...given, method, host, headers, params }
}

const sha256 = (text: string | Uint8Array): string => createHash('sha256').update(text).digest('hex')

describe('signature v1', () => {
  it.each([
    [
      'AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE',
      'Gu5t9xGARNpq86cd98joQYCN3EXAMPLE',
      'EliP9YW3pW28FpsEdkXt/+WcGeI=',
    ],
    [
      'AKIDz8krbsJ5yKBZQpn74WFkmLPx3*******',
      'Gu5t9xGARNpq86cd98joQYCN3*******',
      'zmmjn35mikh6pM3V7sUEuX4wyYM=',
    ],
  ])('of the published GET sample with the key %s', (SecretId, key, Signature) => {
    const params = Object.entries({
      Action: 'DescribeInstances',
      'InstanceIds.0': 'ins-09dx96dg',
      Limit: '20',
      Nonce: '11886',
      Offset: '0',
      Region: 'ap-guangzhou',
      SecretId,
      Timestamp: '1465185768',
      Version: '2017-03-12',
      Signature,
    }).map(([name, value]) => ({ name, value }))
    const call = readV1Call(wire({ method: 'GET', host: 'cvm.tencentcloudapi.com', params }))
    expect(call).toMatchObject({ action: 'DescribeInstances', secretId: SecretId, timestamp: 1465185768 })
    expect(call.isSignedWith(key)).toBe(true)
    expect(call.isSignedWith(`${key}x`)).toBe(false)
  })

  it('S1, with either hash', () => {
    const fields = {
      Action: 'GetFederationToken',
      DurationSeconds: '1800',
      Name: 'cos-sts-nodejs',
      Nonce: '12345',
      Policy: policy,
      Region: 'ap-guangzhou',
      SecretId: secretId,
      Timestamp: '1557989753',
      Version: '2018-08-13',
    }
    const [text = ''] = textsToSign(wire({}), new Map(Object.entries(fields)))
    expect(text).toMatch(
      /^POSTsts\.tencentcloudapi\.com\/\?Action=GetFederationToken&DurationSeconds=1800&Name=/,
    )
    const sha1 = signV1(text, secretKey, 'HmacSHA1').toString('base64')
    expect(sha1).toBe('pMdVL5RQ2rny0wZwJWGwQzj2V5k=')
    expect(signV1(text, secretKey, 'HmacSHA256').toString('base64')).toBe(
      'AQ9apW4Fc9uEVV8yycothzaUTzbRipF2hj7OIIEI5sM=',
    )
    const body = Buffer.from(new URLSearchParams({ ...fields, Signature: sha1 }).toString())
    const call = readV1Call(wire({ body }))
    expect(call.isSignedWith(secretKey)).toBe(true)
    expect(Object.fromEntries(call.params)).toEqual({
      DurationSeconds: '1800',
      Name: 'cos-sts-nodejs',
      Policy: policy,
    })
  })
})

describe('signature v3', () => {
  const body = Buffer.from(
    '{"Limit": 1, "Filters": [{"Values": ["\\u672a\\u547d\\u540d"], "Name": "instance-name"}]}',
  )
  const sample = wire({
    host: 'cvm.tencentcloudapi.com',
    headers: new Map([
      ['content-type', 'application/json; charset=utf-8'],
      ['x-tc-action', 'DescribeInstances'],
    ]),
    body,
  })
  const scope = { date: '2019-02-25', service: 'cvm' }

  it('of the published sample, step by step', () => {
    expect(sha256(body)).toBe('35e9c5b0e3ae67532d3c9f17ead6c90222632e5b1ff7f6e89887f1398934f064')
    const [request = ''] = canonicalRequests(sample, { signedHeaders: ['content-type', 'host'] })
    expect(sha256(request)).toBe('5ffe6a04c0664d6b969fab9a13bdab201d63ee709638e2749d62a09ca18d7031')
    const sign = (key: string) => signTc3(request, 1551113065, scope, key).toString('hex')
    expect(sign('Gu5t9xGARNpq86cd98joQYCN3*******')).toBe(
      '2230eefd229f582d8b1b891af7107b91597240707d778ab3738f756258d7652c',
    )
    expect(sign('Gu5t9xGARNpq86cd98joQYCN3EXAMPLE')).toBe(
      '72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168',
    )
  })

  it('of the newer published sample, which signs the action too', () => {
    const [request = ''] = canonicalRequests(sample, {
      signedHeaders: ['content-type', 'host', 'x-tc-action'],
    })
    expect(sha256(request)).toBe('7019a55be8395899b900fb5564e4200d984910f34794a27cb3fb7d10ff6a1e84')
    expect(signTc3(request, 1551113065, scope, '*'.repeat(32)).toString('hex')).toBe(
      '10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f',
    )
  })

  it('S2', () => {
    const call = wire({
      headers: new Map([
        ['content-type', 'application/json; charset=utf-8'],
        ['x-tc-action', 'GetFederationToken'],
        ['x-tc-version', '2018-08-13'],
        ['x-tc-timestamp', '1557989753'],
        [
          'authorization',
          `TC3-HMAC-SHA256 Credential=${secretId}/2019-05-16/sts/tc3_request, SignedHeaders=content-type;host, Signature=a1b6723b02f126ef23663bf545fcec11b9cc48fb970ed30bee833141b5980192`,
        ],
      ]),
      body: Buffer.from(`{"Name":"demo","Policy":"${policy}","DurationSeconds":1800}`),
    })
    expect(sha256(call.body)).toBe('98325514eeb2596a117eefa17aa6e2123edc1395e77514a4e495cfa84f4aadf9')
    const [request = ''] = canonicalRequests(call, { signedHeaders: ['content-type', 'host'] })
    expect(sha256(request)).toBe('a4f1c42b3c228e025199e6663867c699516138dea6eaf298e3ba5c788b259756')
    const read = readTc3Call(call)
    expect(read.isSignedWith(secretKey)).toBe(true)
    expect(read.isSignedWith(secretId)).toBe(false)
    expect(Object.fromEntries(read.params)).toEqual({ Name: 'demo', Policy: policy, DurationSeconds: 1800 })
  })
})
