import { expect, test } from 'vitest'
import { blameOf } from '../../src/domain/archive-fault.ts'

test.each([
  ['22P05', 'rows'],
  ['23503', 'rows'],
  ['54000', 'rows'],
  ['http_413', 'rows'],
  ['http_403', 'unclear'],
  ['http_422', 'unclear'],
  ['http_400', 'archive'],
  ['http_401', 'archive'],
  ['http_404', 'archive'],
  ['http_429', 'archive'],
  ['http_500', 'archive'],
  ['http_507', 'archive'],
  ['25006', 'archive'],
  ['42P01', 'archive'],
  ['53100', 'archive'],
  ['57014', 'archive'],
  ['timeout', 'archive'],
  ['unreachable', 'archive'],
])('%s blames the %s', (code, blame) => {
  expect(blameOf(code)).toBe(blame)
})
