import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gunzipSync, gzipSync } from 'node:zlib'
import { Job } from 'kubernetes-models/batch/v1/Job'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'

/* examples/bulk-on-kubernetes, as far as one machine can tell. */

const run = promisify(execFile)
const folder = fileURLToPath(new URL('../../examples/bulk-on-kubernetes/', import.meta.url))
const command = fileURLToPath(new URL('../../packages/cli/dist/main.js', import.meta.url))
/** Names that differ in their middle or their end alone. */
const NAMES = ['part.1.csv.gz', 'part.2.csv.gz', 'part.csv.gz', 'part.gz', 'part.csv', 'twice.csv.gz']
/** Of these the manifest has two. */
const PARTS = NAMES.length - 1

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cos-presign-kubernetes-'))
  for (const name of ['bin', 'inventory', 'urls']) await mkdir(join(directory, name))
  await chmod(command, 0o755)
  await symlink(command, join(directory, 'bin/cos-presign'))
  const files = [...NAMES, 'again/twice.csv.gz'].map((name) => ({ key: `cos_bucket_inventory/data/${name}` }))
  await writeFile(
    join(directory, 'inventory/manifest.json'),
    JSON.stringify({ fileFormat: 'CSV', fileSchema: 'Appid, Bucket, Key, Size', files }),
  )
  for (const [part, name] of NAMES.entries()) {
    const rows = [0, 1, 2].map((row) => `"125","b","part%2F${part}%20${row}.jpg","7"\n`).join('')
    await writeFile(join(directory, `inventory/${name}`), name.endsWith('.gz') ? gzipSync(rows) : rows)
  }
})
afterAll(() => rm(directory, { recursive: true }))

const signPart = (index: number): Promise<{ stdout: string }> =>
  run('sh', [join(folder, 'sign-part.sh')], {
    env: {
      PATH: `${join(directory, 'bin')}:${dirname(process.execPath)}:${process.env.PATH}`,
      HOME: directory,
      COS_SECRET_ID: 'AKIDkubernetes00001',
      COS_SECRET_KEY: 'test-secret-of-a-cluster',
      COS_REGION: 'ap-guangzhou',
      BUCKET: 'examplebucket-1250000000',
      EXPIRES: '7d',
      JOBS: '1',
      INVENTORY: join(directory, 'inventory'),
      OUTPUT: join(directory, 'urls'),
      JOB_COMPLETION_INDEX: String(index),
    },
  })

describe('the Kubernetes example', () => {
  it('signs every part, and a part that is there not again', async () => {
    for (let index = 0; index < PARTS; index++) await signPart(index)
    expect((await signPart(1)).stdout).toContain('is there')
    const written = (await readdir(join(directory, 'urls'))).sort()
    const parts = written.filter((name) => name.endsWith('.tsv.gz'))
    expect(parts).toEqual(
      ['0-part.1', '1-part.2', '2-part', '3-part', '4-part'].map((name) => `${name}.tsv.gz`),
    )
    expect(written.filter((name) => name.endsWith('.skipped'))).toHaveLength(PARTS)
    const lines = await Promise.all(
      parts.map(async (name) => gunzipSync(await readFile(join(directory, 'urls', name))).toString()),
    )
    const keys = lines
      .join('')
      .split('\n')
      .slice(0, -1)
      .map((line) => line.split('\t'))
    expect(keys.map(([key]) => key)).toEqual(
      [0, 1, 2, 3, 4].flatMap((part) => [0, 1, 2].map((row) => `part/${part} ${row}.jpg`)),
    )
    for (const [, url] of keys) expect(url).toMatch(/part\/\d%20\d\.jpg\?.*q-signature=[0-9a-f]{40}$/)
  })

  it('fails for an index that the manifest does not have, and for a name that it has twice', async () => {
    await expect(signPart(NAMES.length + 1)).rejects.toThrow('The manifest lists 7 files')
    await expect(signPart(PARTS)).rejects.toThrow('The manifest lists more than one twice.csv.gz')
  })

  it('has a manifest that is a Job of Kubernetes, which mounts what the script reads', async () => {
    const manifest = parse(await readFile(join(folder, 'job.yaml'), 'utf8'))
    expect(() => new Job(manifest).validate()).not.toThrow()
    expect(() =>
      new Job({ ...manifest, spec: { ...manifest.spec, completions: 'many' } }).validate(),
    ).toThrow()
    const [container] = manifest.spec.template.spec.containers
    const script = await readFile(join(folder, 'sign-part.sh'), 'utf8')
    const given = container.env.map(({ name }: { name: string }) => name)
    for (const [, name] of script.matchAll(/\$\{?([A-Z_]+)/g))
      expect(name === 'JOB_COMPLETION_INDEX' || given.includes(name), name).toBe(true)
    const jobs = container.env.find(({ name }: { name: string }) => name === 'JOBS')
    expect(jobs.value).toBe(container.resources.requests.cpu)
    expect(script).toContain('--jobs "$JOBS"')
    const mounted = container.volumeMounts.map(({ mountPath }: { mountPath: string }) => mountPath)
    expect(mounted).toEqual(['/scripts', '/inventory', '/urls'])
  })
})
