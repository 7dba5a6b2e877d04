import { describe, expect, test } from 'vitest'
import type { Role, StaffMember } from '../../src/contract/moderation.ts'
import {
  type Actor,
  isStaff,
  mayAppoint,
  outranks,
  rankOf,
  roleOf,
} from '../../src/domain/roles.ts'

const staff: StaffMember[] = [
  { user_id: 'olga', username: 'Olga', role: 'owner' },
  { user_id: 'otto', username: 'Otto', role: 'owner' },
  { user_id: 'mia', username: 'Mia', role: 'moderator' },
  { user_id: 'max', username: 'Max', role: 'moderator' },
]
const people = ['olga', 'otto', 'mia', 'max', 'ada', 'bob']
const roles: Role[] = ['owner', 'moderator', 'member']

const operator: Actor = { kind: 'operator' }
const member = (id: string): Actor => ({ kind: 'member', id })

test('everyone who is not of the staff is a member', () => {
  expect(['olga', 'mia', 'ada'].map((id) => roleOf(staff, id))).toEqual(roles)
  expect(roleOf([], 'olga')).toBe('member')
  expect(rankOf(staff, member('mia'))).toBe('moderator')
  expect(rankOf(staff, operator)).toBe('operator')
})

test('the staff are owners, moderators and the operator', () => {
  const actors = [operator, member('olga'), member('mia'), member('ada')]
  expect(actors.map((actor) => isStaff(staff, actor))).toEqual([true, true, true, false])
})

describe('one outranks', () => {
  test.each<[string, Actor, string[]]>([
    ['the operator', operator, people],
    ['an owner', member('olga'), ['mia', 'max', 'ada', 'bob']],
    ['a moderator', member('mia'), ['ada', 'bob']],
    ['a member', member('ada'), []],
  ])('those of a lower rank: %s', (_name, actor, lower) => {
    expect(people.filter((id) => outranks(staff, actor, id))).toEqual(lower)
  })
})

describe('roles are given', () => {
  const given = (actor: Actor) =>
    people.flatMap((id) =>
      roles.filter((role) => mayAppoint(staff, actor, id, role)).map((role) => `${id}: ${role}`),
    )

  test('by the operator, any to anyone', () => {
    expect(given(operator)).toHaveLength(people.length * roles.length)
  })

  test('by owners, who make moderators of members and the other way round', () => {
    expect(given(member('olga'))).toEqual(
      ['mia', 'max', 'ada', 'bob'].flatMap((id) => [`${id}: moderator`, `${id}: member`]),
    )
  })

  test('by nobody else', () => {
    expect([...given(member('mia')), ...given(member('ada'))]).toEqual([])
  })
})
