import type { CorsRule } from 'cos-presign'
import { CliError } from './errors.ts'

const LISTS = {
  allowedOrigins: 'AllowedOrigin',
  allowedMethods: 'AllowedMethod',
  allowedHeaders: 'AllowedHeader',
  exposeHeaders: 'ExposeHeader',
} as const

/**
 * Reads CORS rules: COS's XML, the JSON of the vendor's SDKs (`CORSRules`, `AllowedOrigin`), or what `cors generate --json` writes.
 *
 * @throws {CliError} `ERR_CLI_INPUT_INVALID`
 */
export async function readCorsRules(text: string): Promise<CorsRule[]> {
  const rules = text.trimStart().startsWith('<') ? await rulesInXml(text) : rulesInJson(text)
  return rules.map((rule, at) => toRule(rule, at))
}

/** Writes rules as COS takes them. */
export async function toCorsXml(rules: readonly CorsRule[]): Promise<string> {
  const { XMLBuilder } = await import('fast-xml-parser')
  const CORSRule = rules.map((rule) =>
    Object.fromEntries(
      Object.entries(LISTS).map(([ours, theirs]) => [theirs, rule[ours as keyof typeof LISTS]]),
    ),
  )
  return new XMLBuilder({ format: true, indentBy: '  ' }).build({ CORSConfiguration: { CORSRule } }).trimEnd()
}

async function rulesInXml(text: string): Promise<unknown[]> {
  const { XMLParser, XMLValidator } = await import('fast-xml-parser')
  if (XMLValidator.validate(text) !== true) throw invalid('it is no XML')
  const isArray = (name: string): boolean => name === 'CORSRule'
  const root = new XMLParser({ ignoreAttributes: true, parseTagValue: false, isArray }).parse(text)
  const rules: unknown = root?.CORSConfiguration?.CORSRule
  if (!Array.isArray(rules)) throw invalid('it has no CORSRule in a CORSConfiguration')
  return rules
}

function rulesInJson(text: string): unknown[] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw invalid('it is neither XML nor JSON')
  }
  const { rules = undefined, CORSRules = rules } = isRecord(value) ? value : { rules: value }
  if (!Array.isArray(CORSRules)) throw invalid('it has no list of rules')
  return CORSRules
}

function toRule(value: unknown, at: number): CorsRule {
  if (!isRecord(value)) throw invalid(`rule ${at + 1} is none`)
  const read = ([ours, theirs]: readonly [string, string]): [string, string[]] => {
    const given = value[ours] ?? value[theirs] ?? value[`${theirs}s`] ?? []
    const list = Array.isArray(given) ? given : [given]
    if (!list.every((item) => typeof item === 'string'))
      throw invalid(`${theirs} of rule ${at + 1} holds something that is no text`)
    return [ours, list]
  }
  return Object.fromEntries(Object.entries(LISTS).map(read)) as unknown as CorsRule
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function invalid(what: string): CliError {
  return new CliError('ERR_CLI_INPUT_INVALID', `These are no CORS rules: ${what}`)
}
