import type { Rule } from '../case.ts'
import { createFinding } from '../finding.ts'

/** The server's strings do not belong together, so that their white space cannot be relied on. */
export const evidenceAltered: Rule = ({ answer }) =>
  answer?.isIntact === false ? [createFinding('evidence-altered', 'possible')] : []
