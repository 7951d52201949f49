import type { PresignedRequest } from 'cos-presign'
import { quoteForShell } from './output.ts'

/** What a command is made of; a {@link PresignedRequest} fits. */
interface CurlRequest extends Pick<PresignedRequest, 'url' | 'headers'> {
  readonly method: string
}

/**
 * A `curl` command that sends a presigned request as it was signed.
 *
 * @param file - What to upload, for PUT and POST; `-` is standard input.
 */
export function formatCurl(request: CurlRequest, file: string | undefined): string {
  const { method, url, headers } = request
  const words = ['curl', ...methodWords(method), ...bodyWords(request, file)]
  for (const [name, value] of Object.entries(headers)) words.push('-H', headerWord(name, value))
  // curl would read [] and {} as patterns, also in the name of an uploaded file, and would resolve /./ and /../ in the path.
  if (/[[\]{}]/.test(url + (file ?? ''))) words.push('--globoff')
  if (/\/\.|%2e/i.test(url)) words.push('--path-as-is')
  return [...words, url].map(quoteForShell).join(' ')
}

function methodWords(method: string): string[] {
  // With -X HEAD curl would wait for a body that never comes.
  return method === 'HEAD' ? ['--head'] : ['-X', method]
}

function bodyWords({ method, url, headers }: CurlRequest, file: string | undefined): string[] {
  if (method === 'POST') return file === undefined ? ['--data', ''] : ['--data-binary', `@${file}`]
  if (method !== 'PUT' || file === undefined) return []
  // To a path that ends in a slash --upload-file would add the name of the file, and --data-binary adds a Content-Type.
  if (!/\/(?:\?|$)/.test(url)) return ['--upload-file', file]
  const isTyped = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type')
  return ['--data-binary', `@${file}`, ...(isTyped ? [] : ['-H', 'Content-Type:'])]
}

function headerWord(name: string, value: string): string {
  // "Name:" would remove the header; a semicolon sends it empty.
  return value === '' ? `${name};` : `${name}: ${value}`
}
