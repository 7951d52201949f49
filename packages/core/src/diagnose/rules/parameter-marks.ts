import type { Case, Rule } from '../case.ts'
import { differenceOf } from '../difference.ts'
import { createFinding, type Finding } from '../finding.ts'
import { pairsOf } from '../http-lines.ts'
import { VALUELESS } from '../operation-names.ts'

/** What the signed parameters show by themselves of how they went wrong. */
export const parameterMarks: Rule = (known) => {
  const { received } = known
  if (received === undefined) return []
  return pairsOf(received.parameters).flatMap(([name, value]) => [
    ...encodedTwice(known, name, value),
    ...empty(known, name, value),
  ])
}

function encodedTwice({ received, isMismatch }: Case, name: string, value: string): Finding[] {
  if (received === undefined || !/%25[\dA-F]{2}/i.test(value) || /security-token$/.test(name)) return []
  const once = value.replace(/%25([\dA-F]{2})/gi, '%$1')
  const one = (text: string) => ({ ...received, parameters: `${name}=${text}` })
  return [
    createFinding('parameter-encoded-twice', isMismatch ? 'likely' : 'possible', {
      summary: `The parameter ${name} still holds escapes after it was decoded: it was percent-encoded twice, if the value itself holds none.`,
      difference: differenceOf('parameters', one(once), one(value)),
    }),
  ]
}

/** Without the request an empty value is all that shows that a parameter was not sent. */
function empty({ request, isMismatch }: Case, name: string, value: string): Finding[] {
  if (request?.read !== undefined || !isMismatch || value !== '' || VALUELESS.has(name)) return []
  return [
    createFinding('parameter-missing', 'likely', {
      summary: `The parameter ${name} is signed, and COS received no value for it.`,
      leavesOpen: ['repeated'],
    }),
  ]
}
