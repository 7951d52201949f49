import { withoutPort } from '../../host.ts'
import type { DiagnosisCode } from '../diagnosis-code.ts'
import type { RequestFacts } from '../facts.ts'
import { bucketOf } from '../host-names.ts'

type Candidate = readonly [code: DiagnosisCode, host: string, summary?: string]

/** Hosts that may have been signed instead of the one that arrived. */
export function* hostVariants(host: string, request: RequestFacts | undefined): Generator<Candidate> {
  for (const [code, other] of candidates(host, request)) {
    const what =
      code === 'host-port-differs' ? 'The host was signed as' : 'The request was signed for the host'
    yield [
      code,
      other,
      other === '' ? 'The host was signed empty.' : `${what} ${other}, and COS received ${host}.`,
    ]
  }
}

function* candidates(
  host: string,
  request: RequestFacts | undefined,
): Generator<readonly [DiagnosisCode, string]> {
  const name = withoutPort(host)
  yield ['host-port-differs', name]
  for (const port of [80, 443, 8080, 9000]) yield ['host-port-differs', `${name}:${port}`]
  for (const known of [request?.urlHost, request?.host]) {
    if (known === undefined) continue
    yield ['host-differs', known]
    yield ['host-differs', withoutPort(known)]
  }
  yield ['host-differs', host.toUpperCase()]
  yield ['host-differs', host.toLowerCase()]
  yield ['host-differs', '']
  for (const other of siblings(host)) yield ['host-differs', other]
}

const REGIONS =
  `ap-guangzhou ap-shanghai ap-beijing ap-beijing-1 ap-nanjing ap-chengdu ap-chongqing ap-shenzhen-fsi ap-shanghai-fsi
ap-beijing-fsi ap-hongkong ap-singapore ap-jakarta ap-seoul ap-bangkok ap-tokyo ap-mumbai na-siliconvalley na-ashburn sa-saopaulo
na-toronto eu-frankfurt eu-moscow accelerate`.split(/\s+/)
const SUFFIXES = ['myqcloud.com', 'tencentcos.cn']

/** Other hosts of the same bucket (documentation 436/6224), and the same host without its bucket. */
function* siblings(host: string): Generator<string> {
  const bucket = bucketOf(host)
  const rest = bucket === undefined ? host : host.slice(bucket.length + 1)
  if (bucket !== undefined) yield* [rest, bucket]
  const [, port] = /^(?:localhost|127\.0\.0\.1)(:\d+)?$/.exec(rest) ?? []
  for (const name of ['localhost', '127.0.0.1']) yield `${name}${port ?? ''}`
  const prefix = bucket === undefined ? '' : `${bucket}.`
  const region = /^(?:cos(?:-internal|-website)?|ci|pic)\.([a-z\d-]+)\./.exec(rest)?.[1] ?? 'ap-guangzhou'
  for (const suffix of SUFFIXES) {
    yield `${prefix}file.${suffix}`
    for (const service of ['cos-website', 'ci', 'pic']) yield `${prefix}${service}.${region}.${suffix}`
    for (const service of ['cos', 'cos-internal']) {
      for (const other of [region, ...REGIONS]) yield `${prefix}${service}.${other}.${suffix}`
    }
  }
}
