import { assertText, kindOf } from './assert.ts'

/** How a URL starts. */
export type Scheme = 'https' | 'http'

/** Checks a scheme. */
export function assertScheme(value: unknown, name: string): asserts value is Scheme {
  if (typeof value !== 'string')
    throw new TypeError(`"${name}" must be "https" or "http"; got ${kindOf(value)}`)
  if (value !== 'https' && value !== 'http') throw new RangeError(`"${name}" must be "https" or "http"`)
}

const HOST = /^(?:[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?|\[[0-9a-f:.]+\])(?::\d{1,5})?$/

/**
 * A host as clients send it: in lower case (they all lower it, and the signature covers it), without the scheme's default
 * port, with any other.
 *
 * @throws {TypeError} The text holds a scheme.
 * @throws {RangeError} It is no host.
 */
export function toHost(value: unknown, scheme: Scheme, name: string, schemeName = 'scheme'): string {
  assertText(value, name)
  const host = value.toLowerCase()
  if (host.includes('://'))
    throw new TypeError(`"${name}" must be a host without a scheme; say the scheme in "${schemeName}"`)
  if (!HOST.test(host))
    throw new RangeError(`"${name}" must be a host, with a port if it needs one: no path, no spaces`)
  return withoutDefaultPort(host, scheme)
}

/** Drops `:443` of an https host and `:80` of an http one. */
export function withoutDefaultPort(host: string, scheme: Scheme): string {
  const port = scheme === 'https' ? ':443' : ':80'
  return host.endsWith(port) ? host.slice(0, -port.length) : host
}

/** A host without its port. */
export function withoutPort(host: string): string {
  return host.replace(/:\d+$/, '')
}

/** What the token of a temporary key is called on a host: data-processing (CI) hosts have a name of their own. */
export function tokenNameOf(host: string): 'x-cos-security-token' | 'x-ci-security-token' {
  return /(?:^|\.)ci\./.test(host) ? 'x-ci-security-token' : 'x-cos-security-token'
}
