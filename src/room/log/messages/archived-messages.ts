// Defines how messages are archived, and the keys of their dead letters.

import { changedAt } from '../../../domain/message.ts'
import type { ArchivedKind } from '../event-kind.ts'
import type { LoggedMessage } from './message-row.ts'

type Reads = {
  isExpired(id: string): boolean
  find(id: string): LoggedMessage | undefined
  countAfter(seq: number, max: number): number
}

export function archivedMessages({
  isExpired,
  find,
  countAfter,
}: Reads): ArchivedKind<LoggedMessage> {
  return {
    toArchive: ({ createdSeq, seq, reactions, ...state }) =>
      isExpired(state.id) ? undefined : { kind: 'messages', state },
    deadLetterKey: ({ id }) => id,
    findDeadLetter: find,
    describe: ({ id, user_id, revision }) => ({ message_id: id, user_id, revision }),
    countAfter,
    changedAt,
  }
}
