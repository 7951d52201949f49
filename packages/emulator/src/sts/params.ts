import type { StsParams } from './sts-call.ts'
import { StsRefusal } from './sts-refusal.ts'

/**
 * @param isSupported - Whether this emulator can do what a parameter asks for, by name.
 * @throws {StsRefusal} A parameter that the action does not have, or that is not built.
 */
export function assertParams(params: StsParams, isSupported: Readonly<Record<string, boolean>>): void {
  for (const name of params.keys()) {
    // `Tags.0.Key` of a form is `Tags` in JSON.
    const known = name.split('.', 1)[0] as string
    if (!Object.hasOwn(isSupported, known)) {
      throw new StsRefusal('UnknownParameter', `The parameter ${toName(name)} is not known.`)
    }
    if (!isSupported[known]) {
      throw new StsRefusal(
        'UnsupportedOperation',
        `Not implemented by this emulator: the parameter ${known}.`,
      )
    }
  }
}

/** A text, or undefined when it is absent or empty. */
export function readText(params: StsParams, name: string): string | undefined {
  const value = params.get(name)
  if (value === undefined || value === null || value === '') return undefined
  if (typeof value !== 'string') throw new StsRefusal('InvalidParameterValue', `${name} must be a text.`)
  return value
}

/** A text that must be there. */
export function requireText(params: StsParams, name: string, pattern: RegExp): string {
  const value = readText(params, name)
  if (value === undefined) {
    throw new StsRefusal('MissingParameter', `The request is missing the required parameter ${name}.`)
  }
  if (!pattern.test(value)) {
    throw new StsRefusal('InvalidParameterValue', `The value of ${name} does not match ${pattern.source}.`)
  }
  return value
}

/** `DurationSeconds`: a number in JSON, a text in a form. */
export function readDuration(params: StsParams, fallback: number, max: number): number {
  const value = params.get('DurationSeconds') ?? fallback
  const text = typeof value === 'number' || typeof value === 'string' ? String(value) : ''
  const seconds = /^\d{1,15}$/.test(text) ? Number(text) : 0
  if (seconds < 1) {
    throw new StsRefusal(
      'InvalidParameterValue',
      'DurationSeconds must be a whole number of seconds, 1 or more.',
    )
  }
  if (seconds > max) {
    throw new StsRefusal(
      'InvalidParameter.OverTimeError',
      `DurationSeconds is ${seconds}; the maximum for this caller is ${max}.`,
    )
  }
  return seconds
}

/** A name from the wire, fit for a message. */
function toName(name: string): string {
  return /^[\w.]{1,64}$/.test(name) ? name : '(with a name that is none)'
}
