import { redact } from '../redact.ts'

/** A text from the evidence as it may be shown: tokens, keys, cookies and signatures are `***`. */
export function conceal(text: string): string {
  return redact(text)
    .replace(/((?:signature|security-token)(?:=|%(?:25)*3D))[^&\s]+/gi, '$1***')
    .replace(
      /(^|&)((?:x-c(?:os|i)-security-token|x-cos-server-side-encryption(?:-cos)?-customer-key|authorization|proxy-authorization|cookie)=)[^&\n]+/gi,
      '$1$2***',
    )
}

/** Takes known secrets out of everything a value holds, whatever put them there. */
export function concealAll<T>(value: T, secrets: readonly string[]): T {
  return mapTexts(value, (text) =>
    secrets.reduce((shown, secret) => shown.replaceAll(secret, '***'), text),
  ) as T
}

function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value)
  if (Array.isArray(value)) return value.map((member) => mapTexts(member, change))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, mapTexts(member, change)]))
}
