import { describe, expect, it } from 'vitest'
import { useCos } from '../cos.ts'
import { BUCKET, createFixture, GRANTS } from '../fixture.ts'

const grants = [
  {
    name: 'uploads',
    bucket: BUCKET,
    key: 'uploads/{sub}/{uuid}.{ext}',
    operations: ['upload', 'credentials'],
  } as const,
]
const cos = useCos({ grants, sts: 'late', dialects: { tencentSamples: 'on' } })

interface PutSign {
  readonly cosHost: string
  readonly cosKey: string
  readonly authorization: string
  readonly securityToken: string
}

describe('the paths of Tencent’s samples', () => {
  it('/put-sign gives an Authorization for a new object', async () => {
    const { body } = await cos.ask<PutSign>('/put-sign?ext=png')
    expect(body.cosKey).toMatch(/^uploads\/holder\/[\da-f-]{36}\.png$/)
    // As their front ends do, which know that a sample may sign with a temporary key.
    const headers = { Authorization: body.authorization, 'x-cos-security-token': body.securityToken }
    const sent = await fetch(`http://${body.cosHost}/${body.cosKey}`, { method: 'PUT', headers, body: 'x' })
    expect(sent.status).toBe(200)
    const wrapped = await cos.ask<{ code: number; data: PutSign }>('/sts-direct-sign?ext=.jpg', {})
    expect(wrapped.body).toMatchObject({ code: 0, data: { cosHost: body.cosHost } })
  })

  it('/post-policy gives a form', async () => {
    const { body } = await cos.ask<Record<string, string>>('/post-policy?ext=txt')
    const form = new FormData()
    form.append('key', body.cosKey ?? '')
    form.append('policy', body.policy ?? '')
    form.append('q-sign-algorithm', body.qSignAlgorithm ?? '')
    form.append('q-ak', body.qAk ?? '')
    form.append('q-key-time', body.qKeyTime ?? '')
    form.append('q-signature', body.qSignature ?? '')
    form.append('file', new Blob(['x']))
    expect((await fetch(`http://${body.cosHost}/`, { method: 'POST', body: form })).status).toBe(204)
  })

  it('/getKeyAndCredentials gives a key for one object', async () => {
    const { body } = await cos.ask<Record<string, string | number>>('/getKeyAndCredentials?ext=mp4')
    expect(body).toMatchObject({ Bucket: BUCKET, Region: 'ap-guangzhou' })
    expect(body.Key).toMatch(/\.mp4$/)
    expect(body.TmpSecretId).toBeTypeOf('string')
  })

  it('refuse with real statuses, or with 200 and a code for front ends that look at nothing else', async () => {
    const real = await cos.ask('/put-sign?grant=none')
    expect(real).toMatchObject({ status: 403, body: { code: '-1' } })
    const vendor = await createFixture({ dialects: { tencentSamples: 'vendor-status' } })
    const answer = await vendor.ask('/put-sign?grant=none')
    expect([answer.status, await answer.json()]).toMatchObject([200, { code: '-1' }])
  })

  it('have no audit of what was refused with 200', async () => {
    const limited = {
      name: 'limited',
      bucket: BUCKET,
      key: 'limited/{uuid}',
      operations: ['upload'] as const,
      constraints: { maxSizeBytes: 10 },
    }
    const dialects = { tencentSamples: 'vendor-status' as const }
    const { ask, entries } = await createFixture({ grants: [limited], dialects })
    expect((await ask('/put-sign?ext=png')).status).toBe(200)
    expect(entries).toEqual([
      expect.objectContaining({ event: 'request', status: 200, code: 'ERR_SERVICE_REQUEST_INVALID' }),
    ])
    await ask('/put-sign?ext=png&size=10')
    expect(entries.filter(({ event }) => event === 'issued')).toHaveLength(1)
  })

  it('are not there unless asked for', async () => {
    const { ask } = await createFixture({ grants: GRANTS })
    expect((await ask('/put-sign')).status).toBe(404)
  })
})
