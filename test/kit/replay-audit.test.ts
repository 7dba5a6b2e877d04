import { expect, test } from 'vitest'
import type { ArchivedAuditEntry } from './moderation.ts'
import { replayAudit } from './replay-audit.ts'

const entry = (action: string, fields: Partial<ArchivedAuditEntry> = {}): ArchivedAuditEntry => ({
  ...{ id: 'e', action, by_id: 'eve', target_id: null, message_id: null, reason: null },
  ...{ until: null, details: {}, ...fields },
})
const on = (target_id: string, fields: Partial<ArchivedAuditEntry> = {}) => ({
  ...{ target_id, ...fields },
})

test('restrictions are the latest of each kind and person', () => {
  const { restrictions } = replayAudit([
    entry('mute', on('ada', { until: 5, reason: 'one' })),
    entry('mute', on('ada', { until: 9, reason: 'two' })),
    entry('ban', on('ada')),
    entry('ban', on('bob')),
    entry('unban', on('ada')),
  ])
  expect([...restrictions]).toEqual([
    ['mute of ada', { until: 9, reason: 'two' }],
    ['ban of bob', { until: null, reason: null }],
  ])
})

test('roles, settings, words and pins are as they were set last', () => {
  const replayed = replayAudit([
    entry('set_role', on('ada', { details: { role: 'owner' } })),
    entry('set_role', on('bob', { details: { role: 'moderator' } })),
    entry('set_role', on('bob', { details: { role: 'member' } })),
    entry('change_room', { details: { slow_mode_ms: 500, announcement: true } }),
    entry('change_room', { details: { slow_mode_ms: 0, links: 'moderators' } }),
    entry('change_words', { details: { terms: 3 } }),
    ...['a1', 'a2', 'a3'].map((message_id) => entry('pin', { message_id })),
    entry('unpin', { message_id: 'a2' }),
    entry('close_report', { message_id: 'a1', details: { status: 'resolved' } }),
  ])
  expect(replayed).toMatchObject({
    settings: { slow_mode_ms: 0, links: 'moderators' },
    ...{ hasAnnouncement: true, terms: 3, pinned: ['a3', 'a1'] },
  })
  expect([...replayed.roles]).toEqual([['ada', 'owner']])
  const cleared = replayAudit([
    entry('change_room', { details: { announcement: true } }),
    entry('change_room', { details: { announcement: false } }),
  ])
  expect(cleared.hasAnnouncement).toBe(false)
})
