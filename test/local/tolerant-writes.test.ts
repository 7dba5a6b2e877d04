import { appendFileSync, mkdirSync, readFileSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { tolerateFailures } from '../../local/tolerant-writes.ts'
import { makeFolder } from './starts.ts'

test('RUN-10 A failed write is reported once, and its recovery once', () => {
  const said = vi.spyOn(console, 'error').mockImplementation(() => {})
  onTestFinished(() => said.mockRestore())
  const file = join(makeFolder(), 'log')
  mkdirSync(file)
  const tolerate = tolerateFailures(file, 'lines are missing')
  const append = () => tolerate(() => appendFileSync(file, 'line\n'))
  expect([append(), append()]).toEqual([false, false])
  rmdirSync(file)
  expect([append(), append()]).toEqual([true, true])
  expect(readFileSync(file, 'utf8')).toBe('line\nline\n')
  expect(said.mock.calls).toEqual([
    [expect.stringMatching(/^.*log cannot be written \(EISDIR: .*\): lines are missing$/)],
    [`${file} is written again`],
  ])
})
