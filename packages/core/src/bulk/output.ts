import type { BulkJob } from './job.ts'

/** A line of output: `lead`, the record's text escaped (where there is a lead), `middle`, the URL, `end`. */
export interface LineFormat {
  readonly lead: string
  readonly middle: string
  readonly end: string
  /** How the record's text is escaped; `undefined` where it is not written. */
  readonly escapeText: ((text: string) => string) | undefined
  /** The number of that escape in assembly/escape.ts. */
  readonly style: 0 | 1 | 2
}

/** How a job's lines are written. */
export function lineFormatOf({ output, prefix }: BulkJob): LineFormat {
  switch (output) {
    case 'urls':
      return { lead: '', middle: '', end: '\n', escapeText: undefined, style: 0 }
    case 'tsv':
      return { lead: escapeTsv(prefix), middle: '\t', end: '\n', escapeText: escapeTsv, style: 1 }
    case 'jsonl':
      return {
        lead: `{"key":"${escapeJson(prefix)}`,
        middle: '","url":"',
        end: '"}\n',
        escapeText: escapeJson,
        style: 2,
      }
  }
}

const TSV_ESCAPES: Readonly<Record<string, string>> = { '\t': '\\t', '\n': '\\n', '\r': '\\r', '\\': '\\\\' }

function escapeTsv(text: string): string {
  return text.replace(/[\t\n\r\\]/g, (character) => TSV_ESCAPES[character] as string)
}

function escapeJson(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}
