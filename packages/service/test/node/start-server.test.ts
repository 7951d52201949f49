import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
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

/** Hears warnings, but for the one of `sts: false`, which all these configurations have. */
function listen(): { readonly warnings: string[]; readonly onWarning: (message: string) => void } {
  const warnings: string[] = []
  return {
    warnings,
    onWarning: (message) => void (message.includes('BORROW') || warnings.push(message)),
  }
}

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

describe('a server under a basePath', () => {
  it('that ends says there too that it is not ready', async () => {
    await writeFile(configPath, `${text}basePath: /sign\n`)
    const server = await startServer({ configPath, env, log: false })
    const statusOf = async (path: string) => (await fetch(`${server.url}${path}`)).status
    expect([await statusOf('/sign/readyz'), await statusOf('/readyz')]).toEqual([200, 200])
    const closed = server.close()
    expect([await statusOf('/sign/readyz'), await statusOf('/readyz')]).toEqual([503, 503])
    expect(await statusOf('/sign/healthz')).toBe(200)
    await closed
  })
})

describe('a file that is read again', () => {
  it('is said to need a restart for what a running server keeps, and is used for the rest', async () => {
    await writeFile(configPath, text)
    const { warnings, onWarning } = listen()
    const entries: LogEntry[] = []
    const log = (entry: LogEntry) => entries.push(entry)
    const server = await startServer({ configPath, env, log, onWarning })
    await server.reload()
    expect(warnings).toEqual([])
    const changed = text
      .replace('metrics: { port: 0 }', "redis: { url: 'redis://127.0.0.1:1' }")
      .replace('drainSeconds: 1', 'drainSeconds: 0')
      .replace(/links: .*/, 'links: {}')
    await writeFile(configPath, changed)
    await server.reload()
    expect(warnings).toEqual([
      expect.stringMatching(/needs a restart for: metrics, redis, links\.directory$/),
    ])
    expect(entries).toContainEqual(expect.objectContaining({ event: 'notice', message: warnings[0] }))
    const began = performance.now()
    await server.close()
    expect(performance.now() - began).toBeLessThan(900)
  })

  it('twice at once is served by as it was read last, though the first reading takes longer', async () => {
    await writeFile(configPath, text)
    const server = await startServer({ configPath, env, log: false })
    const grantOf = async () => {
      const init = { method: 'POST', headers: { 'x-api-key': apiKey } }
      return (await (await fetch(`${server.url}/v1/uploads`, init)).json()).grant
    }
    const slow = join(directory, 'slow')
    await promisify(execFile)('mkfifo', [slow])
    await writeFile(
      configPath,
      text
        .replace("'tickets'", "'slow'")
        .replace(/file: '[^']*'/, `file: '${slow}'`)
        .replace('name: files', 'name: older'),
    )
    const first = server.reload()
    await new Promise((resolve) => setTimeout(resolve, 100))
    await writeFile(configPath, text.replace('name: files', 'name: newer'))
    const second = server.reload()
    await new Promise((resolve) => setTimeout(resolve, 100))
    await writeFile(slow, TICKETS)
    await Promise.all([first, second])
    expect(await grantOf()).toBe('newer')
    await server.close()
  })

  it('after one that cannot be is used', async () => {
    await writeFile(configPath, text)
    const server = await startServer({ configPath, env, log: false })
    await writeFile(configPath, 'listen: [')
    const refused = expect(server.reload()).rejects.toThrow('This is not YAML')
    await refused
    await writeFile(configPath, text)
    await server.reload()
    await server.close()
  })
})

describe('links of a server', () => {
  const plain = () => text.replace(/links: .*/, 'links: {}').replace('drainSeconds: 1', '')
  const makeLink = async (url: string): Promise<string> => {
    const headers = { 'x-api-key': apiKey }
    const body = JSON.stringify({ key: 'files/backend/00000000-0000-4000-8000-000000000000' })
    return (await (await fetch(`${url}/links`, { method: 'POST', headers, body })).json()).path
  }
  const follow = async (url: string, path: string) => (await fetch(url + path, { redirect: 'manual' })).status

  it('are kept beside its configuration where that says nothing else, and outlive it', async () => {
    await writeFile(configPath, plain())
    const { warnings, onWarning } = listen()
    const server = await startServer({ configPath, env, log: false, onWarning })
    const path = await makeLink(server.url)
    await server.close()
    const again = await startServer({ configPath, env, log: false, onWarning })
    expect(await follow(again.url, path)).toBe(302)
    await again.close()
    expect(warnings).toEqual([])
  })

  it('are kept in memory where nothing can be written, which is said with what to do', async () => {
    const locked = await mkdtemp(join(directory, 'locked-'))
    // Instead of a file system that is read-only, which root may write to.
    await writeFile(join(locked, 'cos-presign-links'), 'no directory')
    await writeFile(join(locked, 'service.yaml'), plain())
    const { warnings, onWarning } = listen()
    const server = await startServer({ configPath: join(locked, 'service.yaml'), env, log: false, onWarning })
    expect(await follow(server.url, await makeLink(server.url))).toBe(302)
    await server.close()
    expect(warnings).toEqual([
      expect.stringMatching(/^Links are kept in memory.*Set links\.directory, or redis/),
    ])
  })

  it('are not kept elsewhere than the configuration says', async () => {
    const taken = join(directory, 'taken')
    await writeFile(taken, 'no directory')
    await writeFile(configPath, text.replace(/links: .*/, `links: { directory: '${taken}' }`))
    await expect(startServer({ configPath, env, log: false })).rejects.toThrow(
      expect.objectContaining({
        code: 'ERR_SERVICE_CONFIG_INVALID',
        message: expect.stringContaining('links.directory: cannot be written'),
      }),
    )
  })

  it('can come with a configuration that is read again', async () => {
    await writeFile(configPath, plain().replace('links: {}', ''))
    const server = await startServer({ configPath, env, log: false })
    await writeFile(configPath, plain())
    await server.reload()
    expect(await follow(server.url, await makeLink(server.url))).toBe(302)
    await server.close()
  })
})

describe('whoever starts a server', () => {
  it('hears that its file lets anybody in', async () => {
    await writeFile(configPath, text.replace('authenticate:', 'authenticate:\n  insecureDev: true'))
    const { warnings, onWarning } = listen()
    const server = await startServer({ configPath, env, log: false, onWarning })
    await server.close()
    expect(warnings).toEqual([expect.stringContaining('INSECURE')])
  })

  it('finds the metrics at the host that it named', async () => {
    await writeFile(configPath, text.replace('drainSeconds: 1', ''))
    const server = await startServer({ configPath, env, log: false, host: 'localhost' })
    expect(server.metricsUrl).toMatch(/^http:\/\/localhost:\d+\/metrics$/)
    expect((await fetch(server.metricsUrl ?? '')).status).toBe(200)
    await server.close()
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
