// What is made from a schema fits it, and what is called unfit never does.

import { z } from '@hono/zod-openapi'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { clientFrames } from '../../src/contract/frames.ts'
import { almostFitting, fitting } from './made.ts'
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

test('what fits is taken', () => {
  for (const value of fc.sample(fitting(schema, definitions), runs)) expect(check(value)).toBeNull()
})

test('what is unfit is taken by no one', () => {
  const spoilt = fc.sample(almostFitting(schema, definitions), runs)
  const unfit = spoilt.filter((one) => one.unfit)
  expect(unfit.length).toBeGreaterThan(100)
  for (const { text } of unfit) expect(check(JSON.parse(text))).not.toBeNull()
})

test('what is unfit for a frame is unfit for the room', () => {
  const { send_message: schema } = clientFrames
  const described = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema
  for (const { text, unfit } of fc.sample(almostFitting(described, {}), runs))
    if (unfit) expect(schema.safeParse(JSON.parse(text)).success).toBe(false)
})

test('the same seed makes the same', () => {
  const make = () => fc.sample(almostFitting(schema, definitions), { numRuns: 50, seed: 7 })
  expect(make()).toEqual(make())
})

describe('a check', () => {
  const right = { id: '019a9d5e-2c1b-7a40-8f00-6b1f6f0e9a11', count: 1 }
  test.each<[string, object]>([
    ['a field that no schema names', { ...right, more: 1 }],
    ['a field that the schema of a part does not name', { ...right, parts: [{ more: 1 }] }],
    ['what is required and missing', { count: 1 }],
    ['a number out of bounds', { ...right, count: 10 }],
    ['a time that is none', { ...right, at: 'now' }],
    ['an id that is none', { ...right, id: 'x' }],
  ])('refuses %s', (_name, value) => {
    expect(check(right)).toBeNull()
    expect(check(value)).not.toBeNull()
  })
})
