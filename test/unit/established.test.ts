import { expect, test } from 'vitest'
import { establishedAt } from '../../src/domain/established.ts'
import { newIdAt } from '../../src/domain/ids.ts'

const noon = Date.UTC(2026, 10, 23, 12)
const id = newIdAt(noon, new Uint8Array(8).fill(0xff))
const idWithoutTime = '0b5c9a52-6f0e-4d0b-9a43-0f6a5f1f2f11'

test('an account is established some time after its registration', () => {
  expect(establishedAt(id, 600_000)).toBe(noon + 600_000)
})

test('an account whose id has no time was always established', () => {
  expect(establishedAt(idWithoutTime, 600_000)).toBeNull()
})

test('without a time to wait every account was always established', () => {
  expect(establishedAt(id, 0)).toBeNull()
})
