import { type Matcher, toGlob } from './glob.ts'

/** How a request without a signature is named. */
const ANONYMOUS = 'anonymous'

const EVERYONE = 'qcs::cam::anyone:anyone'
// The documentation shows both names; this one is taken to leave out whoever signs [guess].
const UNSIGNED = 'qcs::cam::anonymous:anonymous'

/** Whether one of a statement's principals is whoever asks, `anonymous` or `qcs::cam::uin/<owner>:uin/<user>`. */
export function compilePrincipals(principals: readonly string[] | undefined): Matcher {
  if (principals === undefined) return () => true
  const matchers = principals.map(compilePrincipal)
  return (asked) => matchers.some((matches) => matches(asked))
}

function compilePrincipal(principal: string): Matcher {
  if (principal === '*' || principal === EVERYONE) return () => true
  if (principal === UNSIGNED) return (asked) => asked === ANONYMOUS
  const matches = toGlob(principal)
  return (asked) => asked !== ANONYMOUS && matches(asked)
}
