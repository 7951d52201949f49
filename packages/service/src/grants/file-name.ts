const MAX_BYTES = 120
const MAX_EXTENSION = 16

/**
 * Makes of a client's file name one that can stand in a key: its last segment alone, without characters that a path, a policy or a
 * browser gives a meaning to, not hidden, not longer than 120 bytes of UTF-8. The extension is kept.
 *
 * @returns `file` when nothing is left.
 */
export function toFileName(text: string): string {
  // Most names have nothing to mend.
  if (/^\w[\w.-]{0,117}\w$/.test(text)) return text
  const segment = text.normalize('NFC').split(/[/\\]/).at(-1) ?? ''
  const clean = segment
    .replace(/[\p{C}\p{Zl}\p{Zp}*?"<>|:;%#&{}$`^[\]\uFFFD]+/gu, '-')
    .replace(/\s+/gu, ' ')
    .replace(/^[. -]+|[. ]+$/g, '')
  return clean === '' ? 'file' : shorten(clean)
}

/** The extension of a file name, lower case, without its dot; `bin` when it has none that is worth keeping. */
export function extensionOf(fileName: string): string {
  return /\.([A-Za-z\d]{1,16})$/.exec(fileName)?.[1]?.toLowerCase() ?? 'bin'
}

function shorten(name: string): string {
  if (bytesOf(name) <= MAX_BYTES) return name
  const dot = name.lastIndexOf('.')
  const extension = dot > 0 && name.length - dot <= MAX_EXTENSION ? name.slice(dot) : ''
  const characters = [...name.slice(0, name.length - extension.length)]
  while (bytesOf(characters.join('') + extension) > MAX_BYTES) characters.pop()
  return characters.join('') + extension
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length
}
