import { z } from 'zod'
import type { Route } from '../route.ts'

/** An OpenAPI 3.1 document, as far as it is read here. */
export interface OpenApiDocument {
  readonly openapi: '3.1.1'
  readonly info: { readonly title: string; readonly version: string; readonly description: string }
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>
  readonly [more: string]: unknown
}

/** One operation of it. */
export interface OpenApiOperation {
  readonly operationId: string
  readonly summary: string
  readonly parameters: readonly OpenApiParameter[]
  readonly requestBody?: object
  readonly responses: object
}

/** A part of the path or of the query. */
export interface OpenApiParameter {
  readonly name: string
  readonly in: 'path' | 'query'
  readonly required: boolean
  readonly schema: object
}

/** Shapes as JSON schemas (draft 2020-12, which OpenAPI 3.1 speaks), from the same ones that check requests. */
export function toSchema(schema: z.ZodType): JsonSchema {
  const { $schema, ...rest } = z.toJSONSchema(schema) as JsonSchema
  return rest
}

/** A JSON schema, as far as it is read here. */
export interface JsonSchema {
  readonly $schema?: unknown
  readonly type?: string | undefined
  readonly properties?: Readonly<Record<string, JsonSchema>> | undefined
  readonly required?: readonly string[] | undefined
  readonly anyOf?: readonly JsonSchema[] | undefined
  readonly items?: JsonSchema | undefined
  readonly enum?: readonly unknown[] | undefined
  readonly [more: string]: unknown
}

const DESCRIPTION = `Signatures for Tencent Cloud COS, to callers who prove who they are, within what grants allow. Times are Unix seconds,
sizes are bytes. Refusals are \`application/problem+json\` (RFC 9457) with a stable \`code\` and the request's id.`

const PROBLEM: JsonSchema = {
  type: 'object',
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', description: 'Stable; branch on it.' },
    detail: { type: 'string' },
    requestId: { type: 'string' },
    grant: { type: 'string', description: 'The grant that was missing or did not allow it.' },
  },
  required: ['type', 'title', 'status', 'code', 'detail', 'requestId'],
}

/** The document of the service's own API. */
export function createOpenApiDocument(routes: readonly Route[]): OpenApiDocument {
  const paths: Record<string, Record<string, OpenApiOperation>> = {}
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: toOperation(route) }
  }
  return {
    openapi: '3.1.1',
    info: { title: 'Signing service', version: '1', description: DESCRIPTION },
    paths,
    components: {
      schemas: { Problem: PROBLEM },
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'A JWT, or an API key.' },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-Api-Key' },
      },
    },
    security: [{ token: [] }, { apiKey: [] }],
  }
}

function toOperation({ method, path, summary, body, answer }: Route): OpenApiOperation {
  const input = body && toSchema(body)
  const inBody = method === 'POST' && input !== undefined
  return {
    operationId: `${method.toLowerCase()}${path.replace(/[^A-Za-z]+(\w?)/g, (_all, letter: string) => letter.toUpperCase())}`,
    summary,
    parameters: [...pathParameters(path), ...(inBody ? [] : queryParameters(input))],
    ...(inBody && { requestBody: { required: true, content: { 'application/json': { schema: input } } } }),
    responses: {
      200: { description: 'Done', content: { 'application/json': { schema: toSchema(answer) } } },
      default: {
        description: 'Refused',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  }
}

function pathParameters(path: string): OpenApiParameter[] {
  return Array.from(path.matchAll(/:(\w+)/g), ([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
}

function queryParameters({ properties = {}, required = [] }: JsonSchema = {}): OpenApiParameter[] {
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }))
}
