// Defines how totals are archived: with the sets that the archive may lack, in the same transaction.

import type { ArchivedKind } from '../event-kind.ts'
import type { ReactionSets } from './reaction-sets.ts'
import { selectTotals, type Totals } from './totals-row.ts'

/** Of the key of a dead letter, before the id of its message. */
export const keyPrefix = 'reactions:'

export const deadLetterKey = (messageId: string) => `${keyPrefix}${messageId}`

type Uses = {
  sql: SqlStorage
  sets: ReactionSets
  isExpired: (id: string) => boolean
  countUntold: () => number
}

export function archivedReactions({
  sql,
  sets,
  isExpired,
  countUntold,
}: Uses): ArchivedKind<Totals> {
  return {
    toArchive({ message_id, counts, revision, dirty_revision }) {
      if (isExpired(message_id)) return undefined
      const changed = sets.changedSince(message_id, dirty_revision)
      const state = { message_id, counts, revision, sets: changed, is_whole: dirty_revision === 0 }
      return { kind: 'reactions', state }
    },
    deadLetterKey: ({ message_id }) => deadLetterKey(message_id),
    findDeadLetter: (key) =>
      key.startsWith(keyPrefix)
        ? selectTotals(sql, 'message_id = ?', key.slice(keyPrefix.length)).at(0)
        : undefined,
    describe: ({ message_id, revision }) => ({ message_id, revision }),
    // What no event has told yet is written after the event.
    countAfter(seq, max) {
      const told = `select count(*) as n from (
        select 1 from reaction_totals where seq > 0 and seq > ? limit ?
      )`
      return countUntold() + sql.exec<{ n: number }>(told, seq, max).one().n
    },
    changedAt: ({ at }) => at,
  }
}
