// Compares what the room tells of moderation with what Postgres and the clients have. Each difference is
// one sentence.

import { isDeepStrictEqual } from 'node:util'
import {
  archivedRestrictions,
  compareRestrictions,
  heldBy,
  inForce,
} from './compare-restrictions.ts'
import { isInRange } from './known-purges.ts'
import type {
  ArchivedModeration,
  ArchivedReport,
  ArchivedRestrictions,
  AuditEntry,
  Report,
  ToldModeration,
} from './moderation.ts'
import type { Purge, Room } from './protocol.ts'
import type { Span } from './restriction-times.ts'

const shown = (value: unknown) => JSON.stringify(value)

/** Compares the state of the room field by field. */
export function compareRooms(name: string, expected: Room, found: Room | null): string[] {
  if (!found) return expected.revision === 0 ? [] : [`${name} has no state of the room`]
  const fields = Object.keys({ ...expected, ...found }) as (keyof Room)[]
  return fields
    .filter((field) => !isDeepStrictEqual(expected[field], found[field]))
    .map((field) => `${name}: ${field} is ${shown(found[field])}, not ${shown(expected[field])}`)
}

const toArchivedReport = ({ message, author, reporter, closed_by, ...report }: Report) => ({
  ...report,
  ...{ author_id: author.id, reporter_id: reporter.id, closed_by: closed_by?.id ?? null },
})

const toArchivedEntry = ({ by, target, until, ...entry }: AuditEntry) => ({
  ...entry,
  ...{ by_id: by?.id ?? null, target_id: target?.id ?? null },
  until: until === null ? null : Date.parse(until),
})

type WithId = { id: string }

/** Compares the fields that the rows of the archive have. */
function compareById(what: string, told: readonly WithId[], archived: readonly WithId[]): string[] {
  const rows = new Map(archived.map((row) => [row.id, row]))
  const toldIds = new Set(told.map(({ id }) => id))
  return [
    ...told.flatMap((entry) => {
      const row = rows.get(entry.id)
      if (!row) return [`Postgres lacks the ${what} ${entry.id}: lost`]
      const same = Object.fromEntries(
        Object.keys(row).map((field) => [field, entry[field as keyof typeof entry]]),
      )
      return isDeepStrictEqual(same, row)
        ? []
        : [`Postgres has the ${what} ${shown(row)}, and the room has ${shown(same)}`]
    }),
    ...archived
      .filter(({ id }) => !toldIds.has(id))
      .map(({ id }) => `the room does not tell of the ${what} ${id}, which Postgres has`),
  ]
}

/** @param auditFrom entries with lower ids were not read */
export function compareModeration(
  told: ToldModeration,
  archived: ArchivedModeration,
  { span, auditFrom = '' }: { span: Span; auditFrom?: string },
): string[] {
  const held = (people: readonly ArchivedRestrictions[]) => inForce(heldBy(people), span)
  return [
    ...compareRooms('Postgres', told.room, archived.room),
    ...compareRestrictions(
      'Postgres',
      held(told.restricted.map(archivedRestrictions)),
      held(archived.restrictions),
    ),
    ...(isDeepStrictEqual(told.words, archived.words)
      ? []
      : [`Postgres has the words ${shown(archived.words)}, and the room ${shown(told.words)}`]),
    ...compareById('report', told.reports.map(toArchivedReport), archived.reports),
    ...compareById(
      'audit entry',
      told.audit.map(toArchivedEntry),
      archived.audit.filter(({ id }) => id >= auditFrom),
    ),
  ]
}

/** Postgres has finished every purge that clients were told of, and knows of no other. */
export function comparePurges(
  told: readonly Purge[],
  archived: ArchivedModeration['purges'],
): string[] {
  const rows = new Map(archived.map((purge) => [purge.revision, purge]))
  const revisions = new Set(told.map(({ revision }) => revision))
  return [
    ...told
      .filter((purge) => !isDeepStrictEqual({ ...purge, is_done: true }, rows.get(purge.revision)))
      .map(
        (purge) => `the purge ${shown(purge)} is ${shown(rows.get(purge.revision))} in Postgres`,
      ),
    ...archived
      .filter(({ revision }) => !revisions.has(revision))
      .map((purge) => `no client was told of the purge ${shown(purge)}`),
  ]
}

type ReportedText = Pick<ArchivedReport, 'id' | 'message_id' | 'author_id' | 'reported_text'>

/** A report keeps no text of a purged message. */
export function findPurgedReports(reports: readonly ReportedText[], purges: readonly Purge[]) {
  return reports
    .filter(({ reported_text }) => reported_text !== null)
    .filter(({ message_id: id, author_id: user_id }) =>
      purges.some((purge) => isInRange({ id, user_id }, purge)),
    )
    .map(({ id, message_id }) => `the report ${id} holds the text of the purged ${message_id}`)
}

/** A pin is the message as it is now. */
export function comparePins(
  name: string,
  pins: Room['pins'],
  history: readonly Pick<Room['pins'][number], 'id' | 'content' | 'revision'>[],
): string[] {
  const messages = new Map(history.map((message) => [message.id, message]))
  return pins.flatMap(({ id, content, revision }) => {
    const message = messages.get(id)
    if (!message) return [`${name} pins ${id}, which does not exist`]
    const isSame = message.content === content && message.revision === revision
    return isSame ? [] : [`${name} pins revision ${revision} of ${id}, not ${message.revision}`]
  })
}
