// Converts a message to a row of the table `messages`, and back.

import type { StoredMessage } from '../../../domain/message.ts'

export type Row = Omit<StoredMessage, 'is_deleted'> & {
  is_deleted: number
  created_seq: number
  seq: number
}

/** The columns by name: a table that a later release has extended can still be read and written. */
export const rowColumns =
  'id, user_id, username, content, updated_at, is_deleted, revision, client_id, created_seq, seq'

export type LoggedMessage = StoredMessage & { createdSeq: number; seq: number }

export function fromRow({ is_deleted, created_seq: createdSeq, ...row }: Row): LoggedMessage {
  return { ...row, is_deleted: is_deleted === 1, createdSeq }
}

export const insertRow = `insert into messages (${rowColumns}) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

/** The values of a row, in the order of `rowColumns`. */
export function rowValues(
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
