import type { Case, Rule } from './case.ts'
import type { Finding } from './finding.ts'
import type { Recomputed } from './recomputed.ts'
import { answer } from './rules/answer.ts'
import { cdnHost } from './rules/cdn-host.ts'
import { evidenceAltered } from './rules/evidence-altered.ts'
import { headerMarks } from './rules/header-marks.ts'
import { keyId } from './rules/key-id.ts'
import { methodMarks } from './rules/method-marks.ts'
import { notSent } from './rules/not-sent.ts'
import { notUtf8 } from './rules/not-utf8.ts'
import { onTheWay } from './rules/on-the-way.ts'
import { parameterMarks } from './rules/parameter-marks.ts'
import { pathMarks } from './rules/path-marks.ts'
import { signatureForm } from './rules/signature-form.ts'
import { textOfUrl } from './rules/text-of-url.ts'
import { token } from './rules/token.ts'
import { notFound, unexplained } from './rules/unexplained.ts'
import { unsigned } from './rules/unsigned.ts'
import { unsignedParameters } from './rules/unsigned-parameters.ts'
import { window } from './rules/window.ts'

/** In the order in which COS and a verifier check a request. */
const BEFORE_THE_SIGNATURE: readonly Rule[] = [
  textOfUrl,
  signatureForm,
  notUtf8,
  unsigned,
  cdnHost,
  keyId,
  token,
  window,
  answer,
]
/** Where the request and what arrived are known to differ, without the secret. */
const COMPARED: readonly Rule[] = [notSent, onTheWay]
/** What texts show by themselves; a search with the secret goes further than those of path and parameters. */
const SEARCHABLE: readonly Rule[] = [methodMarks, parameterMarks, pathMarks]
const SEEN: readonly Rule[] = [headerMarks, unsignedParameters, evidenceAltered]

/** All that the rules find. */
export function applyRules(known: Case, { state, findings, isComplete = false }: Recomputed): Finding[] {
  const apply = (rules: readonly Rule[]): Finding[] => rules.flatMap((rule) => rule(known))
  if (known.kind === 'accepted') return [...answer(known)]
  const before = apply(BEFORE_THE_SIGNATURE)
  switch (state) {
    case 'holds':
    case 'explained':
      return [
        ...before,
        ...findings,
        ...apply([notSent]).filter((seen) => !findings.some(({ code }) => code === seen.code)),
      ]
    case 'unexplained':
      return [...before, ...apply(COMPARED), ...apply(SEEN), ...notFound(known, isComplete)]
    default:
      return isAboutSignature(known)
        ? [...before, ...apply(COMPARED), ...apply(SEARCHABLE), ...apply(SEEN), ...unexplained(known)]
        : before
  }
}

/** Whether the answer leaves it open that the signature is not that of the request. */
function isAboutSignature({ kind }: Case): boolean {
  return kind === 'mismatch' || kind === 'none' || kind === 'bare'
}
