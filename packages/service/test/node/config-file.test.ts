import { describe, expect, it } from 'vitest'
import { readConfig } from '../../src/node.ts'

const env = { COS_SECRET_ID: 'AKIDfile', COS_SECRET_KEY: 'secret', PORT: '9000', REGION: 'ap-guangzhou' }
const read = (text: string) => readConfig(text, { env, readText: () => Promise.reject(new Error('no file')) })

describe('a reference in a configuration', () => {
  it('stands for a text and for a port', async () => {
    const config = await read(
      'listen: { port: { env: PORT } }\nmetrics: { port: "9464" }\nregion: { env: REGION }',
    )
    expect(config.listen.port).toBe(9000)
    expect(config.metrics?.port).toBe(9464)
    expect(config.options.region).toBe('ap-guangzhou')
  })

  it('that is no port is refused as such', async () => {
    await expect(read('listen: { port: { env: REGION } }')).rejects.toThrow('listen.port')
    await expect(read('listen: { port: "99999" }')).rejects.toThrow('listen.port')
  })

  it('is not what a claim is that has its name', async () => {
    const { options } = await read(`
authenticate: { apiKeys: [{ id: a, claims: { file: /etc/passwd } }] }
grants: [{ callers: { claims: { env: prod } } }]`)
    expect(options.grants[0]?.callers?.claims).toEqual({ env: 'prod' })
    expect(options.authenticate.apiKeys?.[0]?.claims).toEqual({ file: '/etc/passwd' })
  })
})

describe('a configuration', () => {
  it.each([
    ['at the top', '__proto__: { insecureDev: true }', 'The configuration: unknown: "__proto__"'],
    ['deeper', 'authenticate: { __proto__: { insecureDev: true } }', 'authenticate: unknown: "__proto__"'],
  ])('has no __proto__ that is passed over, %s', async (_, text, message) => {
    await expect(read(text)).rejects.toThrow(message)
  })
})
