import type { Credential } from 'cos-presign'
import { signTc1, type Tc1Method } from '../signature/sign-tc1.ts'
import { CONTENT_TYPE, signTc3 } from '../signature/sign-tc3.ts'
import type { OutgoingRequest } from './exchange.ts'
import type { StsSettings } from './sts-settings.ts'
import { API_VERSION, type StsCall } from './wire.ts'

/** A call as a signed request. */
export function signCall(
  call: StsCall,
  settings: StsSettings,
  credential: Credential,
): Promise<OutgoingRequest> {
  const { signatureMethod } = settings
  return signatureMethod === 'TC3-HMAC-SHA256'
    ? signByTc3(call, settings, credential)
    : signByTc1(call, settings, credential, signatureMethod)
}

/** A call that needs no signature; method v3 has a word for that (documentation 1150/49454). */
export function unsignedCall(
  { action, params }: StsCall,
  { url, region, now }: StsSettings,
): OutgoingRequest {
  return {
    url,
    body: JSON.stringify(params),
    headers: {
      Authorization: 'SKIP',
      'Content-Type': CONTENT_TYPE,
      'X-TC-Action': action,
      'X-TC-Version': API_VERSION,
      'X-TC-Timestamp': String(Math.floor(now() / 1000)),
      'X-TC-Region': region,
    },
  }
}

async function signByTc3(
  { action, params }: StsCall,
  { url, host, region, now }: StsSettings,
  credential: Credential,
): Promise<OutgoingRequest> {
  const body = JSON.stringify(params)
  const request = { host, service: 'sts', action, version: API_VERSION, region, body }
  const { headers } = await signTc3(request, credential, { now })
  return { url, headers, body }
}

async function signByTc1(
  { action, params: own }: StsCall,
  { url, host, region, now, random }: StsSettings,
  credential: Credential,
  hash: Tc1Method,
): Promise<OutgoingRequest> {
  const { secretId, securityToken } = credential
  const params = {
    ...own,
    Action: action,
    Version: API_VERSION,
    Region: region,
    Timestamp: Math.floor(now() / 1000),
    Nonce: 1 + Math.floor(random() * 0x7fff_fffe),
    SecretId: secretId,
    SignatureMethod: hash,
    ...(securityToken === undefined ? {} : { Token: securityToken }),
  }
  const body = new URLSearchParams({ Signature: await signTc1({ host, params, hash }, credential) })
  for (const [name, value] of Object.entries(params)) body.append(name, String(value))
  return { url, headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body: body.toString() }
}
