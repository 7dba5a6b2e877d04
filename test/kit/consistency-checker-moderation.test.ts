// Purges and states of the room: the checker must find what comes back, and what differs.

import { describe, expect, test } from 'vitest'
import { ConsistencyChecker, newest } from './consistency-checker.ts'
import type { Frame, Message, Purge, Room } from './protocol.ts'

const message = (id: string): Message => ({
  ...{ id, user_id: 'ada', username: 'Ada', content: `c-${id}: hello`, created_at: 'then' },
  ...{ updated_at: null, is_deleted: false, revision: 1 },
})
const range = { user_id: 'ada', from_id: 'a2', to_id: 'a3', revision: 9 }
const purged = (change: Partial<Purge> = {}): Frame => ({
  ...{ event: 'messages_purged', data: { ...range, ...change }, seq: 4 },
})

/** Eve has received a1 to a3 before. */
function violations(work: (checker: ConsistencyChecker) => void): string[] {
  const checker = new ConsistencyChecker()
  for (const [index, id] of ['a1', 'a2', 'a3'].entries())
    checker.observeFrame('eve', 'e', { event: 'new_message', data: message(id), seq: index + 1 })
  work(checker)
  return checker.violations
}

function read(checker: ConsistencyChecker, ids: string[], asked = checker.snapshot()): void {
  const session = { epoch: 'e', seq: 9 }
  const page = { messages: ids.map(message), next_cursor: null, session }
  checker.checkPage('bob', page, { asked, below: newest })
}

describe('a purge', () => {
  test('that a client was told of must hold in every later page', () => {
    const wrong = violations((checker) => {
      checker.observeFrame('eve', 'e', purged())
      read(checker, ['a1'])
      read(checker, ['a2', 'a1'])
    })
    expect(wrong).toEqual(['bob: the purged a2 is in a page'])
  })

  test('also holds for messages that nobody had received', () => {
    const wrong = violations((checker) => {
      checker.observeFrame('eve', 'e', purged({ to_id: 'a9' }))
      read(checker, ['a8', 'a1'])
    })
    expect(wrong).toEqual(['bob: the purged a8 is in a page'])
  })

  test('does not count for a page that was requested before', () => {
    const wrong = violations((checker) => {
      const asked = checker.snapshot()
      checker.observeFrame('eve', 'e', purged())
      read(checker, ['a3', 'a2', 'a1'], asked)
      read(checker, ['a1'])
    })
    expect(wrong).toEqual([])
  })

  test('that was asked for explains that messages are missing, and only those', () => {
    const wrong = violations((checker) => {
      checker.purges.ask({ user_id: 'ada', from_id: 'a2' })
      read(checker, ['a1'])
      read(checker, ['a3', 'a2'])
    })
    expect(wrong).toEqual([expect.stringMatching(/a1 is lost/)])
  })

  test('is the same for everybody', () => {
    const wrong = violations((checker) => {
      checker.observeFrame('eve', 'e', purged())
      checker.observeFrame('bob', 'e', purged({ to_id: 'a9' }))
    })
    expect(wrong).toEqual([expect.stringMatching(/^bob: seq 4 is .* a2 a3 and .* a2 a9$/)])
  })

  test('of a log that was lost does not count', () => {
    const wrong = violations((checker) => {
      checker.observeFrame('eve', 'e', purged())
      checker.beginEpoch([])
      const session = { epoch: 'f', seq: 0 }
      const page = { messages: [message('a2')], next_cursor: null, session }
      checker.checkPage('bob', page, { asked: checker.snapshot(), below: newest })
    })
    expect(wrong).toEqual([])
  })
})

describe('the state of the room', () => {
  const room = (revision: number, slow_mode_ms = 0): Room => ({
    ...{ staff: [], slow_mode_ms, posting: 'everyone', links: 'everyone', announcement: null },
    ...{ pins: [], revision },
  })
  const told = (data: Room, seq?: number): Frame => ({ event: 'room_changed', data, seq })

  test('is one for each revision, with a welcome and as an event', () => {
    const wrong = violations((checker) => {
      checker.observeFrame('eve', 'e', told(room(1), 4))
      checker.observeFrame('bob', 'e', told(room(1)))
      checker.observeFrame('ada', 'e', told(room(1, 500)))
    })
    expect(wrong).toEqual([expect.stringMatching(/^ada: the room has two states at revision 1/)])
  })

  test('never goes back', () => {
    const wrong = violations((checker) => {
      const early = checker.snapshot()
      checker.observeFrame('eve', 'e', told(room(2), 4))
      checker.checkRoom('bob', room(1), early)
      checker.checkRoom('bob', room(2), checker.snapshot())
      checker.checkRoom('bob', room(1), checker.snapshot())
    })
    expect(wrong).toEqual(['bob: the room has revision 1, and had 2'])
  })
})

test('a connection that is refused for a ban is of no log', () => {
  const ban = { until: null, reason: null }
  const data = { user_id: 'ada', username: 'Ada', mute: null, ban }
  const wrong = violations((checker) => {
    checker.observeFrame('ada', '', { event: 'restricted', data })
  })
  expect(wrong).toEqual([])
})
