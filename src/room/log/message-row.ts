// Converts a message to a row of the table `messages`, and back.

import type { KeptMessage } from '../../domain/message.ts'

export type Row = Omit<KeptMessage, 'is_deleted'> & {
  is_deleted: number
  created_seq: number
  seq: number
}

export type LoggedMessage = KeptMessage & { createdSeq: number; seq: number }

export function fromRow({ is_deleted, created_seq: createdSeq, ...row }: Row): LoggedMessage {
  return { ...row, is_deleted: is_deleted === 1, createdSeq }
}

/** All columns of a row, for `insert into messages values (…)`. */
export function columns(
  message: KeptMessage,
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
