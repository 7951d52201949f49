import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { createService } from '@cos-presign/service'
import { readConfig } from '@cos-presign/service/node'
import { Deployment } from 'kubernetes-models/apps/v1/Deployment'
import { Service } from 'kubernetes-models/v1/Service'
import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'

/* examples/service-on-kubernetes, as far as one machine can tell. */

const folder = fileURLToPath(new URL('../../examples/service-on-kubernetes/', import.meta.url))
const read = (name: string): Promise<string> => readFile(`${folder}${name}`, 'utf8')

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
    expect(await read('Containerfile')).toContain('"/etc/cos-presign/service.yaml"')
  })
})
