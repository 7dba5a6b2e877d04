// The checks of moderation must find what the audit log lacks, and every text in it.

import { describe, expect, test } from 'vitest'
import type { ArchivedAuditEntry, ArchivedModeration } from '../kit/moderation.ts'
import { compareReplayed, findTexts } from './moderation-checks.ts'

let made = 0
const entry = (change: Partial<ArchivedAuditEntry>): ArchivedAuditEntry => ({
  ...{ id: String(++made), action: 'change_room', by_id: null, target_id: null, message_id: null },
  ...{ reason: null, until: null, details: {} },
  ...change,
})
const audit = [
  entry({ action: 'set_role', target_id: 'ada', details: { role: 'owner' } }),
  entry({ details: { slow_mode_ms: 500, announcement: true } }),
  entry({ action: 'change_words', details: { terms: 1 } }),
  entry({ action: 'ban', target_id: 'eve', reason: 'r' }),
]
const room = {
  staff: [{ user_id: 'ada', username: 'Ada', role: 'owner' as const }],
  ...{ slow_mode_ms: 500, posting: 'everyone', links: 'everyone', announcement: 'a' },
  ...{ pins: [], revision: 3 },
}
const archived: ArchivedModeration = {
  ...{ audit, room, words: ['ab'], purges: [], reports: [] },
  restrictions: [{ user_id: 'eve', mute: null, ban: { until: null, reason: 'r' } }],
}
const options = { span: { from: 1, to: 2 } }

test('a state that the audit log explains gives no difference', () => {
  expect(compareReplayed(archived, options)).toEqual([])
  const untouched = { ...archived, audit: [], room: null, words: [], restrictions: [] }
  expect(compareReplayed(untouched, options)).toEqual([])
  const withoutEve = { ...archived, restrictions: [] }
  expect(compareReplayed(withoutEve, { ...options, erased: ['eve'] })).toEqual([])
})

describe('is found:', () => {
  test.each<[string, Partial<ArchivedModeration>, RegExp]>([
    ['a rule that nobody set', { room: { ...room, links: 'moderators' } }, /^rules/],
    ['a role that nobody gave', { room: { ...room, staff: [] } }, /^roles/],
    ['an announcement of nobody', { room: { ...room, announcement: null } }, /^announcement/],
    ['words of nobody', { words: [] }, /^number of words/],
    ['a ban of nobody', { audit: audit.slice(0, 3) }, /the ban of eve/],
    [
      'a pin of nobody',
      { room: { ...room, pins: [{ id: 'm1' }] as never } },
      /^m1 is pinned, and the audit log does not have it/,
    ],
  ])('%s', (_name, change, sentence) => {
    expect(compareReplayed({ ...archived, ...change }, options)).toContainEqual(
      expect.stringMatching(sentence),
    )
  })

  test('a text in the audit log, where only reasons may be', () => {
    expect(findTexts([{ reason: 'h0st1le', details: { announcement: true } }])).toEqual([])
    expect(findTexts([{ reason: null, details: { announcement: 'h0st1le' } }])).toHaveLength(1)
  })
})
