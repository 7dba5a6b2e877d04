// Compares what the room and Postgres have with what moderators have asked for. Each difference is one
// sentence.

import { isDeepStrictEqual } from 'node:util'
import {
  archivedRestrictions,
  compareRestrictions,
  heldBy,
  heldKey,
  inForce,
  restrictionKinds,
} from '../../kit/compare-restrictions.ts'
import type {
  ArchivedAuditEntry,
  ArchivedModeration,
  ArchivedRestriction,
  ToldModeration,
} from '../../kit/moderation.ts'
import { replayAudit } from '../../kit/replay-audit.ts'
import type { Span } from '../../kit/restriction-times.ts'
import type { AnsweredCall, ModerationRecord } from './record.ts'
import type { Team } from './team.ts'

const different = (what: string, found: unknown, expected: unknown): string[] =>
  isDeepStrictEqual(found, expected)
    ? []
    : [`${what}: ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`]

const inOrder = (roles: Iterable<readonly [string, string]>) =>
  [...roles].sort(([one], [other]) => (one < other ? -1 : 1))

/** @param isGone whether a message was deleted or purged */
export function compareWithRecord(
  { room, words, restricted, reports }: ToldModeration,
  { record, members, outsiders }: Team,
  { span, isGone }: { span: Span; isGone: (messageId: string) => boolean },
): string[] {
  const { slow_mode_ms, links, announcement } = room
  const staff = room.staff.map(({ user_id, role }) => [user_id, role] as const)
  const asked = new Map<string, ArchivedRestriction>()
  for (const { id } of [...members, ...outsiders])
    for (const kind of restrictionKinds) {
      const wanted = record.restrictions.latest(kind, id, span.from)
      const until = wanted?.until === Number.POSITIVE_INFINITY ? null : (wanted?.until ?? null)
      if (wanted) asked.set(heldKey(kind, id), { until, reason: wanted.reason })
    }
  const told = heldBy(restricted.map(archivedRestrictions))
  return [
    ...different('the settings are', { slow_mode_ms, links, announcement }, record.settings),
    ...different('the staff is', inOrder(staff), inOrder(record.roles)),
    ...different('the words are', words, record.words),
    ...different(
      'the pins are',
      room.pins.map(({ id }) => id),
      record.pins.filter((id) => !isGone(id)),
    ),
    ...compareRestrictions('the room', inForce(asked, span), inForce(told, span)),
    ...reports
      .filter(({ id, status }) => (record.statuses.get(id) ?? 'open') !== status)
      .map(({ id, status }) => `the report ${id} is ${status}, not ${record.statuses.get(id)}`),
  ]
}

/** Every report that was answered is there, once. */
export function compareReports(
  { reports }: ArchivedModeration,
  record: ModerationRecord,
): string[] {
  return record.filed.flatMap(({ messageId, reporterId }) => {
    const found = reports.filter(
      ({ message_id, reporter_id }) => message_id === messageId && reporter_id === reporterId,
    ).length
    return found === 1 ? [] : [`${found} reports of ${messageId} by ${reporterId}: lost or doubled`]
  })
}

const isEntryOf = (
  { action, reason, by_id, target_id, message_id }: ArchivedAuditEntry,
  call: AnsweredCall,
) =>
  action === call.action &&
  reason === call.reason &&
  by_id === call.by &&
  target_id === call.target &&
  message_id === call.messageId

/**
 * The audit log has every answered call: mutes and bans once, purges at least once.
 * @param isGone whether a message was deleted otherwise, too
 */
export function compareAudit(
  { audit, restrictions, room }: ArchivedModeration,
  record: ModerationRecord,
  { span, isGone }: { span: Span; isGone: (messageId: string) => boolean },
): string[] {
  const byReason = Map.groupBy(audit, ({ reason, message_id }) => reason ?? message_id ?? '')
  const wrong = record.answered.flatMap((call) => {
    const found = (byReason.get(call.reason ?? call.messageId ?? '') ?? []).filter((entry) =>
      isEntryOf(entry, call),
    ).length
    if (found === 1 || (found > 1 && call.action === 'purge')) return []
    if (call.messageId !== null && isGone(call.messageId)) return []
    return [`the audit log has ${JSON.stringify(call)} ${found} times`]
  })
  const replayed = replayAudit(audit)
  const staff = room?.staff.map(({ user_id, role }) => [user_id, role] as const) ?? []
  const { slow_mode_ms, links } = room ?? record.settings
  return [
    ...wrong,
    ...compareRestrictions(
      'Postgres, by its audit log',
      inForce(replayed.restrictions, span),
      inForce(heldBy(restrictions), span),
    ),
    ...different('by the audit log the staff is', inOrder(replayed.roles), inOrder(staff)),
    ...different(
      'by the audit log the settings are',
      { slow_mode_ms: 0, links: 'everyone', ...replayed.settings },
      { slow_mode_ms, links },
    ),
    ...different(
      'by the audit log there is an announcement',
      replayed.hasAnnouncement,
      (room?.announcement ?? null) !== null,
    ),
    ...different('by the audit log words', replayed.terms, record.words.length),
    ...(room?.pins ?? [])
      .filter(({ id }) => !replayed.pinned.includes(id))
      .map(({ id }) => `by the audit log ${id} is not pinned, and it is`),
  ]
}
