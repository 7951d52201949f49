import { readFileSync } from 'node:fs'

/** Reads `vectors/<name>.json`; what is in it, the caller says. */
export function readVectors<T>(name: string): readonly T[] {
  return JSON.parse(readFileSync(new URL(`./vectors/${name}.json`, import.meta.url), 'utf8'))
}
