import { encodeName } from '../../percent-encoding.ts'
import { isFieldName } from '../../signature-fields.ts'
import { TOKEN_NAMES } from '../../signed-texts.ts'
import type { Rule } from '../case.ts'
import { createFinding } from '../finding.ts'

/** Parameters that the signature does not cover. */
export const unsignedParameters: Rule = ({ request, fields, kind }) => {
  if (request?.read === undefined || fields === undefined || kind !== 'none') return []
  const listed = new Set(fields.urlParamList.flatMap((name) => [name.toLowerCase(), encodeName(name)]))
  const names = request.read.target.params
    .map(({ name }) => name)
    .filter((name) => !isFieldName(name) && name !== 'sign' && !TOKEN_NAMES.includes(name.toLowerCase()))
    .filter((name) => !listed.has(encodeName(name)))
  if (names.length === 0) return []
  const shown = [...new Set(names)].slice(0, 5).join(', ')
  return [
    createFinding('parameter-unsigned', 'possible', {
      summary: `${names.length === 1 ? 'A parameter is' : `${names.length} parameters are`} not signed: ${shown}.`,
    }),
  ]
}
