/*
 * Calls STS with the vendor's own clients, unmodified, in a process of its own: so that NODE_EXTRA_CA_CERTS is what makes them trust
 * the emulator. Reads { address, secretId, secretKey, policy, roleArn } from the environment, prints what each client got.
 */
import { createRequire } from 'node:module'
import process from 'node:process'
import cosSts from 'qcloud-cos-sts'

const { address, secretId, secretKey, policy, roleArn } = JSON.parse(process.env.STS_TEST_CALL)
// This one is CommonJS whose names Node.js does not find.
const { sts } = createRequire(import.meta.url)('tencentcloud-sdk-nodejs-sts')

const cloud = (profile = {}) =>
  new sts.v20180813.Client({
    credential: { secretId, secretKey },
    region: 'ap-guangzhou',
    profile: { ...profile, httpProfile: { endpoint: address, protocol: 'https://', ...profile.httpProfile } },
  })
const federation = { Name: 'test', Policy: encodeURIComponent(JSON.stringify(policy)), DurationSeconds: 600 }
const fromCloud = ({ Credentials, ExpiredTime }) => ({
  secretId: Credentials.TmpSecretId,
  secretKey: Credentials.TmpSecretKey,
  securityToken: Credentials.Token,
  expiresAt: ExpiredTime,
})
const fromCos = ({ credentials, expiredTime, startTime }) => ({
  secretId: credentials.tmpSecretId,
  secretKey: credentials.tmpSecretKey,
  securityToken: credentials.sessionToken,
  expiresAt: expiredTime,
  startsAt: startTime,
})

const calls = {
  'qcloud-cos-sts getCredential': async () =>
    fromCos(await cosSts.getCredential({ secretId, secretKey, host: address, policy, durationSeconds: 600 })),
  'qcloud-cos-sts getRoleCredential': async () =>
    fromCos(
      await cosSts.getRoleCredential({
        secretId,
        secretKey,
        host: address,
        policy,
        roleArn,
        durationSeconds: 600,
      }),
    ),
  'qcloud-cos-sts with a wrong key': () =>
    cosSts.getCredential({ secretId, secretKey: 'wrong', host: address, policy }),
  'qcloud-cos-sts with the policy of its own getPolicy': () => {
    const scope = [{ action: 'name/cos:PutObject', bucket: 'b-1', region: 'ap-guangzhou', prefix: '*' }]
    return cosSts.getCredential({ secretId, secretKey, host: address, policy: cosSts.getPolicy(scope) })
  },
  'cloud SDK, TC3': async () => fromCloud(await cloud().GetFederationToken(federation)),
  'cloud SDK, TC3 by GET': async () =>
    fromCloud(await cloud({ httpProfile: { reqMethod: 'GET' } }).GetFederationToken(federation)),
  'cloud SDK, TC3 without a hash of the body': async () =>
    fromCloud(await cloud({ unsignedPayload: true }).GetFederationToken(federation)),
  'cloud SDK, HmacSHA1': async () =>
    fromCloud(await cloud({ signMethod: 'HmacSHA1' }).GetFederationToken(federation)),
  'cloud SDK, HmacSHA256 by GET': async () =>
    fromCloud(
      await cloud({ signMethod: 'HmacSHA256', httpProfile: { reqMethod: 'GET' } }).GetFederationToken(
        federation,
      ),
    ),
  'cloud SDK, AssumeRole': async () =>
    fromCloud(
      await cloud().AssumeRole({
        RoleArn: roleArn,
        RoleSessionName: 'test',
        Policy: federation.Policy,
        DurationSeconds: 600,
      }),
    ),
  'cloud SDK, a duration that is too long': () =>
    cloud().GetFederationToken({ ...federation, DurationSeconds: 7201 }),
}

const results = {}
for (const [name, call] of Object.entries(calls)) {
  try {
    results[name] = { key: await call() }
  } catch (error) {
    results[name] = { error: error.Code ?? error.code ?? String(error) }
  }
}
process.stdout.write(JSON.stringify(results))
