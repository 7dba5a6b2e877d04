// Counts in the contiguous tail of the log what a person has not read. Whether a message mentions a person
// is decided here as by `isMentioned` of src/domain/references.ts.

import { limits } from '../../../contract/values.ts'
import { newerId } from '../../../domain/ids.ts'
import type { ExpiryFloor } from '../expiry-floor.ts'
import type { Messages } from './messages.ts'

type Uses = {
  sql: SqlStorage
  messages: Pick<Messages, 'oldestId'>
  expiryFloor: Pick<ExpiryFloor, 'id'>
}

const isOfOthers = 'messages.id > ?1 and messages.id >= ?2 and is_deleted = 0 and user_id <> ?3'

const countUnread = `select count(*) as n from (
  select 1 from messages where ${isOfOthers} limit ?4
)`

// The cross join begins with the references: only few messages have any.
const countMentions = `select count(*) as n from (
  select 1 from message_references cross join messages on messages.id = message_id
  where message_id > ?1 and message_id >= ?2 and ${isOfOthers}
    and (mentions_room = 1 or ?3 in (select value from json_each(mentions)))
  limit ?4
)`

export class UnreadCounts {
  readonly #uses: Uses

  constructor(uses: Uses) {
    this.#uses = uses
  }

  /** Undeleted messages of others, each count up to `limits.unreadMax`. @param id null: of the whole tail */
  above(userId: string, id: string | null): { unread: number; mentions: number } {
    const { sql, messages, expiryFloor } = this.#uses
    const tailFrom = messages.oldestId
    if (tailFrom === null) return { unread: 0, mentions: 0 }
    const from = newerId(tailFrom, expiryFloor.id)
    const count = (query: string) =>
      sql.exec<{ n: number }>(query, id ?? '', from, userId, limits.unreadMax).one().n
    return { unread: count(countUnread), mentions: count(countMentions) }
  }
}
