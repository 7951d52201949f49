import { afterEach, describe, expect, it } from 'vitest'
import { createEmulator, type Emulator, type EmulatorOptions } from '../src/index.ts'
import { BUCKET, createSender, elementsOf, KEY, outcomeOf, type Sent } from './sending.ts'

const OTHER = 'otherbucket-1250000000'
let emulator: Emulator

/** An emulator of its own for each test, and how to send to it. */
const open = (options: EmulatorOptions = {}): ReturnType<typeof createSender> => {
  emulator = createEmulator({ credentials: [KEY], buckets: [BUCKET, OTHER], ...options })
  return createSender(emulator)
}
afterEach(() => emulator.close())

/** Where an object put at one address is found at others. */
const BASE = '127.0.0.1:9000'

describe('path style', () => {
  it('names the bucket in the path, on a host that names none, with the whole path signed', async () => {
    const send = open()
    const path = `/${BUCKET}/folder/a b.txt`
    expect((await send({ method: 'PUT', host: BASE, path, body: 'here' })).statusCode).toBe(200)
    expect((await send({ host: BASE, path })).body.toString()).toBe('here')
    expect((await send({ path: '/folder/a b.txt' })).body.toString()).toBe('here')
    expect((await send({ host: 'cos.ap-guangzhou.myqcloud.com', path })).body.toString()).toBe('here')
  })

  it.each([
    [`/${BUCKET}`, ''],
    [`/${BUCKET}/`, ''],
  ])('%s is the bucket itself', async (path) => {
    const answer = await open()({ method: 'HEAD', host: BASE, path })
    expect([answer.statusCode, answer.headers['x-cos-bucket-region']]).toEqual([200, 'ap-guangzhou'])
  })

  it.each(['/a', '//', 'a//b', '../x', '.'])('keeps the key %j as it is', async (key) => {
    const send = open()
    await send({ method: 'PUT', host: BASE, path: `/${BUCKET}/${key}`, body: key })
    expect((await send({ path: `/${key}` })).body.toString()).toBe(key)
  })

  it('takes an encoded slash behind the bucket for one (Go encodes all of them)', async () => {
    const send = open()
    await send({ method: 'PUT', path: '/a/b', body: 'here' })
    const answer = await send({ host: BASE, path: `/${BUCKET}/a/b`, target: `/${BUCKET}%2Fa%2Fb` })
    expect(answer.body.toString()).toBe('here')
  })

  it('creates and deletes buckets', async () => {
    const send = open()
    const bucket = { host: BASE, path: '/newbucket-1250000000' }
    expect((await send({ ...bucket, method: 'PUT' })).statusCode).toBe(200)
    expect((await send({ ...bucket, method: 'HEAD' })).statusCode).toBe(200)
    expect((await send({ ...bucket, method: 'DELETE' })).statusCode).toBe(204)
    expect(outcomeOf(await send({ ...bucket, path: '/newbucket-1250000000/o' }))).toEqual([
      404,
      'NoSuchBucket',
    ])
  })

  it('is not for a host that names a bucket', async () => {
    const send = open()
    await send({ method: 'PUT', path: `/${OTHER}/o`, body: 'a key that looks like it' })
    expect(outcomeOf(await send({ host: BASE, path: `/${OTHER}/o` }))).toEqual([404, 'NoSuchKey'])
  })

  it('needs the form of a bucket, and says so', async () => {
    const answer = await open()({ host: BASE, path: '/nobucket/o' })
    expect(outcomeOf(answer)).toEqual([400, 'InvalidBucketName'])
    expect(elementsOf(answer).Message).toMatch(/path .*default bucket/)
  })
})

describe('a default bucket', () => {
  it('has all paths of a host that names none, except those that begin with a bucket there is', async () => {
    const send = open({ defaultBucket: BUCKET })
    for (const [path, body] of [
      ['/o', 'default'],
      ['/missing-1250000000/o', 'a key'],
      [`/${OTHER}/o`, 'other'],
      [`/${BUCKET}/p`, 'by name'],
    ] as const) {
      expect((await send({ method: 'PUT', host: BASE, path, body })).statusCode).toBe(200)
    }
    const inBucket = (path: string) => send({ path })
    expect((await inBucket('/o')).body.toString()).toBe('default')
    expect((await inBucket('/missing-1250000000/o')).body.toString()).toBe('a key')
    expect((await inBucket('/p')).body.toString()).toBe('by name')
    const other = await send({ host: `${OTHER}.localhost`, path: '/o' })
    expect(other.body.toString()).toBe('other')
  })

  it('has the path / as well, so that the service needs its own host', async () => {
    const send = open({ defaultBucket: BUCKET })
    expect((await send({ method: 'HEAD', host: BASE, path: '/' })).statusCode).toBe(200)
    const service = await send({ host: 'service.cos.myqcloud.com', path: '/' })
    expect(service.body.toString()).toContain('<ListAllMyBucketsResult>')
  })
})

describe('hosts of other services', () => {
  it.each([
    [`${BUCKET}.ci.ap-guangzhou.myqcloud.com`, 'data processing'],
    ['ci.ap-guangzhou.myqcloud.com', 'data processing'],
    [`${BUCKET}.pic.ap-guangzhou.myqcloud.com`, 'data processing'],
    [`${BUCKET}.cos-website.ap-guangzhou.myqcloud.com`, 'static websites'],
    [`${BUCKET}.file.myqcloud.com`, 'CDN'],
    ['100000000001.cos-control.ap-guangzhou.myqcloud.com', 'batch jobs'],
  ])('%s is not implemented, and told so', async (host, what) => {
    const answer = await open()({ host })
    expect(outcomeOf(answer)).toEqual([501, 'NotImplemented'])
    expect(elementsOf(answer).Message).toContain(what)
  })

  it.each([
    `${BUCKET}.cos-internal.ap-guangzhou.tencentcos.cn`,
    `${BUCKET}.cos.accelerate.myqcloud.com`,
    `${BUCKET}.cn-south.myqcloud.com`,
    `${BUCKET}.ci.example.com`,
  ])('%s is a bucket’s', async (host) => {
    expect((await open()({ method: 'HEAD', host, path: '/' })).statusCode).toBe(200)
  })
})

describe('the service', () => {
  const service = { host: 'service.cos.myqcloud.com', path: '/' } satisfies Sent
  const namesIn = (answer: { body: Buffer }): (string | undefined)[] =>
    [...answer.body.toString().matchAll(/<Name>([^<]*)<\/Name>/g)].map(([, name]) => name)

  it('lists all buckets in the order of their names, with what COS says of each', async () => {
    const answer = await open({ now: () => 1_558_698_589_000, region: 'ap-beijing' })(service)
    expect(answer.headers['content-type']).toBe('application/xml')
    expect(answer.body.toString()).toBe(
      `<?xml version="1.0" encoding="utf-8"?>\n<ListAllMyBucketsResult><Owner><ID>qcs::cam::uin/1250000000:uin/1250000000</ID><DisplayName>qcs::cam::uin/1250000000:uin/1250000000</DisplayName></Owner><Buckets>${[
        BUCKET,
        OTHER,
      ]
        .map(
          (name) =>
            `<Bucket><Name>${name}</Name><Location>ap-beijing</Location><CreationDate>2019-05-24T11:49:49Z</CreationDate><BucketType>cos</BucketType></Bucket>`,
        )
        .join('')}</Buckets><Marker></Marker><IsTruncated>false</IsTruncated></ListAllMyBucketsResult>\n`,
    )
  })

  it.each(['service.cos.tencentcos.cn', 'cos.ap-guangzhou.myqcloud.com', '127.0.0.1:9000', 'localhost'])(
    'is also at %s',
    async (host) => {
      expect(namesIn(await open()({ host, path: '/' }))).toEqual([BUCKET, OTHER])
    },
  )

  it('pages with max-keys and marker', async () => {
    const send = open({ buckets: ['a-1', 'b-1', 'c-1'] })
    const first = await send({ ...service, params: { 'max-keys': '2' } })
    expect([namesIn(first), elementsOf(first)]).toMatchObject([
      ['a-1', 'b-1'],
      { IsTruncated: 'true', NextMarker: 'b-1' },
    ])
    const second = await send({ ...service, params: { 'max-keys': '2', marker: 'b-1' } })
    expect([namesIn(second), elementsOf(second).IsTruncated]).toEqual([['c-1'], 'false'])
  })

  it.each([
    [{ range: 'lt', 'create-time': '1558698589' }, []],
    [{ range: 'lte', 'create-time': '1558698589' }, [BUCKET, OTHER]],
    [{ range: 'gte', 'create-time': '1558698589' }, [BUCKET, OTHER]],
    [{ range: 'gt', 'create-time': '1558698589' }, []],
    [{ region: 'ap-guangzhou' }, [BUCKET, OTHER]],
    [{ region: 'ap-beijing' }, []],
  ])('selects by %j', async (params, names) => {
    const answer = await open({ now: () => 1_558_698_589_500 })({ ...service, params })
    expect(namesIn(answer)).toEqual(names)
  })

  it.each<Record<string, string>>([
    { 'max-keys': '0' },
    { 'max-keys': '2001' },
    { 'max-keys': 'all' },
    { range: 'lt' },
    { range: 'eq', 'create-time': '1' },
    { range: 'constructor', 'create-time': '1' },
  ])('refuses %j', async (params) => {
    expect(outcomeOf(await open()({ ...service, params }))).toEqual([400, 'InvalidArgument'])
  })

  it('is not for everybody, and has nothing but GET', async () => {
    const send = open()
    expect(outcomeOf(await send({ ...service, credential: undefined }))).toEqual([403, 'AccessDenied'])
    expect(outcomeOf(await send({ ...service, method: 'PUT' }))).toEqual([405, 'MethodNotAllowed'])
    expect(outcomeOf(await send({ ...service, params: { tagkey: 'a' } }))).toEqual([501, 'NotImplemented'])
  })
})

describe('a bucket', () => {
  it('tells its region and that it was never versioned', async () => {
    const send = open({ region: 'eu-frankfurt' })
    const host = `${BUCKET}.cos.eu-frankfurt.myqcloud.com`
    const location = await send({ host, path: '/', params: { location: '' } })
    expect(location.body.toString()).toContain('<LocationConstraint>eu-frankfurt</LocationConstraint>')
    const versioning = await send({ host, path: '/', params: { versioning: '' } })
    expect(versioning.body.toString()).toContain('<VersioningConfiguration></VersioningConfiguration>')
  })

  it('is in its region only, when the emulator is told one; hosts without a region and acceleration find it', async () => {
    const send = open({ region: 'ap-guangzhou' })
    const outcome = async (host: string, method = 'GET') =>
      outcomeOf(await send({ host, path: '/', method }))[0]
    expect(await outcome(`${BUCKET}.cos.ap-beijing.myqcloud.com`)).toBe(404)
    expect(await outcome('newbucket-1250000000.cos.ap-beijing.myqcloud.com', 'PUT')).toBe(404)
    for (const host of ['cos.ap-guangzhou.myqcloud.com', 'cos.accelerate.myqcloud.com', 'localhost:9000'])
      expect(await outcome(`${BUCKET}.${host}`)).toBe(200)
  })
})
