// Rewrites the messages of an erased account in place, all at once, however many there are.

import type { ErasureMode } from '../../../contract/values.ts'
import { erasedName } from '../../../contract/values.ts'

/**
 * Removes the name, and with `delete` also the texts. No row gets a new `seq`: clients get one event
 * for all messages, and for a row that Postgres lacks the higher revision is enough.
 * @returns how many rows were rewritten
 */
export function eraseMessages(
  sql: SqlStorage,
  { userId, mode, now }: { userId: string; mode: ErasureMode; now: number },
): number {
  let written = 0
  if (mode === 'delete')
    written += sql.exec(
      `update messages set content = '', is_deleted = 1, revision = revision + 1,
         updated_at = max(?, coalesce(updated_at, 0) + 1)
       where user_id = ? and is_deleted = 0`,
      now,
      userId,
    ).rowsWritten
  written += sql.exec(
    'update messages set username = ?1, client_id = null where user_id = ?2 and username <> ?1',
    erasedName,
    userId,
  ).rowsWritten
  return written
}
