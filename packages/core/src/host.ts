import { assertOneOf, assertText } from './assert.ts'

/** How a URL starts. */
export type Scheme = 'https' | 'http'

/** Checks a scheme. */
export function assertScheme(value: unknown, name: string): asserts value is Scheme {
  assertOneOf(value, name, ['https', 'http'])
}

const HOST = /^(?:\w[\w.-]*|\[[\da-f:.]+\])(?::\d+)?$/

/**
 * A host as clients send it: in lower case (they all lower it, and the signature covers it), without the scheme's default
 * port, with any other.
 *
 * @throws {TypeError} The text holds a scheme.
 * @throws {RangeError} It is no host.
 */
export function toHost(value: unknown, scheme: Scheme, name: string): string {
  assertText(value, name)
  const host = value.toLowerCase()
  if (!HOST.test(host)) {
    const Wrong = host.includes('://') ? TypeError : RangeError
    throw new Wrong(`"${name}" must be a host like example.com:8080; say the scheme in "Scheme"`)
  }
  return withoutDefaultPort(host, scheme)
}

/** Drops `:443` of an https host and `:80` of an http one. */
export function withoutDefaultPort(host: string, scheme: Scheme): string {
  const port = `:${scheme === 'https' ? 443 : 80}`
  return host.endsWith(port) ? host.slice(0, -port.length) : host
}

/** A host without its port. */
export function withoutPort(host: string): string {
  return host.replace(/:\d+$/, '')
}

/** What the token of a temporary key is called on a host: data-processing (CI) hosts have a name of their own. */
export function tokenNameOf(host: string): 'x-cos-security-token' | 'x-ci-security-token' {
  return `x-${/(?:^|\.)ci\./.test(host) ? 'ci' : 'cos'}-security-token`
}
