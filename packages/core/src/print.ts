/** How Node.js and Bun, and Deno, ask an object for its printed form. */
const INSPECT = [Symbol.for('nodejs.util.inspect.custom'), Symbol.for('Deno.customInspect')]

/** Makes `console.log` and inspection show `show()` instead of the object; JSON is not touched. */
export function printAs(target: object, show: () => unknown): void {
  for (const symbol of INSPECT) Object.defineProperty(target, symbol, { value: show })
}

/** A SecretId as it may be shown: enough to tell two keys apart, too little to use. */
export function redactId(secretId: string): string {
  return secretId.length < 12 ? '***' : `${secretId.slice(0, 3)}***${secretId.slice(-3)}`
}

/** As {@link printRedacted}, for the fields of a signed form. */
export function printFormRedacted<T extends { readonly fields: object }>(form: T): T {
  const secret = /^(?:q-signature|x-cos-security-token)$/
  printAs(form, () => JSON.parse(JSON.stringify(form, (name, value) => (secret.test(name) ? '***' : value))))
  return form
}

/** Makes a presigned or authorised result print redacted, while its members and its JSON stay complete. */
export function printRedacted<T extends object>(result: T): T {
  printAs(result, () => JSON.parse(JSON.stringify(result, hideSecrets)))
  return result
}

function hideSecrets(name: string, value: unknown): unknown {
  if (/token$|customer-key$/i.test(name)) return '***'
  // All that is secret in a URL follows the first field of the signature.
  return typeof value === 'string' ? value.replace(/q-sign-algorithm=.*/, '***') : value
}
