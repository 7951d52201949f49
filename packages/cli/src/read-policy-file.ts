import { collectText } from './io/read-files.ts'
import type { Io } from './io.ts'

/** Longer than any policy that a service takes. */
const MAX_POLICY_BYTES = 256 * 1024

/** The text of a policy's file; `-` is standard input. */
export async function readPolicyFile(path: string, io: Io): Promise<string> {
  if (path === '-') return await collectText(io.stdin, MAX_POLICY_BYTES, 'standard input')
  return await io.files.readText(path, MAX_POLICY_BYTES)
}
