// Each version of the wire has one hash of its documents, without their prose.

import { describe, expect, test } from 'vitest'
import asyncApi from '../docs/asyncapi.json'
import openApi from '../docs/openapi.json'
import { app } from '../src/contract/version.ts'
import versions from './wire-versions.json'

/** Keys that hold prose. */
const prose = ['description', 'summary', 'example', 'examples']
/** Keys that hold a map from names: a field may be called `description`, too. */
const nameMaps = [
  ...['properties', 'schemas', 'paths', 'responses', 'headers', 'content', 'securitySchemes'],
  ...['messages', 'channels', 'operations', 'servers'],
]

/** The same value without prose, its keys in alphabetical order. */
function normalized(value: unknown, isNameMap = false): unknown {
  if (Array.isArray(value)) return value.map((item) => normalized(item))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => isNameMap || !prose.includes(key))
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, item]) => [key, normalized(item, !isNameMap && nameMaps.includes(key))]),
  )
}

async function hashOf(documents: object[]): Promise<string> {
  // `info` holds prose and the version itself.
  const wire = documents.map((document) => normalized({ ...document, info: null }))
  const bytes = new TextEncoder().encode(JSON.stringify(wire))
  const digest = await crypto.subtle.digest('SHA-256', bytes)
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** A sentence for a hash that does not fit; null: it fits. */
function advice(known: Record<string, string>, version: string, hash: string): string | null {
  const file = 'test/wire-versions.json'
  const line = `"${version}": "${hash}"`
  const earlier = Object.keys(known).find((other) => known[other] === hash)
  if (known[version] === hash) return null
  if (known[version] !== undefined)
    return (
      `The documents changed more than their prose, but the wire is still version ${version}. ` +
      'If you did not mean to change the wire, undo it. Otherwise raise `app.version` in ' +
      'src/contract/version.ts (the minor number for an addition; a change that breaks clients ' +
      `also needs another \`protocol\`), run \`npm run docs\`, and add a line to ${file} with the ` +
      `new version and "${hash}". Leave the other lines as they are, and say in CHANGELOG.md ` +
      'what a client sees.'
    )
  if (earlier !== undefined)
    return (
      `\`app.version\` is ${version}, but the wire is still that of ${earlier}: set it back in ` +
      'src/contract/version.ts and run `npm run docs`.'
    )
  return `The wire has a new version. Add this line to ${file}: ${line}`
}

describe('the version of the wire', () => {
  test('WIRE-1 The version of the wire changes exactly when the published documents change in more than their prose.', async () => {
    const hash = await hashOf([openApi, asyncApi])
    const wrong = advice(versions, app.version, hash)
    if (wrong !== null) throw new Error(wrong)
  })

  test('has a hash that depends on names, types and codes, and not on prose or order', async () => {
    const schema = (extra: object) => ({
      properties: { description: { type: 'string', ...extra } },
    })
    const hash = await hashOf([schema({})])
    expect(await hashOf([schema({ description: 'Other words', example: 'x' })])).toBe(hash)
    expect(await hashOf([{ info: { version: '9' }, ...schema({}) }])).toBe(
      await hashOf([{ info: { version: '8' }, ...schema({}) }]),
    )
    expect(await hashOf([schema({ maxLength: 3 })])).not.toBe(hash)
    expect(await hashOf([{ properties: {} }])).not.toBe(hash)
  })

  test('is explained when it does not fit', () => {
    const known = { '1.0.0': 'a', '1.1.0': 'b' }
    expect(advice(known, '1.1.0', 'b')).toBeNull()
    expect(advice(known, '1.1.0', 'c')).toContain('raise `app.version`')
    expect(advice(known, '1.2.0', 'b')).toContain('set it back')
    expect(advice(known, '1.2.0', 'c')).toContain('"1.2.0": "c"')
  })
})
