// Every rule of SPEC.md is named by a test, and every rule that a test names is in SPEC.md.

import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const here = import.meta.dirname
const ids = (text: string, pattern: RegExp) =>
  new Set([...text.matchAll(pattern)].map(([, id]) => id))

test('the rules and the tests agree', () => {
  const rules = ids(readFileSync(`${here}/SPEC.md`, 'utf8'), /^- \*\*([A-Z]+-\d+)\*\*/gm)
  const tests = globSync([`${here}/{room,api,local,client}/**/*.test.ts`, `${here}/*.test.ts`])
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n')
  const named = ids(tests, /['"`]([A-Z]+-\d+) /g)

  expect([...rules].filter((id) => !named.has(id))).toEqual([])
  expect([...named].filter((id) => !rules.has(id))).toEqual([])
  expect(rules.size).toBeGreaterThan(100)
})
