import { childrenOf, textOf, type XmlElement } from './parse-xml.ts'
import { Refusal } from './refusal.ts'
import type { ObjectTag } from './store.ts'
import type { XmlElements } from './xml-document.ts'

// 436/35709
const MAX_TAGS = 10
const MAX_KEY_LENGTH = 128
const MAX_VALUE_LENGTH = 256
/** 436/35665: UTF-8 letters, digits, spaces and these. */
const ALLOWED = /^[\p{L}\p{M}\p{N} +\-=._:/@]*$/u

/**
 * Reads `x-cos-tagging`: `key=value&key2=value2`, each URL-encoded, with `+` for a space as forms have it [guess].
 *
 * @param header - One character a byte.
 * @throws {Refusal} `InvalidTag`
 */
export function readTaggingHeader(header = ''): ObjectTag[] {
  const pairs = header.split('&').filter((pair) => pair !== '')
  return assertTags(
    pairs.map((pair) => {
      const [, key = '', value = ''] = /^([^=]*)=?(.*)$/s.exec(pair) ?? []
      return { key: decode(key), value: decode(value) }
    }),
  )
}

/**
 * Reads a document `Tagging`.
 *
 * @throws {Refusal} `MalformedXML`, `InvalidTag`
 */
export function readTagging(root: XmlElement): ObjectTag[] {
  const [set] = childrenOf(root, 'TagSet')
  if (set === undefined) throw new Refusal('MalformedXML')
  return assertTags(
    childrenOf(set, 'Tag').map((tag) => {
      const key = textOf(tag, 'Key')
      const value = textOf(tag, 'Value')
      if (key === undefined || value === undefined) throw new Refusal('MalformedXML')
      return { key, value }
    }),
  )
}

/** The content of a document `Tagging`. */
export function toTagging(tags: readonly ObjectTag[]): XmlElements {
  return { TagSet: { Tag: tags.map(({ key, value }) => ({ Key: key, Value: value })) } }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(escapeBytes(text.replaceAll('+', '%20')))
  } catch {
    throw invalid(`"${text}" is not URL-encoded UTF-8.`)
  }
}

/** Bytes that came as they are, for the decoder. */
function escapeBytes(text: string): string {
  return text.replace(/[\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16)}`)
}

function assertTags(tags: ObjectTag[]): ObjectTag[] {
  if (tags.length > MAX_TAGS) throw invalid(`an object has at most ${MAX_TAGS} tags.`)
  if (new Set(tags.map(({ key }) => key)).size < tags.length) throw invalid('a key is there twice.')
  for (const { key, value } of tags) {
    if (key === '' || [...key].length > MAX_KEY_LENGTH) {
      throw invalid(`a key has 1 to ${MAX_KEY_LENGTH} characters.`)
    }
    if ([...value].length > MAX_VALUE_LENGTH)
      throw invalid(`a value has at most ${MAX_VALUE_LENGTH} characters.`)
    if (!ALLOWED.test(key) || !ALLOWED.test(value)) {
      throw invalid('keys and values consist of letters, digits, spaces and + - = . _ : / @.')
    }
  }
  return tags
}

function invalid(reason: string): Refusal {
  return new Refusal('InvalidTag', { message: `The tag you specified is not valid: ${reason}` })
}
