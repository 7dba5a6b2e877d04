// The checks of frames must find every frame that a connection must not receive.

import { describe, expect, test } from 'vitest'
import { checkText, type FrameRules, welcomedId } from './frame-checks.ts'
import { LeakDetector } from './leak-detector.ts'

const rules: FrameRules = {
  contract: {
    roomFrames: new Map(
      ['room_changed', 'restricted', 'report_filed', 'audit_added', 'error'].map((event) => [
        event,
        () => null,
      ]),
    ),
  },
  names: new Map([
    ['ada', 'Ada'],
    ['bob', 'Bob'],
  ]),
  appointed: new Set(['bob']),
  leaks: new LeakDetector(),
}
const room = (change: object = {}) => ({
  event: 'room_changed',
  data: { staff: [], pins: [], ...change },
})
const restricted = (user_id: string, username: string) => ({
  event: 'restricted',
  data: { user_id, username, mute: { until: null, reason: 'Rk4~reason 1' }, ban: null },
})

function wrongOf(frame: object, { isStaff = false } = {}): string[] {
  const viewer = { id: 'ada', isStaff }
  return checkText(JSON.stringify([frame]), { batching: true, viewer }, rules).wrong
}

test('a member may see the room and the own restriction, and a moderator everything', () => {
  const bob = { user_id: 'bob', username: 'Bob', role: 'moderator' }
  expect(wrongOf(room({ staff: [bob], pins: [bob] }))).toEqual([])
  expect(wrongOf(restricted('ada', 'Ada'))).toEqual([])
  const report = { event: 'report_filed', data: { reason: 'Vw8~report 1' } }
  for (const frame of [restricted('bob', 'Bob'), report, { event: 'audit_added', data: {} }])
    expect(wrongOf(frame, { isStaff: true })).toEqual([])
})

describe('is wrong for a member:', () => {
  test.each<[string, object, string]>([
    [
      'the restriction of another',
      restricted('bob', 'Bob'),
      'a member receives the restriction of another',
    ],
    ['a report', { event: 'report_filed', data: {} }, 'a member receives report_filed'],
    [
      'an entry of the audit log',
      { event: 'audit_added', data: {} },
      'a member receives audit_added',
    ],
    [
      'a term of the word list',
      { event: 'error', data: { code: 'content_refused', message: 'zq7trm' } },
      'it leaks a term of the word list',
    ],
    [
      'the reason of a report',
      { event: 'error', data: { message: 'Vw8~report 1' } },
      'it leaks the reason of a report',
    ],
    [
      'somebody with a role whom nobody appointed',
      room({ staff: [{ user_id: 'ada', username: 'Ada', role: 'owner' }] }),
      'Ada became owner, and nobody may do that',
    ],
    [
      'a pin in the name of another',
      room({ pins: [{ user_id: 'ada', username: 'Bob' }] }),
      'room_changed signs Ada as Bob',
    ],
    ['a restriction under another name', restricted('ada', 'Bob'), 'restricted signs Ada as Bob'],
  ])('%s', (_name, frame, rule) => {
    expect(wrongOf(frame)).toEqual([rule])
  })
})

test('the owner of a connection is read from its welcome', () => {
  expect(welcomedId('[{"event":"welcome","data":{"user_id":"ada","username":"Ada"}}]')).toBe('ada')
  expect(welcomedId('{"event":"pong","data":{}}')).toBeNull()
})
