// Applies to a log what Postgres has of moderation. It takes the place of what the log kept, except for newer
// rows that Postgres lacks.

import type { Room } from '../../contract/moderation.ts'
import { type RestoredModeration, toPin, withoutUser } from '../../domain/moderation.ts'
import type { OpenedLog } from '../log/create-log.ts'

/** @param erased ids of accounts */
export function restoreModeration(
  opened: OpenedLog,
  restored: RestoredModeration,
  erased: Set<string>,
): void {
  const { messages, purges, restrictions, words, reports, revisions, markedTables } = opened
  const { reactionTotals } = opened
  for (const table of markedTables) table.removeSettled()
  revisions.raiseTo(restored.revision)
  purges.restore(restored.purges)
  for (const purge of restored.purges) {
    messages.purge(purge, purge.at)
    reactionTotals.purge(purge)
  }
  restrictions.restore(restored.restrictions)
  if (restored.words) words.restore(restored.words)
  reports.restore(restored.reports)
  removeErased(opened, erased)
  restoreRoom(opened, restored, erased)
}

/** Rows that Postgres lacks may be about accounts that were erased since. */
function removeErased(
  { restrictions, reports, auditLog, readMarkerTable, revisions }: OpenedLog,
  erased: Set<string>,
): void {
  const known = [
    ...[...restrictions.userIds(), ...reports.userIds(), ...auditLog.userIds()],
    ...readMarkerTable.userIds(),
  ]
  for (const userId of new Set(known)) {
    if (!erased.has(userId)) continue
    restrictions.removeUser(userId)
    auditLog.removeUser(userId)
    readMarkerTable.removeUser(userId)
    reports.removeUser(userId)
    reports.removeTexts(userId, () => revisions.next())
  }
}

/** Neither a pin nor the staff has changed. */
function hasSamePeople(a: Room, b: Room): boolean {
  const versions = ({ pins }: Room) =>
    pins.map(({ id, revision, username }) => `${id} ${revision} ${username}`).join()
  return a.staff.length === b.staff.length && versions(a) === versions(b)
}

/** The newer of the two states, with pins as their messages are now. */
function restoreRoom(
  { messages, roomSettings, revisions }: OpenedLog,
  { room, pinned }: RestoredModeration,
  erased: Set<string>,
): void {
  const own = roomSettings.current
  const newest: Room = room && room.revision > own.revision ? room : own
  const archived = new Map(pinned.map((message) => [message.id, message]))
  const pins = newest.pins.flatMap(({ id }) => {
    const message = messages.current(id, archived.get(id))
    return message && !message.is_deleted ? [toPin(message)] : []
  })
  const now = [...erased].reduce(withoutUser, { ...newest, pins })
  if (!hasSamePeople(now, newest)) roomSettings.correct({ ...now, revision: revisions.next() })
  else if (newest === room) roomSettings.restore(room)
  else if (own.revision > 0) roomSettings.correct(own)
}
