// Converts a message to a row of the table `messages`, and back. What it refers to is in a table of its
// own, which has rows only for messages that refer to something.

import type { MessageReactions } from '../../../contract/reactions.ts'
import type { StoredMessage } from '../../../domain/message.ts'

export type Row = Omit<StoredMessage, 'is_deleted' | 'references' | 'reactions'> & {
  is_deleted: number
  created_seq: number
  seq: number
  refs: string | null
  reactions: string | null
}

/** The columns by name: a table that a later release has extended can still be read and written. */
const ownColumns =
  'id, user_id, username, content, updated_at, is_deleted, revision, client_id, created_seq, seq'

/** What is selected from `messages` for `fromRow`. */
export const rowColumns = `${ownColumns}, (
  select json_array(reply_to, json(mentions), mentions_room) from message_references
  where message_id = messages.id
) as refs, (
  select json_object('counts', json(counts), 'revision', revision) from reaction_totals
  where message_id = messages.id
) as reactions`

export type LoggedMessage = StoredMessage & { createdSeq: number; seq: number }

export function fromRow(row: Row): LoggedMessage {
  const { is_deleted, created_seq: createdSeq, refs, reactions, ...columns } = row
  const totals: MessageReactions | null = reactions === null ? null : JSON.parse(reactions)
  const message = {
    ...columns,
    is_deleted: is_deleted === 1,
    createdSeq,
    ...(totals && { reactions: totals }),
  }
  if (refs === null) return message
  const [reply_to, mentions, mentions_room] = JSON.parse(refs)
  return { ...message, references: { reply_to, mentions, mentions_room: mentions_room === 1 } }
}

const insertRow = `insert into messages (${ownColumns}) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

/** Writes a new message. */
export function insertMessage(sql: SqlStorage, message: StoredMessage, seq: number): void {
  sql.exec(insertRow, ...rowValues(message, { createdSeq: seq, seq }))
  insertReferences(sql, message)
}

/** Writes the new state of a message, which need not be in the log. A deletion removes what it refers to. */
export function writeMessage(sql: SqlStorage, message: StoredMessage, seq: number): void {
  sql.exec(
    `${insertRow}
     on conflict (id) do update set content = excluded.content, updated_at = excluded.updated_at,
       is_deleted = excluded.is_deleted, revision = excluded.revision, seq = excluded.seq`,
    ...rowValues(message, { createdSeq: 0, seq }),
  )
  insertReferences(sql, message)
}

function insertReferences(sql: SqlStorage, { id, references }: StoredMessage): void {
  if (!references) return
  const { reply_to, mentions, mentions_room } = references
  sql.exec(
    `insert or ignore into message_references (message_id, reply_to, mentions, mentions_room)
     values (?, ?, ?, ?)`,
    id,
    reply_to,
    JSON.stringify(mentions),
    mentions_room ? 1 : 0,
  )
}

/** The values of a row, in the order of `ownColumns`. */
function rowValues(
  message: StoredMessage,
  { createdSeq, seq }: Pick<LoggedMessage, 'createdSeq' | 'seq'>,
): SqlStorageValue[] {
  return [
    message.id,
    message.user_id,
    message.username,
    message.content,
    message.updated_at,
    message.is_deleted ? 1 : 0,
    message.revision,
    message.client_id,
    createdSeq,
    seq,
  ]
}
