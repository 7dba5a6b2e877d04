import { expect, test } from 'vitest'
import { establishedAt, isEstablished } from '../../src/domain/established.ts'
import { newIdAt } from '../../src/domain/ids.ts'

const noon = Date.UTC(2026, 10, 23, 12)
const id = newIdAt(noon, new Uint8Array(8).fill(0xff))
const idWithoutTime = '0b5c9a52-6f0e-4d0b-9a43-0f6a5f1f2f11'

test('an account is established some time after its registration', () => {
  expect(establishedAt(id, 600_000)).toBe(noon + 600_000)
  const times = [noon - 1, noon, noon + 599_999, noon + 600_000]
  expect(times.map((now) => isEstablished(id, now, 600_000))).toEqual([false, false, false, true])
})

test('an account whose id has no time is established', () => {
  expect(establishedAt(idWithoutTime, 600_000)).toBeNull()
  expect(isEstablished(idWithoutTime, 0, 600_000)).toBe(true)
})

test('without a time to wait every account is established, whatever the clock says', () => {
  expect(establishedAt(id, 0)).toBeNull()
  expect(isEstablished(id, noon - 1_000, 0)).toBe(true)
})
