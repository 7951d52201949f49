import { describe, expect, it } from 'vitest'
import { createService } from '../../src/index.ts'
import { CREDENTIAL, GRANTS } from '../fixture.ts'

const service = createService({
  credential: CREDENTIAL,
  region: 'ap-guangzhou',
  sts: false,
  grants: GRANTS,
  log: false,
  authenticate: { insecureDev: true },
})

function askAs(host: string): Promise<Response> {
  const headers = { host, origin: `http://${host}` }
  return service.fetch(new Request('http://127.0.0.1/v1/uploads', { method: 'POST', headers, body: '{}' }))
}

describe('with insecureDev, a page', () => {
  it.each([
    'evil.example',
    'evil.example:8080',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    'a@b.c',
    '%',
  ])('that makes its own name lead to the service gets nothing: %s', async (host) => {
    expect((await askAs(host)).status).toBe(403)
  })

  it.each([
    'localhost:8080',
    '127.0.0.1:8080',
    '[::1]:8080',
    '192.168.1.7',
    'app.localhost',
    'cos-presign:8080',
  ])('of this machine, of an address or of a name that nobody can register is answered: %s', async (host) => {
    expect((await askAs(host)).status).toBe(200)
  })
})
