import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { signTc1, signTc3 } from '../src/index.ts'
import { deriveTc3Key } from '../src/signature/sign-tc3.ts'
import { toHex } from '../src/signature/web-crypto.ts'

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const at = (seconds: number) => ({ now: () => seconds * 1000 })

/** Key A1 of the COS documentation's examples (436/7778). */
const a1 = { secretId: 'AKIDQjz3ltompVjBni5LitkWHFlFpwkn9U5q', secretKey: 'BQYIM75p8x0iWVFSIgqEKwFprpRSVHlz' }
const policy = encodeURIComponent(
  JSON.stringify({
    version: '2.0',
    statement: [
      {
        effect: 'allow',
        action: ['name/cos:PutObject'],
        resource: ['qcs::cos:ap-guangzhou:uid/1250000000:examplebucket-1250000000/u/1/*'],
      },
    ],
  }),
)

describe('signTc3 gives the known answers', () => {
  // The documentation's example (service cvm, 2019-02-25); its escapes stand in the body as they are.
  const request = {
    host: 'cvm.tencentcloudapi.com',
    service: 'cvm',
    action: 'DescribeInstances',
    version: '2017-03-12',
    region: 'ap-guangzhou',
    body: String.raw`{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}`,
  }
  const clock = at(1_551_113_065)
  const secretId = 'AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE'

  it.each([
    ['Gu5t9xGARNpq86cd98joQYCN3*******', '2230eefd229f582d8b1b891af7107b91597240707d778ab3738f756258d7652c'],
    ['Gu5t9xGARNpq86cd98joQYCN3EXAMPLE', '72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168'],
  ])('of content type and host, with the key %s', async (secretKey, signature) => {
    const { headers, canonicalRequest, stringToSign } = await signTc3(request, { secretId, secretKey }, clock)
    expect(canonicalRequest.split('\n').at(-1)).toBe(
      '35e9c5b0e3ae67532d3c9f17ead6c90222632e5b1ff7f6e89887f1398934f064',
    )
    expect(sha256(canonicalRequest)).toBe('5ffe6a04c0664d6b969fab9a13bdab201d63ee709638e2749d62a09ca18d7031')
    expect(stringToSign).toBe(
      'TC3-HMAC-SHA256\n1551113065\n2019-02-25/cvm/tc3_request\n5ffe6a04c0664d6b969fab9a13bdab201d63ee709638e2749d62a09ca18d7031',
    )
    expect(headers).toEqual({
      Authorization: `TC3-HMAC-SHA256 Credential=${secretId}/2019-02-25/cvm/tc3_request, SignedHeaders=content-type;host, Signature=${signature}`,
      'Content-Type': 'application/json; charset=utf-8',
      'X-TC-Action': 'DescribeInstances',
      'X-TC-Version': '2017-03-12',
      'X-TC-Timestamp': '1551113065',
      'X-TC-Region': 'ap-guangzhou',
    })
  })

  it('of the action as well, in the form of the newer page', async () => {
    const secretKey = '*'.repeat(32)
    const { headers, canonicalRequest } = await signTc3(
      request,
      { secretId, secretKey },
      { ...clock, signAction: true },
    )
    expect(sha256(canonicalRequest)).toBe('7019a55be8395899b900fb5564e4200d984910f34794a27cb3fb7d10ff6a1e84')
    expect(toHex(await deriveTc3Key(secretKey, '2019-02-25', 'cvm'))).toBe(
      'b596b923aad85185e2d1f6659d2a062e0a86731226e021e61bfe06f7ed05f5af',
    )
    expect(headers.Authorization).toContain('SignedHeaders=content-type;host;x-tc-action, ')
    expect(headers.Authorization).toContain(
      'Signature=10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f',
    )
  })

  it('of a call to STS', async () => {
    const body = `{"Name":"demo","Policy":"${policy}","DurationSeconds":1800}`
    const call = {
      host: 'sts.tencentcloudapi.com',
      service: 'sts',
      action: 'GetFederationToken',
      version: '2018-08-13',
      body,
    }
    expect(sha256(body)).toBe('98325514eeb2596a117eefa17aa6e2123edc1395e77514a4e495cfa84f4aadf9')
    const { headers, canonicalRequest } = await signTc3(call, a1, at(1_557_989_753))
    expect(sha256(canonicalRequest)).toBe('a4f1c42b3c228e025199e6663867c699516138dea6eaf298e3ba5c788b259756')
    expect(headers.Authorization).toContain(
      'Credential=AKIDQjz3ltompVjBni5LitkWHFlFpwkn9U5q/2019-05-16/sts/tc3_request, ',
    )
    expect(headers.Authorization).toContain(
      'Signature=a1b6723b02f126ef23663bf545fcec11b9cc48fb970ed30bee833141b5980192',
    )
    expect(headers).not.toHaveProperty('X-TC-Region')
  })

  it('and adds the token of a temporary key', async () => {
    const { headers } = await signTc3(request, { ...a1, securityToken: 'the-token' }, clock)
    expect(headers['X-TC-Token']).toBe('the-token')
  })
})

describe('signTc1 gives the known answers', () => {
  // The documentation's example: GET to cvm.
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
  ])('of a GET by %s', async (secretId, secretKey, signature) => {
    const params = {
      Action: 'DescribeInstances',
      'InstanceIds.0': 'ins-09dx96dg',
      Limit: 20,
      Nonce: 11886,
      Offset: 0,
      Region: 'ap-guangzhou',
      SecretId: secretId,
      Timestamp: 1465185768,
      Version: '2017-03-12',
    }
    expect(await signTc1({ method: 'GET', host: 'cvm.tencentcloudapi.com', params }, { secretKey })).toBe(
      signature,
    )
  })

  it.each([
    [undefined, 'pMdVL5RQ2rny0wZwJWGwQzj2V5k='],
    ['HmacSHA256', 'AQ9apW4Fc9uEVV8yycothzaUTzbRipF2hj7OIIEI5sM='],
  ])('of a call to STS by %s', async (method, signature) => {
    const params = {
      SecretId: a1.secretId,
      Version: '2018-08-13',
      Timestamp: 1557989753,
      Region: 'ap-guangzhou',
      Policy: policy,
      Nonce: 12345,
      Name: 'cos-sts-nodejs',
      DurationSeconds: 1800,
      Action: 'GetFederationToken',
    }
    const request = {
      host: 'sts.tencentcloudapi.com',
      params,
      ...(method === undefined ? {} : { hash: method as 'HmacSHA256' }),
    }
    expect(await signTc1(request, a1)).toBe(signature)
  })
})
