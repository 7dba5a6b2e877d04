import { expect, test } from 'vitest'
import { firstIdAt, idTime } from './ids.ts'

const id = '01a22c97-299e-7000-b2fb-62f5cd2a9c8f'

test('an id tells its millisecond, and is not below the first id of it', () => {
  const ms = idTime(id)
  expect(new Date(ms).toISOString()).toBe('2026-11-30T13:13:53.822Z')
  expect([idTime(firstIdAt(ms)), idTime(firstIdAt(ms + 1))]).toEqual([ms, ms + 1])
  expect(firstIdAt(ms) <= id && id < firstIdAt(ms + 1)).toBe(true)
})
