import { redactId } from '../../print.ts'
import type { Case, Rule } from '../case.ts'
import { createFinding, type Finding } from '../finding.ts'
import { openCauses } from '../open-causes.ts'
import { PERMANENT_ID_LENGTH } from '../secret-id.ts'

/** The SecretId of a request: unknown to COS, mistyped, or that of another key. */
export const keyId: Rule = (known) => {
  const { kind, key, fields } = known
  if (fields === undefined) return kind === 'key' ? [unknownWithoutRequest(known)] : []
  if (key !== undefined && fields.secretId === key.secretKey)
    return [createFinding('id-and-key-swapped', 'certain')]
  if (kind === 'key' && looksLikeSecretKey(fields.secretId)) {
    return [
      createFinding('id-and-key-swapped', 'likely', {
        summary: 'What was sent as SecretId has the 32 characters of a SecretKey.',
        leavesOpen: ['key-unknown'],
      }),
    ]
  }
  const faulty = faultOf(fields.secretId)
  if (faulty !== undefined) {
    return [createFinding('key-unknown', kind === 'key' ? 'certain' : 'likely', { summary: faulty })]
  }
  if (key?.secretId !== undefined && key.secretId !== fields.secretId) return [otherId(known, key.secretId)]
  return kind === 'key' ? unknownToServer(known) : []
}

function unknownWithoutRequest(known: Case): Finding {
  const { answer } = known
  const { message = '' } = answer ?? {}
  // COS's own message says no more than that it knows no such key; a server for development may.
  if (/token is missing/i.test(message)) return createFinding('token-missing', 'certain')
  if (/is not the token/i.test(message)) {
    return createFinding('token-wrong', 'certain', { leavesOpen: ['token-broken'] })
  }
  return createFinding('key-not-accepted', 'certain', {
    leavesOpen: openCauses(known),
    tellApart: 'The request: a SecretId of more than 36 characters is temporary and needs a token.',
  })
}

/** A SecretKey has 32 characters, a SecretId 36 or more, which begin with AKID (documentation 436/30613). */
function looksLikeSecretKey(secretId: string): boolean {
  return secretId.length === 32 && !secretId.startsWith('AKID')
}

/** What no SecretId can hold. */
function faultOf(secretId: string): string | undefined {
  if (/\s/.test(secretId)) return 'The SecretId of the request holds white space.'
  if (/["']/.test(secretId)) return 'The SecretId of the request holds a quote.'
  return undefined
}

function otherId({ fields, kind }: Case, givenId: string): Finding {
  const sent = fields?.secretId ?? ''
  const at = partingOf(sent, givenId)
  const isEdit =
    Math.abs(sent.length - givenId.length) <= 1 &&
    sent.slice(at + 1).slice(-8) === givenId.slice(at + 1).slice(-8)
  if (isEdit && kind !== 'mismatch') {
    return createFinding('key-unknown', 'certain', {
      summary: `The SecretId of the request is not the given one: they part at character ${at + 1} of ${givenId.length}.`,
    })
  }
  return createFinding('id-of-another-key', 'possible', {
    summary: `The request names the key ${redactId(sent)}, and the given one is ${redactId(givenId)}.`,
  })
}

function partingOf(a: string, b: string): number {
  let at = 0
  while (at < a.length && a[at] === b[at]) at += 1
  return at
}

function unknownToServer({ fields, request }: Case): Finding[] {
  const { length } = fields?.secretId ?? ''
  if (length > PERMANENT_ID_LENGTH) {
    return [
      createFinding('key-unknown', 'possible', {
        leavesOpen: ['token-wrong', 'token-broken', 'token-expired'],
        tellApart: 'Whether a new temporary key, with its own token, is accepted.',
      }),
    ]
  }
  const hasToken = (request?.read?.target.params ?? []).some(({ name }) => /security-token$/i.test(name))
  const summary =
    length < PERMANENT_ID_LENGTH
      ? `COS has no key of this SecretId. It has ${length} characters; those of permanent keys have ${PERMANENT_ID_LENGTH}.`
      : undefined
  return [
    createFinding('key-unknown', hasToken ? 'possible' : 'likely', {
      summary,
      leavesOpen: ['token-missing'],
      tellApart: 'Whether the key came from STS: then it is temporary and needs its token.',
    }),
  ]
}
