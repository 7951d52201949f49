import { expect, it } from 'vitest'
import { BUCKET, createFixture } from '../fixture.ts'

it('tells Uppy’s signRequest that a key is outside of the grant, and not that it must name one', async () => {
  const { ask } = await createFixture({
    grants: [
      {
        name: 'own',
        callers: { methods: ['api-key'] },
        bucket: BUCKET,
        key: 'own/{sub}/{path}',
        clientMayChooseKey: true,
        operations: ['upload', 'multipart'],
      },
    ],
  })
  for (const method of ['PUT', 'POST']) {
    const answer = await ask('/s3/presign', { json: { method, key: 'own/somebody-else/a.txt' } })
    expect(answer.status).toBe(403)
    expect(await answer.json()).toMatchObject({
      message: 'The grant "own" does not cover this key; it covers own/{sub}/{path}',
    })
  }
})
