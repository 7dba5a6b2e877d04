import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compilePatterns } from '../../src/domain/pattern-set.ts'

const sequence = (maxLength: number) => fc.array(fc.integer({ min: -1, max: 2 }), { maxLength })
const written = (symbols: number[]) => symbols.map((symbol) => `<${symbol}>`).join('')

test('a set of patterns finds what a search for each of them finds', () => {
  fc.assert(
    fc.property(
      fc.array(sequence(5), { maxLength: 8 }),
      fc.array(sequence(30), { maxLength: 4 }),
      (patterns, searched) => {
        const occurs = compilePatterns(patterns)
        const wanted = patterns.filter(({ length }) => length > 0).map(written)
        // What one search leaves behind must not change the next one.
        for (const symbols of [...searched, ...searched]) {
          const text = written(symbols)
          expect(occurs(symbols)).toBe(wanted.some((pattern) => text.includes(pattern)))
        }
      },
    ),
    { numRuns: 2_000 },
  )
})
