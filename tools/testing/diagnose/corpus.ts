import { BROKEN_FORMS } from './broken-forms.ts'
import { BROKEN_HEADERS } from './broken-headers.ts'
import { BROKEN_KEYS } from './broken-keys.ts'
import { BROKEN_METHODS } from './broken-methods.ts'
import { BROKEN_PATHS } from './broken-paths.ts'
import { BROKEN_QUERIES } from './broken-queries.ts'
import type { BrokenRequest } from './broken-request.ts'
import { BROKEN_TIMES } from './broken-times.ts'

/** Every way to break a request that we know, one a cause and several a rule. */
export const CORPUS: readonly BrokenRequest[] = [
  ...BROKEN_METHODS,
  ...BROKEN_PATHS,
  ...BROKEN_QUERIES,
  ...BROKEN_HEADERS,
  ...BROKEN_KEYS,
  ...BROKEN_TIMES,
  ...BROKEN_FORMS,
]
