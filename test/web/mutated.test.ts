import { describe, expect, test } from 'vitest'
import type { Mutation } from '../../src/client/events.ts'
import { mutated } from '../../src/web/mutated.ts'
import { ada, bob, sent } from './messages.ts'
import { deletion, edit, erasure, purge } from './mutations.ts'

const copy = sent(3)
const changed = (mutation: Mutation) => mutated(copy, mutation)

describe('a copy of a message', () => {
  test('has the text of a newer edit', () => {
    expect(changed(edit(3, 'better'))).toEqual({ ...copy, content: 'better', revision: 2 })
    expect(changed(edit(3, 'older', 1))).toBe(copy)
  })

  test('goes with its message', () => {
    expect(changed(deletion(3))).toBeNull()
    expect(changed(purge(bob, 3, 3))).toBeNull()
    expect(changed(erasure(bob, 'delete'))).toBeNull()
  })

  test('loses the name of an account that is erased', () => {
    expect(changed(erasure(bob, 'keep'))).toEqual({ ...copy, username: '(deleted account)' })
  })

  test.each([
    edit(4, 'other'),
    deletion(4),
    purge(ada, 1, 9),
    purge(bob, 4, 9),
    purge(bob, 1, 2),
    erasure(ada, 'delete'),
  ])('stays the same object at what concerns others: %o', (mutation) => {
    expect(changed(mutation)).toBe(copy)
  })
})
