// Each comparison must find what it exists to find.

import { describe, expect, test } from 'vitest'
import {
  compareModeration,
  comparePins,
  comparePurges,
  compareRooms,
  findPurgedReports,
} from './compare-moderation.ts'
import { compareRestrictions, heldBy, inForce } from './compare-restrictions.ts'
import type { ArchivedModeration, ToldModeration } from './moderation.ts'
import type { Message, Room } from './protocol.ts'

const [ada, eve] = [
  { id: 'ada', username: 'Ada' },
  { id: 'eve', username: 'Eve' },
] as const
const message: Message = {
  ...{ id: 'a1', user_id: 'ada', username: 'Ada', content: 'hello', created_at: 'then' },
  ...{ updated_at: null, is_deleted: false, revision: 1 },
}
const room: Room = {
  ...{ staff: [{ user_id: 'eve', username: 'Eve', role: 'owner' }], slow_mode_ms: 0 },
  ...{ posting: 'everyone', links: 'everyone', announcement: null, pins: [message], revision: 4 },
}
const report = {
  ...{ id: 'r1', message_id: 'a1', reported_text: 'hello', reason: null, status: 'open' },
  revision: 2,
}
const entry = {
  ...{ id: 'e1', action: 'mute', message_id: null, reason: 'why', details: {} },
}
const told: ToldModeration = {
  room,
  restricted: [
    { user_id: 'ada', username: 'Ada', mute: { until: null, reason: 'why' }, ban: null },
    {
      ...{ user_id: 'bob', username: 'Bob', mute: null },
      ban: { until: new Date(9_000).toISOString(), reason: null },
    },
  ],
  words: ['spam'],
  reports: [{ ...report, message, author: ada, reporter: eve, closed_by: null }],
  audit: [{ ...entry, by: eve, target: ada, until: null }],
}
const archived: ArchivedModeration = {
  room,
  restrictions: [
    { user_id: 'ada', mute: { until: null, reason: 'why' }, ban: null },
    { user_id: 'bob', mute: { until: 100, reason: 'over' }, ban: { until: 9_000, reason: null } },
  ],
  words: ['spam'],
  purges: [],
  reports: [{ ...report, author_id: 'ada', reporter_id: 'eve', closed_by: null }],
  audit: [{ ...entry, by_id: 'eve', target_id: 'ada', until: null }],
}
const span = { from: 1_000, to: 2_000 }

describe('the room and Postgres', () => {
  test('that have the same give no difference', () => {
    expect(compareModeration(told, archived, { span })).toEqual([])
  })

  test.each<[string, Partial<ArchivedModeration>, string[]]>([
    ['no state', { room: null }, ['Postgres has no state of the room']],
    [
      'an old state',
      { room: { ...room, slow_mode_ms: 500 } },
      ['Postgres: slow_mode_ms is 500, not 0'],
    ],
    [
      'no restrictions',
      { restrictions: [] },
      [
        'Postgres: the mute of ada is null, not {"until":null,"reason":"why"}',
        'Postgres: the ban of bob is null, not {"until":9000,"reason":null}',
      ],
    ],
    ['other words', { words: [] }, ['Postgres has the words [], and the room ["spam"]']],
    ['no report', { reports: [] }, ['Postgres lacks the report r1: lost']],
    ['no audit log', { audit: [] }, ['Postgres lacks the audit entry e1: lost']],
  ])('are different with %s', (_name, change, wrong) => {
    expect(compareModeration(told, { ...archived, ...change }, { span })).toEqual(wrong)
  })

  test('are different with a report that has another status, and an entry that the room lacks', () => {
    const [row, line] = [archived.reports[0], archived.audit[0]] as const
    const reports = row ? [{ ...row, status: 'resolved' }] : []
    const audit = line ? [line, { ...line, id: 'e2' }] : []
    expect(compareModeration(told, { ...archived, reports, audit }, { span })).toEqual([
      expect.stringMatching(/^Postgres has the report .*resolved.*, and the room has .*open/),
      'the room does not tell of the audit entry e2, which Postgres has',
    ])
  })

  test('are not compared below the entry from which on the audit log was read', () => {
    const audit = archived.audit.map((line) => ({ ...line, id: 'e0' }))
    const both = { ...archived, audit: [...audit, ...archived.audit] }
    expect(compareModeration(told, both, { span, auditFrom: 'e1' })).toEqual([])
  })
})

test('a restriction that ends while it is compared may be there or not', () => {
  const until = (ms: number) =>
    heldBy([{ user_id: 'ada', mute: null, ban: { until: ms, reason: '' } }])
  const compare = (ms: number) => compareRestrictions('x', inForce(until(ms), span), new Map())
  expect([compare(1_000), compare(1_500), compare(2_000)]).toEqual([[], [], []])
  expect(compare(2_001)).toEqual(['x: the ban of ada is null, not {"until":2001,"reason":""}'])
})

test('a room that was never changed need not be in Postgres', () => {
  expect(compareRooms('Postgres', { ...room, revision: 0 }, null)).toEqual([])
})

describe('purges', () => {
  const purge = { user_id: 'ada', from_id: 'a1', to_id: 'a3', revision: 5 }
  const done = { ...purge, is_done: true }

  test('must be the same, and finished', () => {
    expect(comparePurges([purge], [done])).toEqual([])
    expect(comparePurges([purge], [{ ...done, is_done: false }])).toHaveLength(1)
    expect(comparePurges([purge], [{ ...done, to_id: 'a4' }])).toHaveLength(1)
    expect(comparePurges([purge], [])).toHaveLength(1)
    expect(comparePurges([], [done])).toEqual([
      expect.stringMatching(/^no client was told of the purge/),
    ])
  })

  test('take the texts of reports along', () => {
    const kept = { ...report, author_id: 'ada' }
    expect(findPurgedReports([kept], [purge])).toEqual([
      'the report r1 holds the text of the purged a1',
    ])
    expect(findPurgedReports([{ ...kept, reported_text: null }], [purge])).toEqual([])
    expect(findPurgedReports([{ ...kept, author_id: 'bob' }], [purge])).toEqual([])
  })
})

test('a pin is a message of the history as it is now', () => {
  expect(comparePins('x', [message], [message])).toEqual([])
  expect(comparePins('x', [message], [{ ...message, revision: 2, content: 'new' }])).toEqual([
    'x pins revision 1 of a1, not 2',
  ])
  expect(comparePins('x', [message], [])).toEqual(['x pins a1, which does not exist'])
})
