import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createService } from '@cos-presign/service'
import { readConfig } from '@cos-presign/service/node'
import { Deployment } from 'kubernetes-models/apps/v1/Deployment'
import { Service } from 'kubernetes-models/v1/Service'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'

/* examples/service-on-kubernetes, as far as one machine can tell. */

const root = fileURLToPath(new URL('../../', import.meta.url))
const folder = fileURLToPath(new URL('../../examples/service-on-kubernetes/', import.meta.url))
const read = (name: string): Promise<string> => readFile(`${folder}${name}`, 'utf8')

describe('the container file of the service', () => {
  let packs: string
  beforeAll(async () => {
    packs = await mkdtemp(join(tmpdir(), 'cos-presign-packs-'))
  })
  afterAll(() => rm(packs, { recursive: true }))

  it('packs, by its own command, all packages that the command line installs', async () => {
    const text = (await read('Containerfile')).replaceAll('\\\n', ' ')
    const pack = text.split('\n').find((line) => line.includes('npm pack')) ?? ''
    const command = pack.replace(/^RUN /, '').replaceAll('/packs', join(packs, 'new'))
    await promisify(execFile)('sh', ['-c', command], { cwd: root })
    const packed = await readdir(join(packs, 'new'))
    expect(packed.every((name) => /^cos-presign-.*\.tgz$/.test(name))).toBe(true)
    const wanted = new Set(['@cos-presign/cli'])
    for (const name of wanted) {
      const manifest = JSON.parse(await readFile(join(root, 'node_modules', name, 'package.json'), 'utf8'))
      expect(packed).toContain(`${name.replace('@', '').replace('/', '-')}-${manifest.version}.tgz`)
      for (const needed of Object.keys(manifest.dependencies ?? {}))
        if (needed === 'cos-presign' || needed.startsWith('@cos-presign/')) wanted.add(needed)
    }
    expect(packed).toHaveLength(wanted.size)
  }, 60_000)
})

describe('the Kubernetes example of the service', () => {
  it('has manifests as the API of Kubernetes describes them', async () => {
    const [deployment, service] = parseAllDocuments(await read('deployment.yaml')).map((one) => one.toJS())
    expect(() => new Deployment(deployment).validate()).not.toThrow()
    expect(() => new Service(service).validate()).not.toThrow()
    // The check does find what is wrong.
    deployment.spec.replicas = 'two'
    expect(() => new Deployment(deployment).validate()).toThrow()
  })

  it('has a configuration that is as it must be, with what the manifests give it', async () => {
    const manifest = await read('deployment.yaml')
    const asked: string[] = []
    const env = {
      REDIS_URL: 'redis://redis:6379',
      COS_SECRET_ID: 'AKIDkubernetes00001',
      COS_SECRET_KEY: 'test',
    }
    const config = await readConfig(await read('service.yaml'), {
      env,
      async readText(path) {
        asked.push(path)
        return await Promise.resolve('0123456789abcdef0123456789abcdef')
      },
    })
    createService({ ...config.options, log: false })
    expect(config.redis?.url).toBe(env.REDIS_URL)
    for (const path of asked) expect(manifest).toContain(path.slice(0, path.lastIndexOf('/')))
    expect(manifest).toContain('name: REDIS_URL')
    expect(manifest).toContain(`containerPort: ${config.listen.port}`)
    expect(manifest).toContain(`containerPort: ${config.metrics?.port}`)
    const [deployment] = parseAllDocuments(manifest).map((one) => one.toJS())
    // Ten seconds are for requests under way.
    expect(deployment.spec.template.spec.terminationGracePeriodSeconds).toBeGreaterThan(
      config.drainSeconds + 10,
    )
    expect(await read('Containerfile')).toContain('"/etc/cos-presign/service.yaml"')
  })
})
