import { expect, test } from 'vitest'
import { KnownPurges } from './known-purges.ts'

const purge = { user_id: 'ada', from_id: 'a2', to_id: 'a4', revision: 7 }
const ids = ['a1', 'a2', 'a3', 'a4', 'a5']

test('a purge covers the messages of its author from one id to another', () => {
  const purges = new KnownPurges()
  expect(purges.tell(purge, 5)).toBe(true)
  expect(purges.tell(purge, 9)).toBe(false)
  expect(purges.all).toEqual([purge])
  const never = Number.POSITIVE_INFINITY
  expect(ids.map((id) => purges.toldAt({ id, user_id: 'ada' }))).toEqual([never, 5, 5, 5, never])
  expect(purges.toldAt({ id: 'a3', user_id: 'eve' })).toBe(never)
})

test('a purge that was asked for may cover all that is sent until it is answered', () => {
  const purges = new KnownPurges()
  const covered = () => ids.filter((id) => purges.mayCover({ id, user_id: 'ada' }))
  const end = purges.ask({ user_id: 'ada', from_id: 'a3' })
  expect(covered()).toEqual(['a3', 'a4', 'a5'])
  end('a4')
  expect(covered()).toEqual(['a3', 'a4'])
  purges.tell({ ...purge, to_id: 'a2' }, 1)
  expect(covered()).toEqual(['a2', 'a3', 'a4'])
  purges.clear()
  expect([covered(), purges.all]).toEqual([[], []])
})
