import { Busboy, type BusboyFileStream, type BusboyInstance } from '@fastify/busboy'
import { Refusal } from './refusal.ts'

/** A form for an upload (`multipart/form-data`), read as far as its file. */
export interface PostForm {
  /** The fields before the file, by name in lower case. */
  readonly fields: ReadonlyMap<string, string>
  /** Without a path; empty when the form does not say. */
  readonly fileName: string
  /** The bytes of the file, to be read before {@link PostForm.end}. */
  readonly file: AsyncIterable<Uint8Array>
  /**
   * Resolves when the form has come to its proper end. Fields behind the file are ignored.
   *
   * @throws {Refusal} `MalformedPOSTRequest`, `IncorrectNumberOfFilesInPostRequest` for a second file; what the body throws.
   */
  end(): Promise<void>
}

/** A form has little to say beside its file. S3 allows 20,000 bytes, and a token alone may have 4,096. */
const MAX_BYTES_BESIDE_FILE = 256 * 1024
const MAX_FIELDS = 200
const MAX_PART_HEADER_BYTES = 16 * 1024

/**
 * Reads a form as far as its file.
 *
 * @throws {Refusal} `MalformedPOSTRequest`, `IncorrectNumberOfFilesInPostRequest` when it has none; what the body throws.
 */
export async function readPostForm(contentType: string, body: AsyncIterable<Uint8Array>): Promise<PostForm> {
  const parser = createParser(contentType)
  return await new Promise((resolve, reject) => {
    const fields = new Map<string, string>()
    let file: BusboyFileStream | undefined

    const ended = new Promise<void>((finish, fail) => {
      parser.on('field', (name: string | undefined, value, _isNameCut, isCut) => {
        if (isCut) fail(tooMuch())
        if (file !== undefined) return
        const lower = name?.toLowerCase() ?? ''
        if (fields.has(lower)) fail(malformed(`It has the field "${lower}" twice.`))
        fields.set(lower, value)
      })
      parser.on('file', (name: string | undefined, stream, fileName = '') => {
        // What goes wrong with the file goes wrong with the parser, too; without a listener it would end the process.
        stream.on('error', () => undefined)
        if (file !== undefined) return fail(wrongFiles('The form has more than one file.'))
        if (name !== 'file') return fail(wrongFiles('The file of a form must be in the field named file.'))
        file = stream
        resolve({ fields, fileName, file: readFile(stream, ended), end: () => ended })
      })
      parser.on('fieldsLimit', () => fail(malformed(`It has more than ${MAX_FIELDS} fields.`)))
      parser.on('partsLimit', () => fail(malformed('It has too many parts.')))
      parser.on('error', () => fail(malformed()))
      parser.on('finish', () => (file === undefined ? fail(wrongFiles('The form has no file.')) : finish()))
      feed(parser, body, () => file?.bytesRead ?? 0).catch(fail)
    })
    ended.catch((error) => {
      // Whoever reads the file must not wait for bytes that do not come.
      file?.destroy(error)
      reject(error)
    })
  })
}

function createParser(contentType: string): BusboyInstance {
  // The parser would read other kinds of forms as well.
  if (!/^multipart\/form-data\s*;/i.test(contentType)) throw malformed()
  try {
    return new Busboy({
      headers: { 'content-type': contentType },
      // With a name of its own it is a file, too, though in the wrong place.
      isPartAFile: (name, _type, fileName) => name === 'file' || fileName !== undefined,
      limits: {
        fields: MAX_FIELDS,
        fieldSize: MAX_BYTES_BESIDE_FILE,
        // A second file is refused when it is seen.
        files: 2,
        parts: MAX_FIELDS + 2,
        headerSize: MAX_PART_HEADER_BYTES,
      },
    })
  } catch {
    // A missing or impossible boundary; the parser has no error class of its own.
    throw malformed()
  }
}

/** What is wrong with the file is wrong with the form, and said in its words. */
async function* readFile(
  stream: AsyncIterable<Uint8Array>,
  ended: Promise<void>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* stream
  } catch (error) {
    await ended
    throw error
  }
}

/** Writes the body to the parser as fast as that, or whoever reads the file, takes it. */
async function feed(
  parser: BusboyInstance,
  body: AsyncIterable<Uint8Array>,
  fileBytes: () => number,
): Promise<void> {
  let bytes = 0
  for await (const chunk of body) {
    if (bytes - fileBytes() > MAX_BYTES_BESIDE_FILE) throw tooMuch()
    bytes += chunk.length
    await new Promise((resolve) => parser.write(chunk, resolve))
  }
  parser.end()
}

function tooMuch(): Refusal {
  return malformed(`More than ${MAX_BYTES_BESIDE_FILE} bytes of it are not its file.`)
}

function malformed(what = ''): Refusal {
  const { message } = new Refusal('MalformedPOSTRequest')
  return new Refusal('MalformedPOSTRequest', { message: `${message} ${what}`.trim() })
}

function wrongFiles(message: string): Refusal {
  return new Refusal('IncorrectNumberOfFilesInPostRequest', { message })
}
