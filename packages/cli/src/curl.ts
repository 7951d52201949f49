import type { PresignedRequest } from 'cos-presign'
import { quoteForShell } from './output.ts'

/**
 * A `curl` command that sends a presigned request as it was signed.
 *
 * @param file - What to upload, for PUT and POST; `-` is standard input.
 */
export function formatCurl({ method, url, headers }: PresignedRequest, file: string | undefined): string {
  const words = ['curl', ...methodWords(method), ...bodyWords(method, file)]
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

function bodyWords(method: string, file: string | undefined): string[] {
  if (method === 'PUT' && file !== undefined) return ['--upload-file', file]
  if (method === 'POST') return file === undefined ? ['--data', ''] : ['--data-binary', `@${file}`]
  return []
}

function headerWord(name: string, value: string): string {
  // "Name:" would remove the header; a semicolon sends it empty.
  return value === '' ? `${name};` : `${name}: ${value}`
}
