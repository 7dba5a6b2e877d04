// Compares all places that have moderation: the room, Postgres, every client, and what was asked for.

import {
  operatorOf,
  readArchivedModeration,
  readToldModeration,
} from '../../harness/read-moderation.ts'
import {
  compareModeration,
  comparePins,
  comparePurges,
  compareRooms,
  findPurgedReports,
} from '../../kit/compare-moderation.ts'
import {
  archivedRestrictions,
  compareRestrictions,
  type Held,
  heldBy,
  heldKey,
  inForce,
  restrictionKinds,
} from '../../kit/compare-restrictions.ts'
import {
  type ArchiveRow,
  findDeletedTexts,
  findForbidden,
  withPurges,
} from '../../kit/final-state.ts'
import { isInRange } from '../../kit/known-purges.ts'
import type { ArchivedModeration } from '../../kit/moderation.ts'
import type { Room } from '../../kit/protocol.ts'
import type { Span } from '../../kit/restriction-times.ts'
import type { Client } from '../client.ts'
import type { Harness } from '../harness.ts'
import { compareAudit, compareReports, compareWithRecord } from './compare-record.ts'
import type { Moderation } from './moderation.ts'
import type { Team } from './team.ts'

/**
 * @param rows all messages of Postgres
 * @param auditFrom the audit log was compared below this id already
 * @returns one sentence for each difference, and the newest id of the audit log
 */
export async function checkModeration(
  { service, checker }: Pick<Harness, 'service' | 'checker'>,
  { team, told: notices }: Moderation,
  { rows, auditFrom }: { rows: readonly ArchiveRow[]; auditFrom: string },
): Promise<{ wrong: string[]; newestEntry: string }> {
  const from = Date.now()
  const told = await readToldModeration(operatorOf(service), auditFrom)
  const archived = await readArchivedModeration(service.dataDir)
  const span = { from, to: Date.now() }
  const purges = checker.purges.all
  const authors = new Map(
    team.authors.flatMap(({ accepted }) => [...accepted.values()]).map((one) => [one.id, one]),
  )
  const isPurged = (id: string) => {
    const message = authors.get(id)
    return message !== undefined && purges.some((purge) => isInRange(message, purge))
  }
  const isGone = (id: string) => isPurged(id) || authors.get(id)?.deleted === true
  const reports = told.reports.map(({ author, ...report }) => ({ ...report, author_id: author.id }))
  const accepted = withPurges([...authors.values()], purges)
  const wrong = [
    ...compareModeration(told, archived, { span, auditFrom }),
    ...comparePurges(purges, archived.purges),
    ...comparePins(
      'the room',
      told.room.pins,
      rows.filter(({ is_deleted }) => !is_deleted),
    ),
    ...findForbidden(rows, team.record.restrictions),
    ...findPurgedReports(reports, purges),
    ...findPurgedReports(archived.reports, purges),
    ...findDeletedTexts(
      'a report',
      accepted,
      told.reports.flatMap(({ message }) => message ?? []),
    ),
    ...compareWithRecord(told, team, { span, isGone }),
    ...compareReports(archived, team.record),
    ...compareAudit(archived, team.record, { span, isGone: isPurged }),
    ...compareClients(team, told.room, inForce(heldBy(archived.restrictions), span), span),
    ...compareNotices(notices, archived, team),
  ]
  return { wrong, newestEntry: archived.audit.at(-1)?.id ?? auditFrom }
}

/** Every client has the state of the room, and its person's restrictions; moderators have others', too. */
function compareClients(team: Team, room: Room, held: Held, span: Span): string[] {
  const isModerator = ({ id }: { id: string }) =>
    team.record.roles.has(id) && id !== team.trainee.id
  return team.authors
    .map(({ client }) => client)
    .filter(({ shouldRun }) => shouldRun)
    .flatMap((client) => {
      const { name, view, parts } = client
      const known = isModerator(parts.account) ? [...view.restricted.keys()] : []
      const people = [parts.account.id, ...known]
      const ofPeople = new Set(
        people.flatMap((id) => restrictionKinds.map((kind) => heldKey(kind, id))),
      )
      const expected = new Map([...held].filter(([key]) => ofPeople.has(key)))
      return [
        ...compareRooms(`the view of ${name}`, room, view.room),
        ...compareRestrictions(`the view of ${name}`, expected, heldIn(client, people, span)),
      ]
    })
}

function heldIn({ view }: Client, people: readonly string[], span: Span): Held {
  const told = people.flatMap((id) => view.restricted.get(id) ?? [])
  return inForce(heldBy(told.map(archivedRestrictions)), span)
}

/** Only moderators are told of reports, the audit log and others' restrictions, and of nothing that is lost. */
function compareNotices(
  notices: Moderation['told'],
  { audit, reports }: ArchivedModeration,
  { record }: Team,
): string[] {
  const kept = new Set([...audit, ...reports].map(({ id }) => id))
  const wrong = notices.flatMap(({ client, userId, notice }) => {
    if (!record.everStaff.has(userId)) return [`${client} was told of ${notice.event}`]
    if (notice.event === 'restricted' || kept.has(notice.data.id)) return []
    return [`${client} was told of ${notice.event} ${notice.data.id}: lost`]
  })
  notices.length = 0
  return wrong
}
