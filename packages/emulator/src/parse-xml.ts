import { XMLParser, XMLValidator } from 'fast-xml-parser'

/** An element of a document somebody sent. */
export interface XmlElement {
  /** Without a namespace prefix. */
  readonly name: string
  /** By name without a namespace prefix. */
  readonly attributes: ReadonlyMap<string, string>
  /** The text directly inside, white space included. */
  readonly text: string
  /** In the order of the document. */
  readonly children: readonly XmlElement[]
}

/** Deeper than any document of COS. */
const MAX_DEPTH = 16
/** The parser takes quadratic time for attributes; no tag of COS is longer. */
const LONG_TAG = /<[^<>]{1024}/
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones XML 1.0 forbids (section 2.2)
const FORBIDDEN = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/
/** A document type could declare entities, and nobody who means well sends one. */
const DOCTYPE = /<!DOCTYPE/i
const REFERENCE = /&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|(amp|lt|gt|quot|apos));|&/g
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

// References are decoded here: the parser would leave an unknown one in the text.
const parser = new XMLParser({
  preserveOrder: true,
  attributeNamePrefix: '',
  cdataPropName: '#cdata',
  ignoreAttributes: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
  parseTagValue: false,
  processEntities: false,
  removeNSPrefix: true,
  trimValues: false,
})

/**
 * Reads a document in UTF-8.
 *
 * @returns Its outermost element; `undefined` for what is not well-formed, has a document type, or is nested deeper than
 * any document of COS.
 */
export function parseXml(bytes: Uint8Array): XmlElement | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    if (FORBIDDEN.test(text) || DOCTYPE.test(text) || LONG_TAG.test(text)) return undefined
    // The validator lets text behind the outermost element pass.
    if (XMLValidator.validate(text) !== true || !text.trimEnd().endsWith('>')) return undefined
    const elements = toElements(parser.parse(text), 1)
    return elements.length === 1 ? elements[0] : undefined
  } catch {
    // Not UTF-8, or what the parser or a step below does not allow: none of them has an error class of its own.
    return undefined
  }
}

/** The children of that name. */
export function childrenOf(element: XmlElement, name: string): XmlElement[] {
  return element.children.filter((child) => child.name === name)
}

/** The text of the first child of that name, white space included; `undefined` when there is no such child. */
export function textOf(element: XmlElement, name: string): string | undefined {
  return element.children.find((child) => child.name === name)?.text
}

/** What the parser makes of an element: its name to its content, `:@` to its attributes. A text is in `#text`. */
type ParsedNode = Readonly<Record<string, unknown>>

function toElements(nodes: unknown, depth: number): XmlElement[] {
  if (depth > MAX_DEPTH) throw new RangeError('Nested too deep')
  return (nodes as readonly ParsedNode[])
    .filter((node) => !('#text' in node || '#cdata' in node))
    .map((node) => toElement(node, depth))
}

function toElement(node: ParsedNode, depth: number): XmlElement {
  const [name = ''] = Object.keys(node).filter((key) => key !== ':@')
  const content = node[name] as readonly ParsedNode[]
  const attributes = Object.entries((node[':@'] ?? {}) as Readonly<Record<string, string>>)
  return {
    name,
    attributes: new Map(attributes.map(([key, value]) => [key, decodeReferences(value)])),
    text: content.map(toText).join(''),
    children: toElements(content, depth + 1),
  }
}

function toText(node: ParsedNode): string {
  if ('#cdata' in node) return (node['#cdata'] as readonly ParsedNode[]).map((text) => text['#text']).join('')
  return decodeReferences(String(node['#text'] ?? ''))
}

function decodeReferences(text: string): string {
  return text.replace(REFERENCE, (reference, decimal, hex, name) => {
    if (name !== undefined) return ENTITIES[name] ?? ''
    const codePoint = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal)
    const character = Number.isNaN(codePoint) ? '' : String.fromCodePoint(codePoint)
    if (character === '' || FORBIDDEN.test(character) || /\p{Surrogate}/u.test(character)) {
      throw new RangeError(`The reference ${reference} stands for no character`)
    }
    return character
  })
}
