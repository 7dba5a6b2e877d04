// Checks values against the JSON Schemas that the service publishes. Fields that no schema names are
// refused, because an answer with more than its contract is a leak.

import { z } from 'zod'

export type JsonSchema = { [keyword: string]: unknown }

export type Definitions = Record<string, JsonSchema>

/** @returns a sentence about what is wrong; null if the value is valid */
export type Check = (value: unknown) => string | null

const annotations = new Set(['title', 'description', 'example', 'examples', 'default'])
const manyByName = new Set(['properties', '$defs'])
const manyInList = new Set(['anyOf', 'oneOf', 'allOf'])
const one = new Set(['items', 'additionalProperties', 'propertyNames', 'not'])
const reference = '#/components/schemas/'

export function strictCheck(schema: JsonSchema, definitions: Definitions = {}): Check {
  const whole = { ...closed(schema), $defs: closedAll(definitions) }
  const type = z.fromJSONSchema(whole as Parameters<typeof z.fromJSONSchema>[0])
  return (value) => {
    const read = type.safeParse(value)
    if (read.success) return null
    const [issue] = read.error.issues
    return `${issue?.path.join('.') || 'the value'}: ${issue?.message}`
  }
}

/** Follows a reference to the definitions of the document. */
export function resolve(schema: JsonSchema, definitions: Definitions): JsonSchema {
  const { $ref } = schema
  if (typeof $ref !== 'string') return schema
  const found = definitions[$ref.slice(reference.length)]
  if (!found) throw new Error(`The document has no ${$ref}`)
  return resolve(found, definitions)
}

function closedAll(schemas: Record<string, JsonSchema>): Definitions {
  return Object.fromEntries(Object.entries(schemas).map(([name, part]) => [name, closed(part)]))
}

function closed(schema: JsonSchema): JsonSchema {
  const parts = Object.entries(schema)
    .filter(([keyword]) => !annotations.has(keyword))
    .map(([keyword, value]) => [keyword, closedPart(keyword, value)])
  const shut = Object.fromEntries(parts) as JsonSchema
  if (shut.properties !== undefined && shut.additionalProperties === undefined)
    shut.additionalProperties = false
  return shut
}

function closedPart(keyword: string, value: unknown): unknown {
  if (keyword === '$ref') return String(value).replace(reference, '#/$defs/')
  if (manyByName.has(keyword)) return closedAll(value as Definitions)
  if (manyInList.has(keyword)) return (value as JsonSchema[]).map(closed)
  return one.has(keyword) && typeof value === 'object' ? closed(value as JsonSchema) : value
}
