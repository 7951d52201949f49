import {
  type CorrectedRequest,
  type Diagnosis,
  type DiagnosisCode,
  diagnose,
  type Evidence,
} from 'cos-presign/diagnose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeWithCurl } from '../testing/curl.ts'
import type { BrokenRequest } from '../testing/diagnose/broken-request.ts'
import { CORPUS } from '../testing/diagnose/corpus.ts'
import { createWorld, type Exchange, PERMANENT, type World } from '../testing/diagnose/world.ts'

/*
 * Requests that were really broken, by curl, fetch, the vendor's SDK and sockets, and really refused by the emulator. What each
 * kind of evidence can tell is written beside each; the first finding must be one of that, and must name what really happened or
 * leave it open.
 */

let world: World

beforeAll(async () => {
  world = await createWorld()
})
afterAll(async () => {
  await world.close()
})

/** What came of a broken request; each is sent once. */
function exchangeOf(broken: BrokenRequest): Promise<Exchange> {
  const sent = exchanges.get(broken) ?? broken.send(world)
  exchanges.set(broken, sent)
  return sent
}

const exchanges = new Map<BrokenRequest, Promise<Exchange>>()

const KINDS = ['secret', 'request', 'xml', 'offline'] as const
type Kind = (typeof KINDS)[number]

function evidenceOf(kind: Kind, { request, answer }: Exchange): Evidence[] {
  if (kind === 'offline') return [request]
  // Without a document, the status is all there is.
  const said = answer.body === '' ? { status: answer.status, headers: answer.headers } : answer.body
  return kind === 'xml' ? [said] : [request, said]
}

function diagnoseAs(kind: Kind, exchange: Exchange): Diagnosis {
  const credential = exchange.key ?? PERMANENT
  return diagnose(evidenceOf(kind, exchange), {
    now: () => world.emulator.clock.now(),
    ...(kind === 'secret' || kind === 'offline' ? { credential } : {}),
  })
}

/** What the first finding says, or leaves open. */
function namedBy({ findings: [first] }: Diagnosis): readonly DiagnosisCode[] {
  return first === undefined ? [] : [first.code, ...(first.leavesOpen ?? [])]
}

const NAMED = CORPUS.map((broken) => [broken.name, broken] as const)

describeWithCurl('a request that was broken', () => {
  describe.each(KINDS)('with this evidence: %s', (kind) => {
    it.each(NAMED)('%s', async (_, broken) => {
      const exchange = await exchangeOf(broken)
      const diagnosis = diagnoseAs(kind, exchange)
      const wanted = broken.expected[kind] ?? broken.expected.secret
      const shown = JSON.stringify(diagnosis.findings, undefined, 1)
      if (wanted.length === 0) {
        expect(shown).toBe('[]')
        return
      }
      expect(wanted, shown).toContain(diagnosis.findings[0]?.code)
      expect(namedBy(diagnosis), shown).toContain(broken.cause)
      for (const secret of secretsOf(exchange)) expect(JSON.stringify(diagnosis)).not.toContain(secret)
    })
  })

  describe('a corrected request that need not be signed again', () => {
    it.each(NAMED)('is accepted with the signature it had, or is not offered: %s', async (_, broken) => {
      const exchange = await exchangeOf(broken)
      const corrected = diagnoseAs('secret', exchange).findings[0]?.corrected
      if (corrected === undefined || corrected.signAgain) return
      const answer = await sendCorrected(corrected, exchange)
      expect(answer.body).not.toContain('SignatureDoesNotMatch')
      expect(answer.body).not.toContain('AccessDenied')
    })

    it.each([
      'content-type-differs',
      'header-differs',
      'header-missing',
      'method-differs',
      'parameter-differs',
      'parameter-encoded-twice',
      'parameter-plus-for-space',
      'path-differs',
      'path-dots-collapsed',
      'path-encoded-twice',
      'path-plus-for-space',
      'path-unicode-form',
    ] as const)('is offered for %s', async (code) => {
      const corrections = CORPUS.filter(({ cause }) => cause === code).map(async (broken) => {
        const [first] = diagnoseAs('secret', await exchangeOf(broken)).findings
        return first?.corrected?.signAgain
      })
      expect(await Promise.all(corrections)).toContain(false)
    })
  })
})

function secretsOf({ request, key = PERMANENT }: Exchange): string[] {
  const signatures = JSON.stringify(request).match(/(?<=q-signature=)[\da-f]{40}/g) ?? []
  const token =
    key.securityToken === undefined ? [] : [key.securityToken, encodeURIComponent(key.securityToken)]
  return [key.secretKey, ...token, ...signatures]
}

/** Sends what was corrected with what is hidden in it put back. */
async function sendCorrected(
  { method, url, headers }: CorrectedRequest,
  { request }: Exchange,
): Promise<Exchange['answer']> {
  const original = JSON.stringify(request)
  const signature = /(?<=q-signature=)[\da-f]{40}/.exec(original)?.[0] ?? ''
  const authorization = /q-sign-algorithm=[^"'\\\s]*/.exec(original)?.[0] ?? ''
  const words = Object.entries(headers).flatMap(([name, value]) => [
    '-H',
    `${name}: ${name === 'authorization' ? authorization : value}`,
  ])
  const length = Number(headers['content-length'] ?? 1)
  const body = method === 'PUT' ? ['--data-binary', 'x'.repeat(length)] : []
  const mended = url
    .replace('https:', 'http:')
    .replace('q-signature=***', `q-signature=${signature}`)
    .replace(/q-ak=[^&]*/, `q-ak=${PERMANENT.secretId}`)
  return (await world.curl('--path-as-is', '-g', '-X', method, ...words, ...body, mended)).answer
}
