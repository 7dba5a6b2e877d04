import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { tolerateFailures } from '../../local/tolerant-writes.ts'

test('RUN-10 what is not written is said once, and once that it is written again', () => {
  const folder = mkdtempSync(join(tmpdir(), 'writes-'))
  const said = vi.spyOn(console, 'error').mockImplementation(() => {})
  onTestFinished(() => {
    said.mockRestore()
    rmSync(folder, { recursive: true })
  })
  const file = join(folder, 'log')
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
