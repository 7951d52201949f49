import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createEmulator, type Emulator } from '../src/index.ts'
import { BUCKET, createSender, elementsOf, KEY, md5Of, outcomeOf, type Sent } from './sending.ts'

const ALL_USERS = 'http://cam.qcloud.com/groups/global/AllUsers'
const OWNER = 'qcs::cam::uin/1250000000:uin/1250000000'
const STRANGER = 'qcs::cam::uin/100000000001:uin/100000000001'
let emulator: Emulator
let send: ReturnType<typeof createSender>

beforeEach(() => {
  emulator = createEmulator({ credentials: [KEY], buckets: [BUCKET] })
  send = createSender(emulator)
})
afterEach(() => emulator.close())

const ACL = { acl: '' }
const set = (headers: Record<string, string>, path = '/') =>
  send({ method: 'PUT', path, params: ACL, headers })
const setBody = (body: string, path = '/') => send({ method: 'PUT', path, params: ACL, body })
const policy = (...grants: string[]): string =>
  `<AccessControlPolicy><Owner><ID>${OWNER}</ID></Owner><AccessControlList>${grants.join('')}</AccessControlList></AccessControlPolicy>`
const grant = (grantee: string, permission: string, type = ''): string =>
  `<Grant><Grantee${type && ` xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="${type}"`}>${grantee}</Grantee><Permission>${permission}</Permission></Grant>`

/** Each grant of an answer as `type name permission`. */
const grantsIn = ({ body }: { body: Buffer }): string[] =>
  [
    ...body
      .toString()
      .matchAll(
        /<Grantee xmlns:xsi="http:\/\/www.w3.org\/2001\/XMLSchema-instance" xsi:type="(\w+)"><(?:ID|URI)>([^<]*)<.*?<Permission>(\w+)</g,
      ),
  ].map(([, type, name, permission]) => `${type} ${name} ${permission}`)
const listOf = async (path = '/') => grantsIn(await send({ path, params: ACL }))
const OWN = `CanonicalUser ${OWNER} FULL_CONTROL`

describe('the access control list of a bucket', () => {
  it('grants everything to the owner, and at first nothing to others', async () => {
    const answer = await send({ path: '/', params: ACL })
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'application/xml'])
    expect(answer.body.toString()).toContain(
      `<AccessControlPolicy><Owner><ID>${OWNER}</ID><DisplayName>${OWNER}</DisplayName></Owner><AccessControlList><Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"><ID>${OWNER}</ID><DisplayName>${OWNER}</DisplayName></Grantee><Permission>FULL_CONTROL</Permission></Grant></AccessControlList></AccessControlPolicy>`,
    )
  })

  it.each([
    [{ 'x-cos-acl': 'public-read' }, [`Group ${ALL_USERS} READ`]],
    [{ 'x-cos-acl': 'public-read-write' }, [`Group ${ALL_USERS} READ`, `Group ${ALL_USERS} WRITE`]],
    [{ 'x-cos-acl': 'private' }, []],
    [{ 'x-cos-grant-read': 'id="100000000001"' }, [`CanonicalUser ${STRANGER} READ`]],
    [{ 'x-cos-grant-write': 'uin="100000000001"' }, [`CanonicalUser ${STRANGER} WRITE`]],
    [{ 'x-cos-grant-read-acp': `id="${STRANGER}"` }, [`CanonicalUser ${STRANGER} READ_ACP`]],
    [{ 'x-cos-grant-write-acp': `uri="${ALL_USERS}"` }, [`Group ${ALL_USERS} WRITE_ACP`]],
    [
      { 'x-cos-grant-full-control': `id="${STRANGER}", id="qcs::cam::anyone:anyone"` },
      [`CanonicalUser ${STRANGER} FULL_CONTROL`, 'CanonicalUser qcs::cam::anyone:anyone FULL_CONTROL'],
    ],
    [
      { 'x-cos-acl': 'public-read', 'x-cos-grant-write': `id="${STRANGER}"` },
      [`Group ${ALL_USERS} READ`, `CanonicalUser ${STRANGER} WRITE`],
    ],
  ])('is set by %j, here and when the bucket is made', async (headers, grants) => {
    await set({ 'x-cos-acl': 'public-read-write' })
    expect((await set(headers as Record<string, string>)).statusCode).toBe(200)
    expect(await listOf()).toEqual([OWN, ...grants])
    const host = 'newbucket-1250000000.localhost'
    expect((await send({ method: 'PUT', host, path: '/', headers })).statusCode).toBe(200)
    expect(grantsIn(await send({ host, path: '/', params: ACL }))).toEqual([OWN, ...grants])
  })

  it('is set by a document, in which the owner need not be', async () => {
    const body = policy(
      grant(`<ID>${OWNER}</ID>`, 'FULL_CONTROL', 'CanonicalUser'),
      grant(`<ID>${STRANGER}</ID><DisplayName>x</DisplayName>`, 'READ'),
      grant(`<ID>${STRANGER}</ID>`, 'WRITE_ACP', 'RootAccount'),
      grant(`<URI>${ALL_USERS}</URI>`, 'READ_ACP', 'Group'),
    )
    expect((await setBody(body)).statusCode).toBe(200)
    const grants = [
      OWN,
      `CanonicalUser ${STRANGER} READ`,
      `RootAccount ${STRANGER} WRITE_ACP`,
      `Group ${ALL_USERS} READ_ACP`,
    ]
    expect(await listOf()).toEqual(grants)
    const back = await send({ path: '/', params: ACL })
    expect((await setBody(back.body.toString())).statusCode).toBe(200)
    expect(await listOf()).toEqual(grants)
  })

  it.each<[string, Record<string, string>, string]>([
    ['an unknown canned list', { 'x-cos-acl': 'public' }, 'public-read-write'],
    ['default, which is for objects', { 'x-cos-acl': 'default' }, 'public-read-write'],
    ['a name of JavaScript', { 'x-cos-acl': 'constructor' }, 'public-read-write'],
    ['a grant without quotes', { 'x-cos-grant-read': 'id=100000000001' }, 'x-cos-grant-read'],
    ['a grantee who is none', { 'x-cos-grant-read': 'id="somebody"' }, 'somebody'],
    ['half a list', { 'x-cos-grant-read': 'id="1",' }, 'x-cos-grant-read'],
  ])('is not set by %s', async (_, headers, message) => {
    await set({ 'x-cos-acl': 'public-read' })
    const answer = await set(headers)
    expect(outcomeOf(answer)).toEqual([400, 'InvalidArgument'])
    expect(elementsOf(answer).Message).toContain(message)
    expect(await listOf()).toHaveLength(2)
  })

  it.each([
    ['nothing', '', 'MissingRequestBodyError'],
    ['no XML', '<', 'MalformedXML'],
    ['another document', '<CORSConfiguration/>', 'MalformedXML'],
    ['no list', '<AccessControlPolicy/>', 'MalformedXML'],
    ['no grantee', policy('<Grant><Permission>READ</Permission></Grant>'), 'MalformedXML'],
    ['nobody', policy(grant('', 'READ')), 'MalformedXML'],
    ['no permission', policy(grant(`<ID>${STRANGER}</ID>`, 'EVERYTHING')), 'MalformedXML'],
    ['a group there is not', policy(grant('<URI>http://a.example</URI>', 'READ')), 'InvalidArgument'],
    ['too much', policy(grant(`<ID>${STRANGER}</ID>`, 'READ').repeat(800)), 'XMLSizeLimit'],
  ])('is not set by a body of %s', async (_, body, code) => {
    expect(outcomeOf(await setBody(body))).toEqual([400, code])
    expect(await listOf()).toEqual([OWN])
  })

  it('is not set by headers and body at once', async () => {
    const answer = await send({
      method: 'PUT',
      path: '/',
      params: ACL,
      headers: { 'x-cos-acl': 'private' },
      body: policy(),
    })
    expect(outcomeOf(answer)).toEqual([400, 'InvalidRequest'])
  })
})

describe('the access control list of an object', () => {
  beforeEach(() => send({ method: 'PUT', body: 'text' }))
  const header = async () => (await send({ path: '/o', params: ACL })).headers['x-cos-acl']

  it('is at first none of its own, and says so', async () => {
    expect([await listOf('/o'), await header()]).toEqual([[OWN], 'default'])
  })

  it.each([
    [{ 'x-cos-acl': 'public-read' }, [`Group ${ALL_USERS} READ`]],
    [{ 'x-cos-acl': 'private' }, []],
    [
      { 'x-cos-grant-read': `id="${STRANGER}"`, 'x-cos-grant-full-control': 'id="100000000001"' },
      [`CanonicalUser ${STRANGER} READ`, `CanonicalUser ${STRANGER} FULL_CONTROL`],
    ],
  ])('is set by %j: on its own, and by every way to make an object', async (headers, grants) => {
    const given = headers as Record<string, string>
    const withHeaders = { headers: given, method: 'PUT', body: 'x' }
    await set(given, '/o')
    await send({ ...withHeaders, path: '/put' })
    await send({ ...withHeaders, method: 'POST', path: '/append', params: { append: '', position: '0' } })
    const source = { 'x-cos-copy-source': `${BUCKET}.cos.ap-guangzhou.myqcloud.com/o` }
    await send({ method: 'PUT', path: '/copy', headers: { ...given, ...source } })
    const initiated = await send({ method: 'POST', path: '/parts', params: { uploads: '' }, headers: given })
    const { UploadId: uploadId = '' } = elementsOf(initiated)
    const part = await send({
      method: 'PUT',
      path: '/parts',
      params: { partNumber: '1', uploadId },
      body: 'x',
    })
    await send({
      method: 'POST',
      path: '/parts',
      params: { uploadId },
      body: `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${part.headers.etag}</ETag></Part></CompleteMultipartUpload>`,
    })
    for (const path of ['/o', '/put', '/append', '/copy', '/parts']) {
      const answer = await send({ path, params: ACL })
      expect([path, grantsIn(answer), answer.headers['x-cos-acl']]).toEqual([
        path,
        [OWN, ...grants],
        undefined,
      ])
    }
  })

  it('is set by a document, and taken away by default', async () => {
    expect((await setBody(policy(grant(`<URI>${ALL_USERS}</URI>`, 'READ', 'Group')), '/o')).statusCode).toBe(
      200,
    )
    expect([await listOf('/o'), await header()]).toEqual([[OWN, `Group ${ALL_USERS} READ`], undefined])
    expect((await set({ 'x-cos-acl': 'default' }, '/o')).statusCode).toBe(200)
    expect([await listOf('/o'), await header()]).toEqual([[OWN], 'default'])
    expect((await send()).body.toString()).toBe('text')
  })

  it('goes with its object: an overwrite begins anew, and a copy does not take it along', async () => {
    await set({ 'x-cos-acl': 'public-read' }, '/o')
    const source = { 'x-cos-copy-source': `${BUCKET}.cos.ap-guangzhou.myqcloud.com/o` }
    await send({ method: 'PUT', path: '/copy', headers: source })
    expect(await listOf('/copy')).toEqual([OWN])
    await send({ method: 'PUT', body: 'newer' })
    expect(await listOf('/o')).toEqual([OWN])
  })

  it.each<[string, Record<string, string>, string]>([
    ['public-read-write, which is for buckets', { 'x-cos-acl': 'public-read-write' }, 'default'],
    ['a grant of WRITE, which is for buckets', { 'x-cos-grant-write': 'id="1"' }, 'x-cos-grant-write'],
  ])('is not set by %s', async (_, headers, message) => {
    for (const answer of [await set(headers, '/o'), await send({ method: 'PUT', headers, body: 'x' })]) {
      expect(outcomeOf(answer)).toEqual([400, 'InvalidArgument'])
      expect(elementsOf(answer).Message).toContain(message)
    }
    expect((await send()).body.toString()).toBe('text')
  })

  it('needs an object', async () => {
    expect(outcomeOf(await set({ 'x-cos-acl': 'private' }, '/missing'))).toEqual([404, 'NoSuchKey'])
    expect(outcomeOf(await send({ path: '/missing', params: ACL }))).toEqual([404, 'NoSuchKey'])
  })

  it('counts more than its bucket’s for whoever has no key', async () => {
    const outcome = async (sent: Sent = {}) => (await send({ ...sent, credential: undefined })).statusCode
    await set({ 'x-cos-acl': 'public-read' }, '/o')
    expect([await outcome(), await outcome({ method: 'HEAD' })]).toEqual([200, 200])
    expect([await outcome({ path: '/other' }), await outcome({ method: 'HEAD', path: '/' })]).toEqual([
      403, 403,
    ])
    await set({ 'x-cos-acl': 'public-read-write' })
    await set({ 'x-cos-acl': 'private' }, '/o')
    expect([await outcome(), await outcome({ path: '/other' })]).toEqual([403, 404])
    await set({ 'x-cos-acl': 'default' }, '/o')
    expect(await outcome()).toBe(200)
    await set({ 'x-cos-grant-read-acp': `uri="${ALL_USERS}"` }, '/o')
    expect([await outcome(), await outcome({ params: ACL })]).toEqual([403, 200])
  })
})

describe('whoever has no key', () => {
  const nobody = (sent: Sent) => send({ ...sent, credential: undefined })
  const outcomes = async (requests: readonly Sent[]) => {
    const statuses: number[] = []
    for (const request of requests) statuses.push((await nobody(request)).statusCode)
    return statuses
  }
  const READS: readonly Sent[] = [{}, { method: 'HEAD' }, { method: 'HEAD', path: '/' }]
  const WRITES: readonly Sent[] = [
    { method: 'PUT', path: '/new', body: 'x' },
    { method: 'DELETE', path: '/new' },
  ]
  const LISTS: readonly Sent[] = [{ path: '/', params: ACL }]
  beforeEach(() => send({ method: 'PUT', body: 'text' }))

  it('may do nothing in a private bucket', async () => {
    const answer = await nobody({})
    expect([outcomeOf(answer), elementsOf(answer).Message]).toEqual([[403, 'AccessDenied'], 'Access Denied.'])
    expect(new Set(await outcomes([...READS, ...WRITES, ...LISTS]))).toEqual(new Set([403]))
  })

  it('may read in a public-read bucket, and nothing else', async () => {
    await set({ 'x-cos-acl': 'public-read' })
    expect((await nobody({})).body.toString()).toBe('text')
    expect(outcomeOf(await nobody({ path: '/missing' }))).toEqual([404, 'NoSuchKey'])
    expect(await outcomes([...READS, ...WRITES, ...LISTS])).toEqual([200, 200, 200, 403, 403, 403])
  })

  it('may read and write in a public-read-write bucket, and not see or change who may', async () => {
    await set({ 'x-cos-acl': 'public-read-write' })
    expect(await outcomes([...READS, ...WRITES, ...LISTS])).toEqual([200, 200, 200, 200, 204, 403])
    expect(
      outcomeOf(await nobody({ method: 'PUT', path: '/', params: ACL, headers: { 'x-cos-acl': 'private' } })),
    ).toEqual([403, 'AccessDenied'])
    expect(outcomeOf(await nobody({ method: 'DELETE', path: '/' }))).toEqual([403, 'AccessDenied'])
  })

  it('may do what is granted to all users, one by one', async () => {
    await set({
      'x-cos-grant-write': 'id="qcs::cam::anyone:anyone"',
      'x-cos-grant-read-acp': `uri="${ALL_USERS}"`,
    })
    expect(await outcomes([...READS, ...WRITES, ...LISTS])).toEqual([403, 403, 403, 200, 204, 200])
    await set({ 'x-cos-grant-full-control': `uri="${ALL_USERS}"` })
    expect(await outcomes([...READS, ...WRITES, ...LISTS])).toEqual([200, 200, 200, 200, 204, 200])
  })

  it('is not the account that something is granted to', async () => {
    await set({ 'x-cos-grant-full-control': `id="${STRANGER}"` })
    expect((await nobody({})).statusCode).toBe(403)
  })

  it('may not choose headers of the answer', async () => {
    await set({ 'x-cos-acl': 'public-read' })
    const params = { 'response-content-type': 'text/html' }
    const answer = await nobody({ params })
    expect(outcomeOf(answer)).toEqual([400, 'InvalidRequest'])
    expect(elementsOf(answer).Message).toContain('response-content-type')
    expect((await send({ params })).headers['content-type']).toBe('text/html')
  })

  it('may list, upload in parts and delete many where all users may, and copy nowhere', async () => {
    await set({ 'x-cos-acl': 'public-read-write' })
    expect((await nobody({ path: '/' })).statusCode).toBe(200)
    const initiated = await nobody({ method: 'POST', path: '/parts', params: { uploads: '' } })
    const { UploadId: uploadId = '' } = elementsOf(initiated)
    const part: Sent = { method: 'PUT', path: '/parts', params: { partNumber: '1', uploadId }, body: 'x' }
    expect((await nobody(part)).statusCode).toBe(200)
    expect((await nobody({ path: '/parts', params: { uploadId } })).statusCode).toBe(200)
    expect((await nobody({ method: 'DELETE', path: '/parts', params: { uploadId } })).statusCode).toBe(204)
    const body = '<Delete><Object><Key>o</Key></Object></Delete>'
    const many: Sent = {
      method: 'POST',
      path: '/',
      params: { delete: '' },
      body,
      headers: { 'content-md5': md5Of(body) },
    }
    expect((await nobody(many)).body.toString()).toContain('<Deleted><Key>o</Key>')
    const source = { 'x-cos-copy-source': `${BUCKET}.cos.ap-guangzhou.myqcloud.com/o` }
    expect(outcomeOf(await nobody({ method: 'PUT', path: '/copy', headers: source }))).toEqual([
      403,
      'AccessDenied',
    ])
    expect(outcomeOf(await nobody({ path: '/o', params: { tagging: '' } }))).toEqual([403, 'AccessDenied'])
  })

  it('makes no bucket, and lists none', async () => {
    const host = 'newbucket-1250000000.localhost'
    expect(outcomeOf(await nobody({ method: 'PUT', host, path: '/' }))).toEqual([403, 'AccessDenied'])
    expect(outcomeOf(await nobody({ host, path: '/' }))).toEqual([404, 'NoSuchBucket'])
  })
})

describe('a signed request to a public object', () => {
  it('is its signer’s: an expired or wrong signature is refused where none would do', async () => {
    await send({ method: 'PUT', body: 'text' })
    await set({ 'x-cos-acl': 'public-read' })
    expect((await send({ credential: undefined })).statusCode).toBe(200)
    const wrong = { secretId: KEY.secretId, secretKey: 'wrong' }
    expect(outcomeOf(await send({ credential: wrong }))).toEqual([403, 'SignatureDoesNotMatch'])
    const authorization =
      'q-sign-algorithm=sha1&q-ak=AKIDpermanent00001&q-sign-time=1;2&q-key-time=1;2&q-header-list=&q-url-param-list=&q-signature=0123456789012345678901234567890123456789'
    const expired = await send({ credential: undefined, unsignedHeaders: { authorization } })
    expect([outcomeOf(expired), elementsOf(expired).Message]).toEqual([
      [403, 'AccessDenied'],
      'Request has expired',
    ])
  })
})
