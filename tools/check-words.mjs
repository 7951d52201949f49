// Protects readers from notes we wrote to ourselves. Without it, a marker for "not finished" ships inside `src`, which is
// published, and a reader takes it for a known fault; a focused test switches all the others off; a silenced compiler hides
// the one error that mattered. What is not finished is an issue, what cannot be otherwise has its reason beside it.

import { lineAt, projectFiles, read, report } from './lib/workspace.mjs'

// The words are in pieces so that this file does not find itself.
const RULES = [
  [/\b(?:TO~DO|FIX~ME|XX~X|HA~CK)\b/, 'a note to ourselves; finish it or open an issue'],
  [
    /@ts-(?:ig~nore|no~check)\b/,
    'silences the compiler for good; @ts-expect-error says when it is no longer needed',
  ],
  [
    /\bas a~ny\b(?! (?!as\b|satisfies\b)[a-z])/,
    'an unchecked type; `unknown` and a check, or `as` a named type with its reason',
  ],
  [/\b(?:it|test|describe)\.on~ly\(/, 'switches every other test off'],
  [/\bbiome-ignore\b(?![^\n]*: \S)/, 'silences the linter without a reason'],
  [
    /\b[Pp]rotocol sec~tion\b/,
    'a document that readers do not have; name the page of COS’s documentation, or the file of an SDK',
  ],
  [/^(?:<<<<<<<|>>>>>>>) /, 'a merge that was not finished'],
].map(([pattern, why]) => [new RegExp(pattern.source.replaceAll('~', ''), 'gm'), why])

const TEXT = /\.(?:m?[jt]s|tsx?|json|md|html|css|ya?ml|sh)$|(?:^|\/)\.ci\/run$/
const NOT_OURS = /(?:^|\/)(?:package-lock\.json|CHANGELOG\.md|LICENSE)$|\/vectors\//

const files = projectFiles().filter((path) => TEXT.test(path) && !NOT_OURS.test(path))
const faults = files.flatMap((path) => {
  const text = readIfThere(path)
  return RULES.flatMap(([pattern, why]) =>
    [...text.matchAll(pattern)].map(
      (match) => `${path}:${lineAt(text, match.index)}: "${match[0].trim()}": ${why}`,
    ),
  )
})

report(faults, `${files.length} files without leftovers.`)

/** A file that git still lists may be gone from the disk. */
function readIfThere(path) {
  try {
    return read(path)
  } catch {
    return ''
  }
}
