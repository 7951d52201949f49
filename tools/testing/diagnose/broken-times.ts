import COS from 'cos-nodejs-sdk-v5'
import type { BrokenRequest } from './broken-request.ts'
import { flawedAuthorization, flawedQuery } from './flawed-signer.ts'
import { BUCKET, HOST, PERMANENT, TEMPORARY, type World } from './world.ts'

/* The request comes at a time for which it is not signed. */

const object = { Bucket: BUCKET, Key: 'a.txt' } as const

function url(keyTime: string): string {
  return `http://${HOST}/a.txt?${flawedQuery({ ...PERMANENT, keyTime, httpString: `get\n/a.txt\n\nhost=${HOST}\n` })}`
}

/** Sends what was signed now at a later time. */
async function later<T>(world: World, seconds: number, send: () => Promise<T>): Promise<T> {
  world.emulator.clock.advance(seconds)
  try {
    return await send()
  } finally {
    world.emulator.clock.reset()
  }
}

export const BROKEN_TIMES: readonly BrokenRequest[] = [
  {
    name: 'a URL that has ended',
    cause: 'expired',
    send(world) {
      const now = world.now()
      return world.curl(url(`${now - 7260};${now - 3600}`))
    },
    // "Request has expired" is said on both sides of the window; the times are in the request.
    expected: { secret: ['expired'], request: ['expired'], xml: ['outside-window'] },
  },
  {
    name: 'a URL of the SDK whose life was counted from the StartTime of a temporary key',
    cause: 'expired',
    async send(world) {
      const { secretId, secretKey, securityToken } = TEMPORARY
      const cos = new COS({
        Protocol: 'http:',
        Domain: `127.0.0.1:${world.port}`,
        getAuthorization: (_, callback) =>
          callback({
            TmpSecretId: secretId,
            TmpSecretKey: secretKey,
            SecurityToken: securityToken as string,
            StartTime: world.now() - 1000,
            ExpiredTime: world.now() + 6200,
          }),
      })
      const url = await new Promise<string>((resolve, reject) => {
        cos.getObjectUrl(
          { Bucket: BUCKET, Region: 'ap-guangzhou', Key: 'a.txt', Sign: true, Expires: 600 },
          (error, data) => (error ? reject(error) : resolve(data.Url)),
        )
      })
      return { ...(await world.fetch(url)), key: TEMPORARY }
    },
    expected: { secret: ['expired'], request: ['expired'], xml: ['outside-window'] },
  },
  {
    name: 'a signature that begins in ten minutes',
    cause: 'not-yet-valid',
    send(world) {
      const now = world.now()
      return world.curl(url(`${now + 600};${now + 1200}`))
    },
    expected: { secret: ['not-yet-valid'], request: ['not-yet-valid'], xml: ['outside-window'] },
  },
  {
    name: 'a signature of a clock that is an hour ahead',
    cause: 'clock-wrong',
    send(world) {
      const now = world.now()
      return world.curl(url(`${now + 3540};${now + 3900}`))
    },
    // RequestTimeTooSkewed is said of nothing else; by a clock that is right, the signature has not begun.
    expected: {
      secret: ['clock-wrong'],
      request: ['clock-wrong'],
      xml: ['clock-wrong'],
      offline: ['not-yet-valid'],
    },
  },
  {
    name: 'a Date header of a clock that is an hour behind',
    cause: 'clock-wrong',
    async send(world) {
      const now = world.now()
      const date = new Date((now - 3600) * 1000).toUTCString()
      const authorization = flawedAuthorization({
        ...PERMANENT,
        keyTime: `${now - 60};${now + 300}`,
        httpString: `get\n/a.txt\n\nhost=${HOST}\n`,
      })
      return await world.socket([
        'GET /a.txt HTTP/1.1',
        `Host: ${HOST}`,
        `Date: ${date}`,
        `Authorization: ${authorization}`,
        'Connection: close',
      ])
    },
    // Without an answer nobody knows when it was sent.
    expected: { secret: ['clock-wrong'], request: ['clock-wrong'], xml: ['clock-wrong'], offline: [] },
  },
  {
    name: 'a temporary key that died before the URL did',
    cause: 'token-expired',
    async send(world) {
      const signed = world.client(TEMPORARY).getPresignedDownloadUrl({ ...object, Expired: 86_400 })
      return { ...(await later(world, 10_000, () => world.curl(signed))), key: TEMPORARY }
    },
    // ExpiredToken is said of nothing else.
    expected: { secret: ['token-expired'], request: ['token-expired'], xml: ['token-expired'], offline: [] },
  },
  {
    name: 'the times of the signature in milliseconds',
    cause: 'times-in-milliseconds',
    send(world) {
      const now = world.now()
      return world.curl(url(`${(now - 60) * 1000};${(now + 300) * 1000}`))
    },
    expected: { secret: ['times-in-milliseconds'], request: ['times-in-milliseconds'], xml: ['clock-wrong'] },
  },
]
