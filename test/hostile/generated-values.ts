// Values that fast-check generates from a JSON Schema: valid ones, and ones that are almost valid.

import fc from 'fast-check'
import * as hostileStrings from './hostile-strings.ts'
import { markers } from './leak-detector.ts'
import { type Definitions, type JsonSchema, resolve } from './strict-schema.ts'

const hex = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 8, maxLength: 12 })

const era = { from: new Date('1970-01-01'), to: new Date('2099-12-31') }

/** @param definitions the schemas that this one may refer to */
export function valid(schema: JsonSchema, definitions: Definitions): fc.Arbitrary<unknown> {
  const known = resolve(schema, definitions)
  if (known.const !== undefined) return fc.constant(known.const)
  if (Array.isArray(known.enum)) return fc.constantFrom(...known.enum)
  const choices = known.anyOf ?? known.oneOf
  if (Array.isArray(choices)) return fc.oneof(...choices.map((one) => valid(one, definitions)))
  const types = [known.type].flat()
  return fc.oneof(...types.map((type) => valueOfType(String(type), known, definitions)))
}

function valueOfType(
  type: string,
  schema: JsonSchema,
  definitions: Definitions,
): fc.Arbitrary<unknown> {
  if (type === 'string') return text(schema)
  if (type === 'integer' || type === 'number') {
    const { minimum = -1_000, maximum = 1_000_000 } = schema as {
      minimum?: number
      maximum?: number
    }
    return fc.integer({ min: minimum, max: maximum })
  }
  if (type === 'boolean') return fc.boolean()
  if (type === 'null') return fc.constant(null)
  if (type === 'array')
    return fc.array(valid((schema.items ?? {}) as JsonSchema, definitions), { maxLength: 4 })
  if (type === 'object') return object(schema, definitions)
  return fc.jsonValue({ maxDepth: 3 })
}

function object(schema: JsonSchema, definitions: Definitions): fc.Arbitrary<unknown> {
  const { properties = {}, required = [] } = schema as Shape
  const parts = Object.entries(properties).map(([name, part]) => [name, valid(part, definitions)])
  return fc.record(Object.fromEntries(parts), {
    requiredKeys: required as never[],
    noNullPrototype: true,
  })
}

type Shape = { properties?: Record<string, JsonSchema>; required?: string[] }

function text(schema: JsonSchema): fc.Arbitrary<string> {
  const {
    format,
    minLength = 0,
    maxLength = 200,
    example,
    examples,
  } = schema as {
    format?: string
    minLength?: number
    maxLength?: number
    example?: unknown
    examples?: unknown[]
  }
  if (format === 'uuid') return fc.uuid()
  if (format === 'date-time')
    return fc
      .date({ min: era.from, max: era.to, noInvalidDate: true })
      .map((date) => date.toISOString())
  if (format === 'password') return hex.map((digits) => markers.password + digits)
  if (String(example).includes('@')) return hex.map((name) => `${name}@${markers.hostileDomain}`)
  const longest = Math.max(minLength, Math.min(maxLength, minLength + 60))
  const shown = [example, ...(examples ?? [])].filter((one) => typeof one === 'string')
  return fc.oneof(
    ...shown.map((one) => fc.constant(one)),
    hex.map((digits) => `${markers.attack} ${digits}`.slice(0, maxLength)),
    fc.string({ unit: 'grapheme', minLength, maxLength: longest }),
    fc.string({ unit: 'binary', minLength, maxLength: longest }),
  )
}

/** A JSON text, and whether it certainly breaks the schema. */
export type AlmostValid = { text: string; isInvalid: boolean }

/** A valid value with one change. */
export function almostValid(
  schema: JsonSchema,
  definitions: Definitions,
): fc.Arbitrary<AlmostValid> {
  const known = resolve(schema, definitions)
  const whole = valid(known, definitions) as fc.Arbitrary<Record<string, unknown>>
  const { properties = {}, required = [] } = known as Shape
  const names = Object.keys(properties)
  const typesOf = (name: string) => [resolve(properties[name] ?? {}, definitions).type].flat()
  const strings = names.filter((name) => typesOf(name).includes('string'))
  const json = (value: unknown, isInvalid: boolean): AlmostValid => ({
    text: JSON.stringify(value),
    isInvalid,
  })
  const one = (from: readonly string[]) => fc.constantFrom(...from)
  const hostileString = fc.constantFrom(...hostileStrings.texts)

  const anyway = [
    fc
      .tuple(whole, fc.constantFrom(...Object.entries(hostileStrings.privileges)))
      .map(([value, [name, forged]]) => json({ [name]: forged, ...value }, false)),
    whole.map((value) => json({ ...hostileStrings.privileges, ...value }, false)),
    fc.tuple(whole, one(hostileStrings.prototypes)).map(([value, name]) => ({
      text: withRaw(value, `"${name}":{"is_active":true,"polluted":"${markers.attack}"}`),
      isInvalid: false,
    })),
    whole.map((value) => json([value], true)),
    fc
      .constantFrom('null', '0', '""', 'true', '[]', '[[]]')
      .map((text) => ({ text, isInvalid: true })),
  ]
  const ofRequired = required.length > 0 && [
    fc.tuple(whole, one(required)).map(([value, name]) => json(without(value, name), true)),
    fc
      .tuple(whole, one(required))
      .map(([value, name]) =>
        json({ ...without(value, name), [name.toUpperCase()]: value[name] }, true),
      ),
    fc
      .tuple(whole, one(required))
      .map(([value, name]) => json({ ...value, [name]: null }, !typesOf(name).includes('null'))),
  ]
  const ofStrings = strings.length > 0 && [
    fc
      .tuple(
        whole,
        one(strings),
        fc.constantFrom<unknown>(0, true, [], {}, ['a'], { $ne: '' }, 1e308),
      )
      .map(([value, name, other]) => json({ ...value, [name]: other }, true)),
    fc
      .tuple(whole, one(strings), hostileString)
      .map(([value, name, bad]) => json({ ...value, [name]: bad }, false)),
    fc.tuple(whole, one(strings), hostileString).map(([value, name, bad]) => ({
      text: withRaw(value, `${JSON.stringify(name)}:${JSON.stringify(bad)}`),
      isInvalid: false,
    })),
    fc
      .tuple(whole, one(strings))
      .map(([value, name]) => json({ ...value, [name]: 'x'.repeat(5_000) }, false)),
  ]
  return fc.oneof(...anyway, ...(ofRequired || []), ...(ofStrings || []))
}

function without(value: Record<string, unknown>, name: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== name))
}

/** Adds a member that an object cannot hold: a repeated name, or a prototype. */
function withRaw(value: Record<string, unknown>, member: string): string {
  const text = JSON.stringify(value)
  return text === '{}' ? `{${member}}` : `${text.slice(0, -1)},${member}}`
}

/** Bytes that are not JSON, JSON that is not an object, or far too much JSON. */
export const malformedBytes: fc.Arbitrary<Buffer> = fc.oneof(
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  fc.json({ maxDepth: 6 }).map((text) => Buffer.from(text)),
  fc.constantFrom(...hostileStrings.texts).map((text) => Buffer.from(text)),
  fc
    .constantFrom(
      ...['{', '{"a":}', '{"a":1,}', "{'a':1}", '{a:1}', '{"a":NaN}', '{"a":1}{"b":2}', '// x\n{}'],
      ...['[1,', '"\\ud800"', '{"\\u0000":1}', '{"a":1e999}'],
      ...['{"a":-}', '\u00a0{}', '{}\u0000', '-'],
    )
    .map((text) => Buffer.from(text)),
  fc.constantFrom(100, 5_000, 30_000).map((depth) => Buffer.from('['.repeat(depth))),
  fc.constantFrom(100, 5_000, 30_000).map((depth) => Buffer.from('{"a":'.repeat(depth))),
  fc
    .constantFrom(100, 5_000)
    .map((depth) => Buffer.from(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`)),
  fc
    .constantFrom(500, 5_000)
    .map((many) =>
      Buffer.from(`{${Array.from({ length: many }, (_, at) => `"k${at}":${at}`).join()}}`),
    ),
  fc
    .constantFrom([0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80])
    .map((bytes) =>
      Buffer.concat([Buffer.from('{"content":"'), Buffer.from(bytes), Buffer.from('"}')]),
    ),
)
