import { createLocalJWKSet, errors, type JWTPayload, type JWTVerifyOptions, jwtVerify } from 'jose'
import { type Caller, createCaller } from '../caller.ts'
import { type Authenticator, bearerOf, unknownCaller } from './authenticator.ts'
import { createRemembered } from './remembered.ts'
import { createRemoteJwks, type JwksContext } from './remote-jwks.ts'

/** Which JSON Web Tokens are believed. One of `secret`, `jwks` and `jwksUrl` says by which key. */
export interface JwtOptions {
  /** A shared secret of 32 bytes or more as UTF-8 text, for HMAC algorithms. */
  readonly secret?: string | undefined
  /** Public keys, as a JSON Web Key Set. */
  readonly jwks?: { readonly keys: readonly Readonly<Record<string, unknown>>[] } | undefined
  /**
   * Where the public keys are, as a JSON Web Key Set; fetched when needed, and anew after ten minutes and for an unknown key id. While that
   * cannot be, those that are known are believed for an hour after they were fetched.
   */
  readonly jwksUrl?: string | undefined
  /** What `iss` must be. */
  readonly issuer: string
  /** What `aud` must hold: a token made for another service is not for this one. */
  readonly audience: string
  /**
   * The algorithms that are believed; `none` never is.
   * @default HS256 for a secret, RS256, ES256, EdDSA and PS256 for public keys
   */
  readonly algorithms?: readonly string[] | undefined
  /**
   * How many seconds a clock may be off.
   * @default 5
   */
  readonly clockToleranceSeconds?: number | undefined
  /**
   * How many verified tokens are remembered, so that each is verified once. A remembered token is believed until its own end, also
   * after its key was withdrawn.
   * @default 0
   */
  readonly rememberedTokens?: number | undefined
}

const REQUIRED_CLAIMS = ['sub', 'exp']
const PUBLIC_KEY_ALGORITHMS = ['RS256', 'ES256', 'EdDSA', 'PS256']
const MAX_TOKEN_LENGTH = 8192

/** Believes tokens of `Authorization: Bearer …` that look like a JWT. Their `sub` is the caller. */
export function createJwtAuthenticator(options: JwtOptions, context: JwksContext): Authenticator {
  const { now } = context
  const verify = createVerifier(options, context)
  const remembered = createRemembered(options.rememberedTokens ?? 0, now)

  return async function authenticateJwt(request) {
    const token = bearerOf(request)
    if (token === undefined || !/^[\w-]+\.[\w-]+\.[\w-]*$/.test(token)) return undefined
    if (token.length > MAX_TOKEN_LENGTH) throw unknownCaller('The token is too long')
    const known = remembered.get(token)
    if (known !== undefined) return known
    const payload = await verify(token)
    const caller = toCaller(payload)
    remembered.set(token, caller, payload.exp as number)
    return caller
  }
}

function createVerifier(options: JwtOptions, context: JwksContext): (token: string) => Promise<JWTPayload> {
  const { secret, jwks, jwksUrl, issuer, audience, clockToleranceSeconds = 5 } = options
  const algorithms = options.algorithms ?? (secret === undefined ? PUBLIC_KEY_ALGORITHMS : ['HS256'])
  // Written out each time: a copy by `...` with one more member is slow to make, and to read.
  const rulesNow = (): JWTVerifyOptions => ({
    issuer,
    audience,
    algorithms: algorithms as string[],
    clockTolerance: clockToleranceSeconds,
    requiredClaims: REQUIRED_CLAIMS,
    currentDate: new Date(context.now()),
  })
  const keyOf = findKey({ secret, jwks, jwksUrl }, context)
  return async function verify(token) {
    try {
      const { payload } = await keyOf(token, rulesNow())
      return payload
    } catch (error) {
      if (error instanceof errors.JOSEError) throw unknownCaller(sentenceOf(error), { cause: error })
      throw error
    }
  }
}

type Verify = (token: string, rules: JWTVerifyOptions) => Promise<{ readonly payload: JWTPayload }>

function findKey(
  { secret, jwks, jwksUrl }: Pick<JwtOptions, 'secret' | 'jwks' | 'jwksUrl'>,
  context: JwksContext,
): Verify {
  if (secret !== undefined) {
    const keyFor = createHmacKeys(secret)
    // Only for algorithms that the rules allow, and those are HS256, HS384 and HS512.
    return (token, rules) => jwtVerify(token, ({ alg }) => keyFor(alg), rules)
  }
  const keys =
    jwks === undefined
      ? createRemoteJwks(jwksUrl as string, context)
      : createLocalJWKSet(jwks as Parameters<typeof createLocalJWKSet>[0])
  return (token, rules) => jwtVerify(token, keys, rules)
}

/** A secret as a key of WebCrypto, made once for each algorithm: to make one costs as much as to verify. */
function createHmacKeys(secret: string): (algorithm: string) => Promise<CryptoKey> {
  const bytes = new TextEncoder().encode(secret)
  const keys = new Map<string, Promise<CryptoKey>>()
  return function keyFor(algorithm) {
    const known = keys.get(algorithm)
    if (known !== undefined) return known
    const hash = `SHA-${algorithm.slice(2)}`
    const made = crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash }, false, ['verify'])
    keys.set(algorithm, made)
    return made
  }
}

function toCaller(payload: JWTPayload): Caller {
  // `requiredClaims` asks for presence alone.
  if (typeof payload.sub !== 'string' || payload.sub === '') throw unknownCaller('The token has no subject')
  return createCaller('jwt', payload.sub, payload)
}

/** What is said of a token that does not hold. Never the token, and nothing that helps to forge one. */
function sentenceOf(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return 'The token has expired; get a new one'
  if (error instanceof errors.JWTClaimValidationFailed)
    return `The token's claim "${error.claim}" is not the one expected`
  return 'The token is not one that this service believes'
}
