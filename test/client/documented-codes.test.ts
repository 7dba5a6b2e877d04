// The comments of the client are its reference: applications branch on the codes that they name.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { problemStatuses } from '../../src/client/contract.ts'

const source = join(import.meta.dirname, '../../src/client')
const read = (path: string) => readFileSync(join(source, path), 'utf8')

test('every code that a comment says is thrown exists', () => {
  const ownCodes = [...read('problem.ts').matchAll(/^ {2}\| '(\w+)'$/gm)].map(([, code]) => code)
  const codes = new Set([...Object.keys(problemStatuses), ...ownCodes])
  const otherNames = new Set(['url', 'failed', 'send', 'origin'])
  const named = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .flatMap((path) => [...read(path).matchAll(/@throws ChatProblem([^@]*?)\*\//g)])
    .flatMap(([, sentence = '']) => [...sentence.matchAll(/`([a-z_]+)`/g)])
    .flatMap(([, name = '']) => (otherNames.has(name) ? [] : name))
  expect(named.length).toBeGreaterThan(15)
  expect(named.filter((name) => !codes.has(name))).toEqual([])
})
