import type { StoredPassword } from './link-store.ts'

/** OWASP's number for PBKDF2 with SHA-256: a fifth of a second, off the event loop. */
const ITERATIONS = 600_000
const SALT_BYTES = 16
const HASH_BITS = 256

/** Hashes a password slowly, because people choose passwords that can be guessed. */
export async function hashPassword(password: string): Promise<StoredPassword> {
  const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES))
  const hash = await derive(password, salt, ITERATIONS)
  return { algorithm: 'PBKDF2-SHA-256', iterations: ITERATIONS, salt: toBase64(salt), hash: toBase64(hash) }
}

/** Whether it is the password; takes the same time whichever byte differs. */
export async function isPassword(
  password: string,
  { salt, hash, iterations }: StoredPassword,
): Promise<boolean> {
  const derived = await derive(password, fromBase64(salt), iterations)
  const wanted = fromBase64(hash)
  let difference = derived.length ^ wanted.length
  for (const [at, byte] of derived.entries()) difference |= byte ^ (wanted[at] ?? 0)
  return difference === 0
}

async function derive(
  password: string,
  salt: Uint8Array<ArrayBuffer>,
  iterations: number,
): Promise<Uint8Array> {
  // The same word may be typed composed or not.
  const bytes = new TextEncoder().encode(password.normalize('NFC'))
  const key = await crypto.subtle.importKey('raw', bytes, 'PBKDF2', false, ['deriveBits'])
  const algorithm = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations }
  return new Uint8Array(await crypto.subtle.deriveBits(algorithm, key, HASH_BITS))
}

function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0))
}
