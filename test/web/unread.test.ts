import { describe, expect, test } from 'vitest'
import { UnreadTracker } from '../../src/web/conversation/unread.ts'
import { ada, idOf, pending, sent } from './messages.ts'

const trackerFrom = (readId: string | null) => new UnreadTracker({ userId: ada.id, readId })

describe('unread messages', () => {
  test('are none on the first visit', () => {
    const tracker = trackerFrom(null)
    tracker.update([sent(1), sent(2)], 'away')
    expect([tracker.count, tracker.dividerKey, tracker.readId]).toEqual([0, null, idOf(2)])
  })

  test('begin after the last message that was read on the last visit', () => {
    const tracker = trackerFrom(idOf(1))
    tracker.update([sent(1), sent(2), sent(3)], 'away')
    expect([tracker.count, tracker.dividerKey, tracker.readId]).toEqual([2, idOf(2), idOf(1)])
  })

  test('are only those of other users', () => {
    const tracker = trackerFrom(idOf(1))
    const messages = [sent(1), sent(2, { by: ada }), sent(3), sent(4, { by: ada }), pending('a')]
    tracker.update(messages, 'away')
    expect([tracker.count, tracker.dividerKey]).toEqual([1, idOf(3)])
  })

  test('do not include deleted ones', () => {
    const tracker = trackerFrom(idOf(1))
    tracker.update([sent(1), sent(2), sent(3)], 'away')
    tracker.update([sent(1), sent(3)], 'away')
    expect([tracker.count, tracker.dividerKey]).toEqual([1, idOf(3)])
  })

  test('are none while the user reads the newest message', () => {
    const tracker = trackerFrom(null)
    tracker.update([sent(1)], 'reading')
    tracker.update([sent(1), sent(2)], 'reading')
    expect([tracker.count, tracker.dividerKey, tracker.readId]).toEqual([0, null, idOf(2)])
  })
})

describe('the divider', () => {
  test('stays while the messages are read', () => {
    const tracker = trackerFrom(idOf(1))
    tracker.update([sent(1), sent(2)], 'away')
    tracker.update([sent(1), sent(2), sent(3)], 'reading')
    expect([tracker.count, tracker.dividerKey]).toEqual([0, idOf(2)])
  })

  test('moves when the user returns to new messages', () => {
    const tracker = trackerFrom(idOf(1))
    tracker.update([sent(1), sent(2)], 'away')
    tracker.update([sent(1), sent(2)], 'reading')
    tracker.update([sent(1), sent(2)], 'away')
    expect(tracker.dividerKey).toBe(idOf(2))
    tracker.update([sent(1), sent(2), sent(3)], 'away')
    expect(tracker.dividerKey).toBe(idOf(3))
  })

  test('disappears when the user sends a message', () => {
    const tracker = trackerFrom(idOf(1))
    tracker.update([sent(1), sent(2)], 'away')
    tracker.update([sent(1), sent(2)], 'reading')
    tracker.clearDivider()
    tracker.update([sent(1), sent(2), sent(3, { by: ada })], 'reading')
    expect(tracker.dividerKey).toBeNull()
  })
})

test('a read message stays read when the newest message is deleted', () => {
  const tracker = trackerFrom(null)
  tracker.update([sent(1), sent(2)], 'reading')
  tracker.update([sent(1)], 'reading')
  expect(tracker.readId).toBe(idOf(2))
})
