import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApiKey, type LogEntry } from '../../src/index.ts'
import { checkConfig, startServer } from '../../src/node.ts'

const env = { COS_SECRET_ID: 'AKIDserver', COS_SECRET_KEY: 'secret-key-of-the-server' }
const TICKETS = 'a secret of tickets, of 32 bytes or more'

let directory: string
let configPath: string
let apiKey: string
let text: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cos-presign-server-'))
  configPath = join(directory, 'service.yaml')
  const { key, sha256 } = await createApiKey('backend')
  apiKey = key
  await writeFile(join(directory, 'tickets'), TICKETS)
  text = `
listen: { port: 0 }
metrics: { port: 0 }
drainSeconds: 1
region: ap-guangzhou
sts: false
authenticate:
  apiKeys: [{ id: backend, sha256: '${sha256}' }]
  tickets: { secret: { file: '${join(directory, 'tickets')}' } }
links: { directory: '${join(directory, 'links')}' }
limits: { windows: [{ name: minute, requests: 100, seconds: 60 }] }
grants:
  - { name: files, bucket: examplebucket-1250000000, key: 'files/{sub}/{uuid}', operations: [upload, download, link] }
`
})
afterAll(() => rm(directory, { recursive: true }))

describe('a server of a configuration file', () => {
  it('counts for Prometheus what it logs, and neither has a secret', async () => {
    await writeFile(configPath, text)
    const entries: LogEntry[] = []
    const server = await startServer({ configPath, env, log: (entry) => entries.push(entry) })
    try {
      const ask = (path: string, body: object = {}) => {
        const headers = { 'x-api-key': apiKey }
        return fetch(`${server.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
      }
      const { url, key } = await (await ask('/v1/uploads')).json()
      const link = await (await ask('/links', { key })).json()
      const ticket = await (await ask('/v1/tickets')).json()
      expect((await fetch(`${server.url}${link.path}`, { redirect: 'manual' })).status).toBe(302)
      expect((await fetch(`${server.url}${ticket.path}/v1/uploads`, { method: 'POST' })).status).toBe(200)
      expect((await ask('/v1/downloads', { key: 'elsewhere' })).status).toBe(403)
      await writeFile(configPath, `${text}\nlissen: {}`)
      await expect(server.reload()).rejects.toThrow('unknown: "lissen"')

      const metrics = await (await fetch(server.metricsUrl ?? '')).text()
      expect(metrics).toContain(
        'cos_presign_requests_total{route="/v1/uploads",method="POST",status="200"} 2',
      )
      expect(metrics).toContain('cos_presign_issued_total{grant="files",operation="upload"} 2')
      expect(metrics).toContain('cos_presign_refused_total{code="ERR_SERVICE_NOT_GRANTED"} 1')
      expect(metrics).toContain('cos_presign_config_reloads_total{result="refused"} 1')
      expect(metrics).toContain('process_resident_memory_bytes')
      expect((await fetch(`${server.url}/metrics`)).status).toBe(404)
      const signature = /q-signature=([\da-f]+)/.exec(url)?.[1] ?? ''
      const said = JSON.stringify(entries) + metrics
      for (const secret of [env.COS_SECRET_KEY, TICKETS, apiKey, signature, link.id, ticket.ticket]) {
        expect(secret.length).toBeGreaterThan(8)
        expect(said).not.toContain(secret)
      }
    } finally {
      await server.close()
    }
  })

  it('that ends says first that it is not ready, and is over at once when nobody waits', async () => {
    await writeFile(configPath, text)
    const server = await startServer({ configPath, env, log: false })
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
    const began = performance.now()
    const closed = server.close()
    expect((await fetch(`${server.url}/readyz`)).status).toBe(503)
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
    await closed
    expect(performance.now() - began).toBeLessThan(4000)
    await expect(fetch(`${server.url}/healthz`)).rejects.toThrow()
  })
})

describe('a file that is only checked', () => {
  const base =
    'sts: false\ngrants: [{ name: files, bucket: examplebucket-1250000000, key: "files/{sub}/{uuid}", operations: [upload] }]'
  it.each([
    ['that lacks a region', `authenticate: { insecureDev: true }\n${base}`, '"region" must be given'],
    [
      'whose template cannot be',
      `region: ap-guangzhou\nauthenticate: { insecureDev: true }\n${base.replace('/{uuid}', '-{filename}')}`,
      'The grant "files" cannot be',
    ],
    [
      'with a misspelt constraint',
      `region: ap-guangzhou\nauthenticate: { insecureDev: true }\n${base.replace('] }]', '], constraints: { maxSizeByte: 5 } }]')}`,
      'no parameter "maxSizeByte"',
    ],
  ])('%s is refused, as it is by a server', async (_, wrong, message) => {
    await writeFile(configPath, wrong)
    const refusal = expect.objectContaining({
      code: 'ERR_SERVICE_CONFIG_INVALID',
      message: expect.stringContaining(message),
    })
    await expect(checkConfig({ configPath, env })).rejects.toThrow(refusal)
    await expect(startServer({ configPath, env, log: false })).rejects.toThrow(refusal)
  })

  it('needs no way to prove who asks where anybody is let in', async () => {
    await writeFile(configPath, `listen: { port: 0 }\nregion: ap-guangzhou\nauthenticate: {}\n${base}`)
    await expect(checkConfig({ configPath, env })).rejects.toThrow('must say how callers prove')
    await checkConfig({ configPath, env, insecureDev: true })
    const server = await startServer({ configPath, env, insecureDev: true, log: false })
    const answer = await fetch(`${server.url}/v1/uploads`, { method: 'POST' })
    await server.close()
    expect(answer.status).toBe(200)
  })
})
