// Protects docs/why-was-i-refused.md, the page people land on with a code of a diagnosis in their hand. Its sections, one a code, are
// written from the table in packages/core/src/diagnose/causes.ts, so that page and program say the same. Without it, codes are added
// that the page does not know, and advice is corrected in one place only. After a change: `npm run build && node tools/check-diagnoses.mjs --update`.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CODES, causeOf } from '../packages/core/dist/diagnose/causes.js'
import { ROOT, read, report } from './lib/workspace.mjs'

const PAGE = 'docs/why-was-i-refused.md'
const START = '<!-- codes: written by tools/check-diagnoses.mjs -->'

/** What COS answers, by what it means for a signature. */
const ANSWERS = {
  accepted: 'a success',
  mismatch: '`SignatureDoesNotMatch`',
  'outside-window': '`AccessDenied`, `Request has expired`',
  skewed: '`RequestTimeTooSkewed`',
  denied: '`AccessDenied`',
  key: '`InvalidAccessKeyId`',
  token: '`ExpiredToken`',
  other: 'another code',
  bare: 'a status without a document',
  none: 'nothing that can be read',
}

const page = read(PAGE)
const written = page.slice(0, page.indexOf(START)) + START + CODES.map(sectionOf).join('')
if (process.argv.includes('--update')) writeFileSync(join(ROOT, PAGE), written)
const faults =
  page === written || process.argv.includes('--update')
    ? []
    : [`${PAGE} is not what the table of causes says: node tools/check-diagnoses.mjs --update`]
report(faults, `${PAGE} has a section for each of ${CODES.length} codes.`)

function sectionOf(code) {
  const { answers, what, why, remedy } = causeOf(code)
  const said =
    answers.length === 0 ? '' : `*COS says ${answers.map((kind) => ANSWERS[kind]).join(', or ')}.* `
  return `\n\n### \`${code}\`\n\n**${toMarkdown(what)}** ${said}${toMarkdown(why)}\n\nDo: ${toMarkdown(remedy)}`
}

/** What Markdown would read as its own. */
function toMarkdown(text) {
  return text.replace(/[<>*_&]/g, (character) => `\\${character}`)
}
