import { describe, expect, test } from 'vitest'
import type { SentMessage } from '../../src/client/state.ts'
import { badgeCount, isWorthTelling } from '../../src/web/notifications/worth-telling.ts'
import { ada, sent } from './messages.ts'

const tells = (message: SentMessage, notify: 'off' | 'mentions' | 'all') =>
  isWorthTelling(message, { userId: ada.id, notify })

describe('the user is told', () => {
  const plain = sent(1)
  const mention = { ...sent(2), mentions: [ada.id] }
  const referenced = {
    ...{ id: 'm1', user_id: ada.id, username: ada.username, excerpt: 'Hi' },
    is_deleted: false,
  } as const
  const reply = { ...sent(3), reply_to: 'm1', referenced }

  test('of mentions and replies, or of all messages of others', () => {
    expect([plain, mention, reply].map((message) => tells(message, 'mentions'))).toEqual([
      ...[false, true, true],
    ])
    expect([plain, mention, reply].map((message) => tells(message, 'all'))).toEqual([
      ...[true, true, true],
    ])
    expect([plain, mention, reply].map((message) => tells(message, 'off'))).toEqual([
      ...[false, false, false],
    ])
  })

  test('never of own messages', () => {
    expect(tells({ ...reply, user_id: ada.id }, 'mentions')).toBe(false)
    expect(tells({ ...plain, user_id: ada.id }, 'all')).toBe(false)
  })
})

test('the number on the icon counts mentions, or all new messages for those who want to be told of all', () => {
  const news = { unread: 5, mentions: 2 }
  expect(badgeCount(news, 'off')).toBe(2)
  expect(badgeCount(news, 'mentions')).toBe(2)
  expect(badgeCount(news, 'all')).toBe(5)
})
