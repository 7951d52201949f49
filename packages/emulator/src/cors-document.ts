import type { CorsConfiguration, CorsRule } from './bucket-settings.ts'
import { CORS_METHODS } from './cors.ts'
import { childrenOf, textOf, type XmlElement } from './parse-xml.ts'
import { Refusal } from './refusal.ts'
import type { XmlElements } from './xml-document.ts'

/** Documentation 436/8279. */
const MAX_RULES = 100
// RFC 9110, section 5.6.2, without the asterisk that it allows as well.
const HEADER_NAME = /^[!#$%&'+\-.^_`|~0-9A-Za-z]+$/
const MAX_ID_LENGTH = 255

/**
 * Reads a `CORSConfiguration`.
 *
 * @throws {Refusal} `MalformedXML` for one without rules or a rule that lacks what each must have, `InvalidArgument` for a
 * value that no rule can have; it names the rule. Which of the two COS answers is a guess, and so are the texts.
 */
export function readCorsConfiguration(root: XmlElement): CorsConfiguration {
  const rules = childrenOf(root, 'CORSRule')
  if (rules.length === 0) throw malformed('A CORSConfiguration needs at least one CORSRule.')
  if (rules.length > MAX_RULES)
    throw invalid(`There are ${rules.length} CORS rules, and at most ${MAX_RULES} are allowed.`)
  const responseVary = textOf(root, 'ResponseVary')?.trim() ?? 'false'
  if (!/^(?:true|false)$/i.test(responseVary)) throw malformed('ResponseVary must be true or false.')
  return {
    rules: rules.map((rule, index) => readRule(rule, `CORSRule ${index + 1}`)),
    responseVary: responseVary.toLowerCase() === 'true',
  }
}

/** Writes a `CORSConfiguration`. */
export function toCorsElements({ rules, responseVary }: CorsConfiguration): XmlElements {
  return {
    CORSRule: rules.map((rule) => ({
      ID: rule.id,
      AllowedOrigin: rule.allowedOrigins,
      AllowedMethod: rule.allowedMethods,
      AllowedHeader: rule.allowedHeaders,
      ExposeHeader: rule.exposeHeaders,
      MaxAgeSeconds: rule.maxAgeSeconds,
    })),
    ...(responseVary ? { ResponseVary: true } : {}),
  }
}

function readRule(element: XmlElement, name: string): CorsRule {
  const id = textOf(element, 'ID')
  if (id !== undefined && id.length > MAX_ID_LENGTH)
    throw invalid(`The ID of ${name} is longer than ${MAX_ID_LENGTH} characters.`)
  const rule = {
    id,
    allowedOrigins: textsOf(element, 'AllowedOrigin'),
    allowedMethods: textsOf(element, 'AllowedMethod'),
    allowedHeaders: textsOf(element, 'AllowedHeader'),
    exposeHeaders: textsOf(element, 'ExposeHeader'),
    maxAgeSeconds: readMaxAge(element, name),
  }
  if (rule.allowedOrigins.length === 0) throw malformed(`${name} has no AllowedOrigin.`)
  if (rule.allowedMethods.length === 0) throw malformed(`${name} has no AllowedMethod.`)
  for (const origin of rule.allowedOrigins) assertOrigin(origin, name)
  for (const method of rule.allowedMethods) {
    if (!CORS_METHODS.includes(method))
      throw invalid(`An AllowedMethod of ${name} is none of ${CORS_METHODS.join(', ')}: ${method}`)
  }
  for (const header of rule.allowedHeaders) {
    if (header !== '*' && !HEADER_NAME.test(header))
      throw invalid(`An AllowedHeader of ${name} is neither a header's name nor *: ${header}`)
  }
  for (const header of rule.exposeHeaders) {
    if (!HEADER_NAME.test(header))
      throw invalid(`An ExposeHeader of ${name} is not a header's name (* is not allowed): ${header}`)
  }
  return rule
}

function assertOrigin(origin: string, name: string): void {
  if (!/^[^*]*\*?[^*]*$/.test(origin))
    throw invalid(`An AllowedOrigin of ${name} has more than one *: ${origin}`)
  if (!/^[\x21-\x7e]+$/.test(origin)) throw invalid(`An AllowedOrigin of ${name} is no origin.`)
}

function readMaxAge(element: XmlElement, name: string): number | undefined {
  const text = textOf(element, 'MaxAgeSeconds')?.trim()
  // An empty element is what a client writes that was given nothing.
  if (text === undefined || text === '') return undefined
  if (!/^\d{1,9}$/.test(text)) throw invalid(`MaxAgeSeconds of ${name} is not a number of seconds.`)
  return Number(text)
}

/** Without empty ones, which some clients write for an empty list. */
function textsOf(element: XmlElement, name: string): string[] {
  return childrenOf(element, name)
    .map(({ text }) => text.trim())
    .filter((text) => text !== '')
}

function malformed(message: string): Refusal {
  return new Refusal('MalformedXML', { message })
}

function invalid(message: string): Refusal {
  return new Refusal('InvalidArgument', { message })
}
