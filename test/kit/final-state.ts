// Compares what clients, the history and Postgres hold after all traffic has ended. Each comparison
// gives one sentence for each difference.

import { idTime } from './ids.ts'
import { isInRange, type PurgedRange } from './known-purges.ts'
import type { Message } from './protocol.ts'
import type { RestrictionTimes } from './restriction-times.ts'

/** The fields that all copies of a message agree on. */
export type Row = Pick<Message, 'id' | 'user_id' | 'content' | 'revision' | 'updated_at'>

export type ArchiveRow = Row & { is_deleted: boolean }

/** A message that was confirmed to its author, and whether its deletion was confirmed. */
export type AcceptedMessage = { id: string; client_id: string; user_id: string; deleted: boolean }

const fields = ['user_id', 'content', 'revision', 'updated_at'] as const

/**
 * @param history oldest first
 * @param shown oldest first, from `horizon` on
 */
export function compareView(
  name: string,
  history: readonly Row[],
  shown: readonly Row[],
  horizon = '',
): string[] {
  const expected = new Map(history.filter(({ id }) => id >= horizon).map((row) => [row.id, row]))
  const wrong: string[] = []
  const met = new Set<string>()
  let last = ''
  for (const row of shown) {
    const { id } = row
    if (met.has(id)) {
      wrong.push(`${name} shows ${id} twice`)
      continue
    }
    met.add(id)
    if (id < last) wrong.push(`${name} shows ${id} after ${last}: out of order`)
    last = id
    const expectedRow = expected.get(id)
    if (!expectedRow) wrong.push(`${name} shows ${id}, which does not exist`)
    else
      for (const field of fields)
        if (row[field] !== expectedRow[field])
          wrong.push(`${name}: ${field} of ${id} is ${row[field]}, not ${expectedRow[field]}`)
  }
  for (const id of expected.keys()) if (!met.has(id)) wrong.push(`${name} lacks ${id}: lost`)
  return wrong
}

/** Postgres must hold the messages of the history, and no text of a deleted one. */
export function compareArchive(history: readonly Row[], archive: readonly ArchiveRow[]): string[] {
  const kept = archive.filter(({ is_deleted }) => !is_deleted)
  const leaking = archive.filter(({ is_deleted, content }) => is_deleted && content !== '')
  return [
    ...compareView('Postgres', history, kept),
    ...leaking.map(({ id }) => `Postgres has the text of the deleted ${id}`),
  ]
}

/** Postgres must hold every message that an author had confirmed, once, and no other. */
export function compareAccepted(
  accepted: readonly AcceptedMessage[],
  archive: readonly ArchiveRow[],
): string[] {
  const wrong: string[] = []
  const rows = new Map(archive.map((row) => [row.id, row]))
  const acceptedIds = new Set(accepted.map(({ id }) => id))
  for (const { id, client_id, user_id, deleted } of accepted) {
    const row = rows.get(id)
    if (!row) wrong.push(`${client_id} was accepted as ${id} and is lost`)
    else if (row.user_id !== user_id) wrong.push(`${id} is of ${row.user_id}, not ${user_id}`)
    else if (row.is_deleted !== deleted)
      wrong.push(`${id} is ${row.is_deleted ? 'deleted without a request' : 'not deleted'}`)
  }
  for (const { id, content } of archive)
    if (!acceptedIds.has(id)) wrong.push(`${id} exists and no author sent it: ${content}`)
  return [...wrong, ...findDoubles(accepted, archive)]
}

/** Every text begins with the `client_id` of its message, also after an edit. */
function findDoubles(
  accepted: readonly AcceptedMessage[],
  archive: readonly ArchiveRow[],
): string[] {
  const wrong: string[] = []
  const made = new Map<string, string>()
  const note = (key: string, id: string) => {
    const known = made.get(key)
    if (known !== undefined && known !== id) wrong.push(`${key} made ${known} and ${id}: doubled`)
    made.set(key, id)
  }
  for (const { user_id, client_id, id } of accepted) note(`${user_id} ${client_id}`, id)
  for (const { user_id, content, id, is_deleted } of archive)
    if (!is_deleted) note(`${user_id} ${content.slice(0, content.indexOf(':'))}`, id)
  return wrong
}

/** No answer and no row may hold a text that was deleted. */
export function findDeletedTexts(
  name: string,
  accepted: readonly AcceptedMessage[],
  rows: readonly Pick<Row, 'id' | 'content'>[],
): string[] {
  const deleted = new Set(
    accepted.flatMap((message) => (message.deleted ? [message.client_id] : [])),
  )
  return rows
    .filter(({ content }) => deleted.has(content.slice(0, content.indexOf(':'))))
    .map(({ id }) => `${name} holds the deleted text of ${id}`)
}

/** Purges delete messages that were accepted, and no others. */
export function withPurges(
  accepted: readonly AcceptedMessage[],
  purges: readonly PurgedRange[],
): AcceptedMessage[] {
  return accepted.map((message) => {
    const isPurged = purges.some((range) => isInRange(message, range))
    return isPurged ? { ...message, deleted: true } : message
  })
}

/** Nobody writes while a mute or a ban is in force for sure. Of the edits, the last of each is known. */
export function findForbidden(rows: readonly ArchiveRow[], times: RestrictionTimes): string[] {
  return rows.flatMap(({ id, user_id, is_deleted, updated_at }) => {
    const sentAt = idTime(id)
    const editedAt = is_deleted || updated_at === null ? sentAt : Date.parse(updated_at)
    return (['mute', 'ban'] as const).flatMap((kind) => [
      ...(times.isCertain(kind, user_id, sentAt) ? [`${id} was sent under a ${kind}`] : []),
      ...(times.isCertain(kind, user_id, editedAt) && editedAt > sentAt
        ? [`${id} was edited under a ${kind}`]
        : []),
    ])
  })
}

export function compareOnline(expected: readonly string[], online: readonly string[]): string[] {
  const wrong = online.filter((name, at) => online.indexOf(name) !== at).map((n) => `${n} twice`)
  for (const name of expected) if (!online.includes(name)) wrong.push(`${name} is missing`)
  for (const name of online) if (!expected.includes(name)) wrong.push(`${name} has left`)
  return wrong.map((what) => `online users: ${what}`)
}
