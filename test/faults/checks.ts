// What must hold when all is quiet, as pure comparisons. Each gives sentences about what is wrong,
// and none when nothing is.

import type { Message } from './wire.ts'

/** What every holder of a message must agree on. */
export type Row = Pick<Message, 'id' | 'user_id' | 'content' | 'revision' | 'updated_at'>

export type ArchiveRow = Row & { is_deleted: boolean }

/** A message that its author knows to be taken, and whether its deletion was answered. */
export type Taken = { id: string; client_id: string; user_id: string; deleted: boolean }

const fields = ['user_id', 'content', 'revision', 'updated_at'] as const

/**
 * @param truth oldest first
 * @param shown oldest first; where it does not begin with the oldest, `horizon` says from where
 */
export function compareView(
  name: string,
  truth: readonly Row[],
  shown: readonly Row[],
  horizon = '',
): string[] {
  const owed = new Map(truth.filter(({ id }) => id >= horizon).map((row) => [row.id, row]))
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
    const owedRow = owed.get(id)
    if (!owedRow) wrong.push(`${name} shows ${id}, which is not (or no longer) there`)
    else
      for (const field of fields)
        if (row[field] !== owedRow[field])
          wrong.push(`${name}: ${field} of ${id} is ${row[field]}, not ${owedRow[field]}`)
  }
  for (const id of owed.keys()) if (!met.has(id)) wrong.push(`${name} lacks ${id}: lost`)
  return wrong
}

/** The archive against the history: the same undeleted rows, and no text in the deleted ones. */
export function compareArchive(truth: readonly Row[], archive: readonly ArchiveRow[]): string[] {
  const kept = archive.filter(({ is_deleted }) => !is_deleted)
  const telling = archive.filter(({ is_deleted, content }) => is_deleted && content !== '')
  return [
    ...compareView('Postgres', truth, kept),
    ...telling.map(({ id }) => `Postgres has the text of the deleted ${id}`),
  ]
}

/** The archive against the authors: every accepted message once, and no other. */
export function compareTaken(taken: readonly Taken[], archive: readonly ArchiveRow[]): string[] {
  const wrong: string[] = []
  const rows = new Map(archive.map((row) => [row.id, row]))
  const takenIds = new Set(taken.map(({ id }) => id))
  for (const { id, client_id, user_id, deleted } of taken) {
    const row = rows.get(id)
    if (!row) wrong.push(`${client_id} was accepted as ${id} and is nowhere: lost`)
    else if (row.user_id !== user_id) wrong.push(`${id} is of ${row.user_id}, not ${user_id}`)
    else if (row.is_deleted !== deleted)
      wrong.push(`${id} is ${row.is_deleted ? 'deleted though nobody asked' : 'not deleted'}`)
  }
  for (const { id, content } of archive)
    if (!takenIds.has(id)) wrong.push(`${id} is there and nobody knows of it: ${content}`)
  return [...wrong, ...findDoubles(taken, archive)]
}

/** Texts begin with the client_id that made them, and keep it through every edit. */
function findDoubles(taken: readonly Taken[], archive: readonly ArchiveRow[]): string[] {
  const wrong: string[] = []
  const made = new Map<string, string>()
  const note = (key: string, id: string) => {
    const known = made.get(key)
    if (known !== undefined && known !== id) wrong.push(`${key} made ${known} and ${id}: doubled`)
    made.set(key, id)
  }
  for (const { user_id, client_id, id } of taken) note(`${user_id} ${client_id}`, id)
  for (const { user_id, content, id, is_deleted } of archive)
    if (!is_deleted) note(`${user_id} ${content.slice(0, content.indexOf(':'))}`, id)
  return wrong
}

/** Texts that were deleted must be in no answer and in no row. */
export function findDeleted(
  name: string,
  taken: readonly Taken[],
  rows: readonly Pick<Row, 'id' | 'content'>[],
): string[] {
  const deleted = new Set(taken.flatMap((message) => (message.deleted ? [message.client_id] : [])))
  return rows
    .filter(({ content }) => deleted.has(content.slice(0, content.indexOf(':'))))
    .map(({ id }) => `${name} holds the deleted text of ${id}`)
}

export function compareOnline(expected: readonly string[], online: readonly string[]): string[] {
  const wrong = online.filter((name, at) => online.indexOf(name) !== at).map((n) => `${n} twice`)
  for (const name of expected) if (!online.includes(name)) wrong.push(`${name} is missing`)
  for (const name of online) if (!expected.includes(name)) wrong.push(`${name} is not here`)
  return wrong.map((what) => `who is online: ${what}`)
}
