import { expect, test } from 'vitest'
import { isCheapToLayOut } from '../../src/web/text-input/layout-cost.ts'

const max = 20_000

test('every text that the room accepts is cheap enough, whatever its characters', () => {
  for (const character of ['a', '\n', '\t', '\u0301', '\u2067', '👍', 'א', '\u{E0067}'])
    expect(isCheapToLayOut(character.repeat(2_000), max)).toBe(true)
})

test('expensive characters reach the limit with a shorter text', () => {
  expect(isCheapToLayOut('a'.repeat(max), max)).toBe(true)
  expect(isCheapToLayOut('a'.repeat(max + 1), max)).toBe(false)
  for (const character of ['\n', '\t', '\u0301', '\u2067'])
    expect(isCheapToLayOut(character.repeat(2_300), max)).toBe(false)
  expect(isCheapToLayOut('א'.repeat(max), max)).toBe(true)
  expect(isCheapToLayOut('אa'.repeat(2_300), max)).toBe(false)
})
