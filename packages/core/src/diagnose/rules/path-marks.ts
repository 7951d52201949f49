import { decodeToBytes } from '../../percent-encoding.ts'
import { fromWire } from '../../utf8.ts'
import type { Case, Rule } from '../case.ts'
import { correct } from '../correct.ts'
import { differenceOf } from '../difference.ts'
import { createFinding, type Finding } from '../finding.ts'
import { bucketOf } from '../host-names.ts'
import { pairsOf } from '../http-lines.ts'

/** What a path shows by itself of how it went wrong. */
export const pathMarks: Rule = (known) => {
  const path = known.received?.path ?? known.request?.read?.target.path
  if (path === undefined || path === '/') return []
  return [
    ...encodedTwice(known, path),
    ...slashes(known, path),
    ...plus(known, path),
    ...dots(known, path),
    ...bucket(known, path),
  ]
}

function encodedTwice(known: Case, path: string): Finding[] {
  const decoded = fromWire(decodeToBytes(path, false))
  if (decoded === path) return []
  const { received, request } = known
  return [
    createFinding('path-encoded-twice', known.isMismatch ? 'likely' : 'possible', {
      summary:
        'The path still holds escapes after it was decoded: it was percent-encoded twice, if the key itself holds none.',
      difference: received && differenceOf('path', { ...received, path: decoded }, received),
      corrected: request && correct(request, { path: decoded, signAgain: false }),
    }),
  ]
}

function slashes({ isMismatch, received, request }: Case, path: string): Finding[] {
  if (!isMismatch || !/^\/[/\\]/.test(path)) return []
  const single = path.slice(1)
  return [
    createFinding('path-slash-differs', 'likely', {
      summary:
        'The path begins with two slashes: it was signed with one, if the key itself does not begin with a slash.',
      difference: received && differenceOf('path', { ...received, path: single }, received),
      corrected: request && correct(request, { path: single, signAgain: false }),
    }),
  ]
}

/** Encoders of object keys write a plus as %2B, so a bare one comes from form encoding. */
function plus({ isMismatch, received, request }: Case, path: string): Finding[] {
  if (!isMismatch || !path.includes('+') || request?.rawPath.includes('+') !== true) return []
  const spaced = path.replaceAll('+', ' ')
  return [
    createFinding('path-plus-for-space', 'likely', {
      summary: 'The path holds a bare +: it was written for a space, if the key itself holds no plus.',
      difference: received && differenceOf('path', { ...received, path: spaced }, received),
      corrected: correct(request, { path: spaced, signAgain: false }),
    }),
  ]
}

function dots({ isMismatch, request, answer }: Case, path: string): Finding[] {
  if (request === undefined || request.writtenPath === request.rawPath) return []
  const written = fromWire(decodeToBytes(request.writtenPath, false))
  if (answer?.lines?.path === written) return []
  const lines = { method: 'get', parameters: '', headers: '' }
  return [
    createFinding('path-dots-collapsed', isMismatch ? 'likely' : 'possible', {
      difference: differenceOf('path', { ...lines, path: written }, { ...lines, path }),
      corrected: correct(request, { path: written, signAgain: false }),
    }),
  ]
}

/** The host in a line of headers. */
function hostIn(headers: string | undefined): string | undefined {
  return pairsOf(headers ?? '').find(([name]) => name === 'host')?.[1]
}

function bucket({ isMismatch, received, request }: Case, path: string): Finding[] {
  const name = bucketOf(request?.host ?? hostIn(received?.headers))
  if (!isMismatch || name === undefined || !path.startsWith(`/${name}/`)) return []
  const without = path.slice(name.length + 1)
  return [
    createFinding('path-holds-bucket', 'likely', {
      summary: 'The path begins with the name of the bucket, which the host names too.',
      difference: received && differenceOf('path', { ...received, path: without }, received),
      corrected: request && correct(request, { path: without, signAgain: false }),
    }),
  ]
}
