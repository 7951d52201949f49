import { toWholeText } from './whole-text.ts'

/** COS's error document, and the texts before and after it. */
export interface ErrorDocument {
  /** The texts of its elements, by name. */
  readonly elements: Readonly<Record<string, string>>
  readonly around: readonly [before: string, after: string]
}

const NAMES = [
  'Code',
  'Message',
  'StringToSign',
  'FormatString',
  'ServerTime',
  'Resource',
  'RequestId',
  'TraceId',
] as const

/**
 * Finds COS's error document in a text. No XML parser: the document is flat, and what people paste is often only a part of one.
 */
export function readErrorDocument(text: string): ErrorDocument | undefined {
  const end = endOf(text)
  const document = text.slice(0, end)
  const elements: Record<string, string> = {}
  let first = document.length
  let last = 0
  for (const name of NAMES) {
    const opening = `<${name}>`
    const from = document.indexOf(opening)
    const to = from < 0 ? -1 : document.indexOf(`</${name}>`, from)
    if (to < 0) continue
    elements[name] = toWholeText(fromXmlText(document.slice(from + opening.length, to)))
    first = Math.min(first, from)
    last = Math.max(last, to + opening.length + 1)
  }
  if (last === 0) return undefined
  return { elements, around: [withoutOpening(text.slice(0, first)), text.slice(Math.max(end, last))] }
}

const CLOSING = '</Error>'

/** Where the first document ends: the next one's elements are none of its. */
function endOf(text: string): number {
  const closing = text.indexOf(CLOSING)
  return closing < 0 ? text.length : closing + CLOSING.length
}

function withoutOpening(before: string): string {
  const root = before.lastIndexOf('<Error')
  const prolog = before.lastIndexOf('<?xml')
  const start = prolog >= 0 && prolog < root ? prolog : root
  return start < 0 ? before : before.slice(0, start)
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/** Character data as text: entities and CDATA sections resolved once. */
function fromXmlText(content: string): string {
  const [start = '', ...sections] = content.split('<![CDATA[')
  return [
    resolveEntities(start),
    ...sections.map((section) => {
      const end = section.indexOf(']]>')
      return end < 0 ? section : section.slice(0, end) + resolveEntities(section.slice(end + 3))
    }),
  ].join('')
}

function resolveEntities(text: string): string {
  return text.replace(
    /&(?:#x([\da-f]{1,6})|#(\d{1,7})|(amp|lt|gt|quot|apos));/gi,
    (whole, hex?: string, decimal?: string, name?: string) => {
      if (name !== undefined) return ENTITIES[name.toLowerCase()] as string
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole
    },
  )
}
