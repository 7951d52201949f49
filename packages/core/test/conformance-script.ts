import * as library from '../src/index.ts'
import { conformance, type Vectors } from './conformance.ts'
import edgeCases from './vectors/edge-cases.json' with { type: 'json' }
import official from './vectors/official.json' with { type: 'json' }
import pythonSdk from './vectors/python-sdk.json' with { type: 'json' }

/*
 * The conformance suite as a script: bundled, it runs wherever there is the language, and leaves what it found in a global
 * named `outcome`, as JSON: how many checks there were, and the sentences of those that failed.
 */
let checks = 0
const failures: string[] = []
// The compiler reads JSON more narrowly than it is meant: methods as any text, absent keys as forbidden ones.
const vectors = { official, edgeCases, pythonSdk } as unknown as Vectors
conformance(library, vectors, (sentence, actual, expected) => {
  checks++
  if (!Object.is(actual, expected)) failures.push(`${sentence}: ${actual} instead of ${expected}`)
})
Object.assign(globalThis, { outcome: JSON.stringify({ checks, failures }) })
