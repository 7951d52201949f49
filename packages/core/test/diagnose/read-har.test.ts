import { describe, expect, it } from 'vitest'
import { diagnose } from '../../src/diagnose/index.ts'
import { clientOf, get, host, now } from '../fixtures.ts'

const denied = {
  status: 403,
  headers: [],
  content: { text: '<Error><Code>AccessDenied</Code><Message>Access Denied.</Message></Error>' },
}

const har = (headers: readonly (readonly [string, string])[], url: string, response: object): string => {
  const request = { method: 'GET', url, headers: headers.map(([name, value]) => ({ name, value })) }
  return JSON.stringify({ log: { creator: { name: 'WebInspector' }, entries: [{ request, response }] } })
}

const codesOf = (evidence: string): string[] =>
  diagnose(evidence, { now }).findings.map(({ code, certainty }) => `${code} ${certainty}`)

describe('diagnose', () => {
  it('does not call a request unsigned for sure whose HAR was exported without Authorization', () => {
    const evidence = har([[':authority', host]], `https://${host}/a`, denied)
    const [finding] = diagnose(evidence, { now }).findings
    expect(finding).toMatchObject({ code: 'unsigned', certainty: 'likely', leavesOpen: ['policy-denied'] })
  })

  it('does not call a header missing for sure of a request that a browser stopped, whose headers it does not know', () => {
    const url = clientOf().getPresignedUrl({ ...get, Headers: { 'Content-Length': 0, 'x-cos-meta-a': 'b' } })
    const evidence = har([['x-cos-meta-a', 'b']], url, { status: 0, headers: [], content: {} })
    expect(codesOf(evidence)).not.toContain('header-missing certain')
  })

  it('takes the headers of a HAR for all that were sent where the host is among them', () => {
    const url = clientOf().getPresignedUrl({ ...get, Headers: { 'x-cos-meta-a': 'b' } })
    const evidence = har([[':authority', host]], url, { status: 0, headers: [], content: {} })
    expect(codesOf(evidence)).toContain('header-missing certain')
  })
})
