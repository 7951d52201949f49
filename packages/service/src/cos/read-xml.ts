import { XMLParser } from 'fast-xml-parser'

/** An element of an answer of COS. */
export interface XmlNode {
  /** Empty for no document. */
  readonly name: string
  /** The text of the first child of that name; empty when there is none. */
  text(child: string): string
  /** All children of that name. */
  all(child: string): readonly XmlNode[]
}

const parser = new XMLParser({ parseTagValue: false, ignoreDeclaration: true, ignorePiTags: true })

/** Reads a document. What is none, or declares entities of its own, is empty. */
export function readXml(text: string): XmlNode {
  if (text.trim() === '' || /<!DOCTYPE/i.test(text)) return toNode('', {})
  try {
    const [name = '', content] = Object.entries(parser.parse(text) as Record<string, unknown>)[0] ?? []
    return toNode(name, content)
  } catch {
    return toNode('', {})
  }
}

function toNode(name: string, content: unknown): XmlNode {
  const childrenOf = (child: string): readonly unknown[] => {
    if (typeof content !== 'object' || content === null || !Object.hasOwn(content, child)) return []
    const value = (content as Record<string, unknown>)[child]
    return Array.isArray(value) ? value : [value]
  }
  return {
    name,
    text(child) {
      const [first] = childrenOf(child)
      return typeof first === 'string' ? first : ''
    },
    all: (child) => childrenOf(child).map((value) => toNode(child, value)),
  }
}
