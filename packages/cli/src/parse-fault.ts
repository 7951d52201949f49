import type { FaultRule } from '@cos-presign/emulator'
import { CliError } from './errors.ts'

const NUMBERS = ['skip', 'count', 'rate', 'delayMs', 'afterBytes']
const TEXTS = ['operation', 'bucket', 'keyPrefix']

/** Reads a fault rule: `slow-down,operation=PutObject,count=2`. The emulator says what is wrong with its values. */
export function parseFault(text: string): FaultRule {
  const [fault = '', ...pairs] = text.split(',')
  const members: Record<string, string | number> = {}
  for (const pair of pairs) {
    const [name = '', value = ''] = pair.split(/=(.*)/s)
    if (NUMBERS.includes(name) && value.trim() !== '') members[name] = Number(value)
    else if (TEXTS.includes(name)) members[name] = value
    else {
      throw new CliError(
        'ERR_CLI_OPTION_INVALID',
        `--fault has no ${name === '' ? 'empty part' : name}; it is like slow-down,operation=PutObject,count=2 and takes ${[...TEXTS, ...NUMBERS].join(', ')}`,
      )
    }
  }
  // Whether there is such a fault is the emulator's to say.
  return { ...members, fault: fault as FaultRule['fault'] }
}
