// Generated values are valid, and values that are marked as invalid are invalid.

import { z } from '@hono/zod-openapi'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { clientFrames } from '../../src/contract/frames.ts'
import { almostValid, valid } from './generated-values.ts'
import { type JsonSchema, strictCheck } from './strict-schema.ts'

const schema: JsonSchema = {
  type: 'object',
  properties: {
    id: { type: 'string', format: 'uuid' },
    name: { type: ['string', 'null'], minLength: 3, maxLength: 20 },
    kind: { enum: ['a', 'b'] },
    count: { type: 'integer', minimum: 1, maximum: 9 },
    at: { type: 'string', format: 'date-time' },
    parts: { type: 'array', items: { $ref: '#/components/schemas/Part' } },
  },
  required: ['id', 'count'],
}
const definitions = { Part: { type: 'object', properties: { text: { type: 'string' } } } }
const check = strictCheck(schema, definitions)
const runs = { numRuns: 500, seed: 1 }

test('valid values pass the check', () => {
  for (const value of fc.sample(valid(schema, definitions), runs)) expect(check(value)).toBeNull()
})

test('invalid texts fail the check', () => {
  const invalid = fc.sample(almostValid(schema, definitions), runs).filter((one) => one.isInvalid)
  expect(invalid.length).toBeGreaterThan(100)
  for (const { text } of invalid) expect(check(JSON.parse(text))).not.toBeNull()
})

test('texts that are invalid for a frame are refused by the schema of the room', () => {
  const { send_message: schema } = clientFrames
  const described = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema
  for (const { text, isInvalid } of fc.sample(almostValid(described, {}), runs))
    if (isInvalid) expect(schema.safeParse(JSON.parse(text)).success).toBe(false)
})

test('one seed always generates the same values', () => {
  const make = () => fc.sample(almostValid(schema, definitions), { numRuns: 50, seed: 7 })
  expect(make()).toEqual(make())
})

describe('a check', () => {
  const right = { id: '019a9d5e-2c1b-7a40-8f00-6b1f6f0e9a11', count: 1 }
  test.each<[string, object]>([
    ['a field that no schema names', { ...right, more: 1 }],
    ['a field that the schema of a part does not name', { ...right, parts: [{ more: 1 }] }],
    ['a missing required field', { count: 1 }],
    ['a number out of bounds', { ...right, count: 10 }],
    ['an invalid time', { ...right, at: 'now' }],
    ['an invalid id', { ...right, id: 'x' }],
  ])('refuses %s', (_name, value) => {
    expect(check(right)).toBeNull()
    expect(check(value)).not.toBeNull()
  })
})
