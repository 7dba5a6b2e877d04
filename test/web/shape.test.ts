import { expect, test } from 'vitest'
import { isLighter } from '../../src/web/shape.ts'

const most = 20_000

test('every text that the room would take fits, whatever its characters', () => {
  for (const sign of ['a', '\n', '\t', '\u0301', '\u2067', '👍', 'א', '\u{E0067}'])
    expect(isLighter(sign.repeat(2_000), most)).toBe(true)
})

test('of what costs browsers more time, less fits', () => {
  expect(isLighter('a'.repeat(most), most)).toBe(true)
  expect(isLighter('a'.repeat(most + 1), most)).toBe(false)
  for (const sign of ['\n', '\t', '\u0301', '\u2067'])
    expect(isLighter(sign.repeat(2_300), most)).toBe(false)
  expect(isLighter('א'.repeat(most), most)).toBe(true)
  expect(isLighter('אa'.repeat(2_300), most)).toBe(false)
})
