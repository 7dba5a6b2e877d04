import { describe, expect, test } from 'vitest'
import type { AuditEntry } from '../../src/client/contract.ts'
import { auditSentence } from '../../src/web/moderation/audit-sentence.ts'
import { actionsOf } from '../../src/web/moderation/report-actions.ts'
import { restrictionSentence } from '../../src/web/moderation/restriction-sentence.ts'
import type { SentencePart } from '../../src/web/moderation/sentence-parts.ts'
import { formatTime } from '../../src/web/text/times.ts'
import { bob } from './messages.ts'
import { at, entryOf } from './moderation-samples.ts'

const textOf = (parts: readonly SentencePart[]) =>
  parts
    .map((part) => (typeof part === 'string' ? part : 'name' in part ? part.name : part.reason))
    .join('')

const sentence = (values: Partial<AuditEntry>) => textOf(auditSentence(entryOf(values)))
const clock = (iso: string) => formatTime(Date.parse(iso))
const end = at(14, 5)

describe('an entry of the audit log', () => {
  test.each<[Partial<AuditEntry>, string]>([
    [{ action: 'mute', until: end, reason: 'Ads' }, `Ada muted Bob until ${clock(end)}: Ads`],
    [{ action: 'mute', until: null }, 'Ada muted Bob for good'],
    [{ action: 'ban', until: null, reason: 'Insults' }, 'Ada banned Bob for good: Insults'],
    [
      { action: 'ban', until: at(9, 0, 24) },
      `Ada banned Bob until 24 November 2026, ${clock(at(9, 0))}`,
    ],
    [{ action: 'unmute' }, 'Ada ended the mute of Bob'],
    [{ action: 'unban' }, 'Ada ended the ban of Bob'],
    [{ action: 'set_role', details: { role: 'moderator' } }, 'Ada made Bob a moderator'],
    [
      { action: 'set_role', details: { role: 'owner' }, by: null },
      'The operator made Bob an owner',
    ],
    [
      { action: 'purge', details: { since: at(12, 0), messages: 3 }, reason: 'Flood' },
      `Ada deleted all messages of Bob since ${clock(at(12, 0))}: Flood`,
    ],
    [
      { action: 'purge', details: { since: '1970-01-01T00:00:00.000Z', messages: 3 } },
      'Ada deleted all messages of Bob',
    ],
    [{ action: 'delete_message' }, 'Ada deleted a message of Bob'],
    [
      { action: 'close_report', details: { status: 'resolved' } },
      'Ada resolved a report of a message of Bob',
    ],
    [
      { action: 'close_report', details: { status: 'open' } },
      'Ada reopened a report of a message of Bob',
    ],
  ])('about Bob: %j', (values, text) => {
    expect(sentence({ target: bob, ...values })).toBe(text)
  })

  test.each<[AuditEntry['action'], AuditEntry['details'], string]>([
    ['pin', {}, 'Ada pinned a message'],
    ['unpin', {}, 'Ada unpinned a message'],
    ['change_words', { terms: 1 }, 'Ada changed the word list, which has 1 term now'],
    ['change_words', { terms: 0 }, 'Ada changed the word list, which has 0 terms now'],
    ['change_room', { slow_mode_ms: 0 }, 'Ada turned slow mode off'],
    ['change_room', { posting: 'moderators' }, 'Ada let only moderators write'],
    ['change_room', { announcement: false }, 'Ada removed the announcement'],
    ['change_room', { reactions: '👍 🎉' }, 'Ada changed the reactions to 👍 🎉'],
    ['change_room', { reactions: '' }, 'Ada turned reactions off'],
    ['change_room', { colour: 'green' }, 'Ada changed the room'],
    ['change_room', {}, 'Ada changed the room'],
    [
      'change_room',
      { slow_mode_ms: 120_000, links: 'established', announcement: true },
      'Ada set slow mode to 2 min, let everyone but new accounts send links and changed the announcement',
    ],
  ])('about the room: %s %j', (action, details, text) => {
    expect(sentence({ action, details })).toBe(text)
  })

  test('of a newer service is shown all the same', () => {
    const action = 'rename_room' as AuditEntry['action']
    expect(sentence({ action })).toBe('Ada did this: rename_room')
  })

  test('keeps names and reasons apart, because they have a direction of their own', () => {
    const parts = auditSentence(entryOf({ action: 'ban', target: bob, reason: 'إعلان' }))
    expect(parts).toContainEqual({ name: 'Bob' })
    expect(parts).toContainEqual({ reason: 'إعلان' })
  })
})

test('a restriction says until when, and why', () => {
  const now = Date.parse(at(13, 5))
  const muted = restrictionSentence('mute', { until: end, reason: 'Ads' }, now)
  expect(textOf(muted)).toBe(`Muted until ${clock(end)}: Ads`)
  const banned = restrictionSentence('ban', { until: null, reason: null }, now)
  expect(textOf(banned)).toBe('Banned for good')
})

describe('the actions on a report', () => {
  test('close an open one, and reopen a closed one', () => {
    expect(actionsOf('open', true)).toEqual(['resolve', 'dismiss', 'delete'])
    expect(actionsOf('dismissed', true)).toEqual(['reopen', 'delete'])
  })

  test('do not delete a message that is deleted', () => {
    expect(actionsOf('open', false)).toEqual(['resolve', 'dismiss'])
  })
})
