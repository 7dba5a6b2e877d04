import { describe, expect, test } from 'vitest'
import type { Role } from '../../src/client/contract.ts'
import {
  mayModerate,
  messageRights,
  outranks,
  rolesOf,
  roleToGive,
  type Viewer,
} from '../../src/web/permissions.ts'
import { ada, bob } from './messages.ts'

const roles: Role[] = ['owner', 'moderator', 'member']
const viewer = (role: Role, canWrite = true, isBanned = false): Viewer => ({
  ...{ userId: ada.id, role, canWrite, canReact: !isBanned, isBanned },
})
/** In a room without reactions. */
const plain = { pinned: false, isReacted: false, offered: [] } as const
const foreign = (authorRole: Role, pinned = false) => ({ ...plain, own: false, authorRole, pinned })

test('one outranks only people of a strictly lower rank', () => {
  const pairs = roles.flatMap((one) =>
    roles.filter((other) => outranks(one, other)).map((other) => `${one} > ${other}`),
  )
  expect(pairs).toEqual(['owner > moderator', 'owner > member', 'moderator > member'])
})

test('roles are known by user id', () => {
  const staff = [{ user_id: bob.id, username: 'Bob', role: 'moderator' }] as const
  expect([...rolesOf([...staff])]).toEqual([[bob.id, 'moderator']])
})

test('a banned person can only copy a text and a link', () => {
  for (const own of [true, false])
    expect(
      messageRights(viewer('owner', false, true), { ...plain, own, authorRole: 'member' }),
    ).toEqual({ buttons: [], menu: ['text', 'link'] })
})

describe('on a message of another person', () => {
  test('a member can reply, copy a text and a link, and report it', () => {
    for (const role of roles)
      expect(messageRights(viewer('member'), foreign(role))).toEqual({
        buttons: ['reply'],
        menu: ['text', 'link', 'report'],
      })
  })

  test('staff can pin it, and act on people of a lower rank', () => {
    expect(messageRights(viewer('moderator'), foreign('member')).menu).toEqual([
      'text',
      'link',
      'pin',
      'remove',
      'moderate',
    ])
    expect(messageRights(viewer('owner'), foreign('moderator')).menu).toContain('moderate')
  })

  test('staff can report people of their own rank or above', () => {
    expect(messageRights(viewer('moderator'), foreign('moderator')).menu).toEqual([
      'text',
      'link',
      'pin',
      'report',
    ])
    expect(messageRights(viewer('moderator'), foreign('owner')).menu).toEqual([
      'text',
      'link',
      'pin',
      'report',
    ])
    expect(messageRights(viewer('owner'), foreign('owner')).menu).toEqual([
      'text',
      'link',
      'pin',
      'report',
    ])
  })

  test('a pinned one can be unpinned', () => {
    expect(messageRights(viewer('moderator'), foreign('owner', true)).menu).toContain('unpin')
  })
})

test('a user who cannot write cannot reply', () => {
  expect(messageRights(viewer('member', false), foreign('member')).buttons).toEqual([])
})

describe('on an own message', () => {
  const own = { ...plain, own: true, authorRole: 'member' } as const

  test('everyone has the buttons to reply, edit and delete', () => {
    expect(messageRights(viewer('member'), own)).toEqual({
      buttons: ['reply', 'edit', 'remove'],
      menu: ['text', 'link'],
    })
  })

  test('a user who cannot write can still delete', () => {
    expect(messageRights(viewer('member', false), own).buttons).toEqual(['remove'])
  })

  test('staff can pin it', () => {
    expect(messageRights(viewer('owner'), { ...own, authorRole: 'owner' }).menu).toEqual([
      'text',
      'link',
      'pin',
    ])
  })
})

describe('reactions', () => {
  const offered = ['👍']
  const message = { ...foreign('member'), offered }

  test('can be added if the room offers any, also where only moderators may write', () => {
    expect(messageRights(viewer('member'), message).buttons).toEqual(['pick', 'reply'])
    expect(messageRights(viewer('member', false), message).buttons).toEqual(['pick'])
    expect(messageRights(viewer('member'), { ...message, own: true }).buttons).toEqual([
      ...['pick', 'reply', 'edit', 'remove'],
    ])
  })

  test('cannot be added by a muted or banned person', () => {
    const muted = { ...viewer('member', false), canReact: false }
    expect(messageRights(muted, message).buttons).toEqual([])
    expect(messageRights(viewer('member', false, true), message).buttons).toEqual([])
  })

  test('show everyone who reacted', () => {
    const reacted = { ...message, isReacted: true }
    for (const isBanned of [true, false])
      expect(messageRights(viewer('member', false, isBanned), reacted).menu).toContain('who')
    expect(messageRights(viewer('member'), message).menu).not.toContain('who')
  })
})

describe('a person', () => {
  test('of a lower rank can be moderated, and never oneself', () => {
    expect(mayModerate(viewer('moderator'), { id: bob.id, role: 'member' })).toBe(true)
    expect(mayModerate(viewer('moderator'), { id: bob.id, role: 'moderator' })).toBe(false)
    expect(mayModerate(viewer('member'), { id: bob.id, role: 'member' })).toBe(false)
    expect(mayModerate(viewer('owner'), { id: ada.id, role: 'member' })).toBe(false)
  })

  test('gets the role of a moderator, and loses it, only from an owner', () => {
    expect(roleToGive(viewer('owner'), { id: bob.id, role: 'member' })).toBe('moderator')
    expect(roleToGive(viewer('owner'), { id: bob.id, role: 'moderator' })).toBe('member')
    expect(roleToGive(viewer('owner'), { id: bob.id, role: 'owner' })).toBeNull()
    expect(roleToGive(viewer('moderator'), { id: bob.id, role: 'member' })).toBeNull()
  })
})
