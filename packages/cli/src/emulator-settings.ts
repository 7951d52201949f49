import { quoteForShell } from './output.ts'

/** What programs need to know to use an emulator that runs. */
export interface EmulatorPlace {
  readonly port: number
  readonly bucket: string
  readonly region: string
  /** The key, if it was made for this run; one of somebody's own is not for the screen. */
  readonly key?: { readonly secretId: string; readonly secretKey: string } | undefined
  readonly tls?: { readonly port: number; readonly caFile?: string | undefined } | undefined
  readonly admin?: { readonly url: string; readonly token: string } | undefined
}

/** Programs that settings are printed for, `env` first, which is what a shell reads. */
export const SETTINGS = ['env', 'node', 'browser', 'python', 'coscli', 'curl', 'sts'] as const
/** One of {@link SETTINGS}. */
export type SettingsName = (typeof SETTINGS)[number]

// Not written out in the text: it would look as if this package imported it.
const CLOUD_SDK = "'tencentcloud-sdk-nodejs-sts'"

/** Settings to paste, one text a program. Only `env` holds secrets; the others refer to it. */
export function toSettings(place: EmulatorPlace): Readonly<Record<SettingsName, string>> {
  return {
    env: env(place),
    node: node(place),
    browser: browser(place),
    python: python(place),
    coscli: coscli(place),
    curl: curl(place),
    sts: sts(place),
  }
}

function env({ port, key, tls, admin }: EmulatorPlace): string {
  const values: readonly (readonly [string, string | undefined])[] = [
    ['COS_SECRET_ID', key?.secretId],
    ['COS_SECRET_KEY', key?.secretKey],
    ['COS_ENDPOINT', `localhost:${port}`],
    ['COS_SCHEME', 'http'],
    ['NODE_EXTRA_CA_CERTS', tls?.caFile],
    ['COS_EMULATOR_ADMIN', admin?.url],
    ['COS_EMULATOR_ADMIN_TOKEN', admin?.token],
  ]
  return values
    .flatMap(([name, value]) => (value === undefined ? [] : [`export ${name}=${quoteForShell(value)}`]))
    .join('\n')
}

function node({ port }: EmulatorPlace): string {
  return `import COS from 'cos-nodejs-sdk-v5'
const cos = new COS({
  SecretId: process.env.COS_SECRET_ID,
  SecretKey: process.env.COS_SECRET_KEY,
  Protocol: 'http:',
  // Every bucket under its usual name: Node.js resolves no {Bucket}.localhost.
  Proxy: 'http://127.0.0.1:${port}',
})`
}

function browser({ port }: EmulatorPlace): string {
  return `const cos = new COS({
  Protocol: 'http:',
  Domain: '{Bucket}.localhost:${port}',
  // Your backend asks the emulator's STS, as it asks the real one; the bucket needs a CORS configuration.
  getAuthorization: (_options, callback) =>
    fetch('/sts')
      .then((response) => response.json())
      .then(({ credentials, startTime, expiredTime }) =>
        callback({
          TmpSecretId: credentials.tmpSecretId,
          TmpSecretKey: credentials.tmpSecretKey,
          SecurityToken: credentials.sessionToken,
          StartTime: startTime,
          ExpiredTime: expiredTime,
        }),
      ),
})`
}

function python({ port, region }: EmulatorPlace): string {
  return `import os
from qcloud_cos import CosConfig, CosS3Client
config = CosConfig(
    Region='${region}',
    SecretId=os.environ['COS_SECRET_ID'],
    SecretKey=os.environ['COS_SECRET_KEY'],
    Scheme='http',
    IP='127.0.0.1',  # in place of Endpoint, which needs a resolver that knows *.localhost
    Port=${port},
)
client = CosS3Client(config)`
}

function coscli({ port, bucket }: EmulatorPlace): string {
  return `cat > emulator.cos.yaml <<END
cos:
  base:
    secretid: "$COS_SECRET_ID"
    secretkey: "$COS_SECRET_KEY"
    sessiontoken: ""
    protocol: http
    disableencryption: "true"
    closeautoswitchhost: "true"
  buckets:
    - name: ${bucket}
      alias: emulator
      endpoint: localhost:${port}
END
coscli ls cos://${bucket} -c emulator.cos.yaml -e localhost:${port} --customized`
}

function curl({ bucket }: EmulatorPlace): string {
  return `curl -T FILE "$(cos-presign url -X PUT cos://${bucket}/hello)"
curl "$(cos-presign url cos://${bucket}/hello)"`
}

function sts({ port, region, tls }: EmulatorPlace): string {
  const cos =
    tls === undefined
      ? '// qcloud-cos-sts speaks https only: start the emulator with --tls-port'
      : `// qcloud-cos-sts: { host: 'localhost:${tls.port}', … } with NODE_EXTRA_CA_CERTS`
  return `const { sts } = require(${CLOUD_SDK})
const client = new sts.v20180813.Client({
  credential: { secretId: process.env.COS_SECRET_ID, secretKey: process.env.COS_SECRET_KEY },
  region: '${region}',
  profile: { httpProfile: { protocol: 'http://', endpoint: 'localhost:${port}' } },
})
${cos}`
}
