// Writes the states of moderation. All of it is idempotent: the higher revision wins. Each statement
// has one parameter, and locks its rows in the order of their keys, as other writers do.

import { type SQL, sql } from 'drizzle-orm'
import type { Room } from '../contract/moderation.ts'
import type {
  StoredAuditEntry,
  StoredPurge,
  StoredReport,
  StoredRestrictions,
  StoredWords,
} from '../domain/moderation.ts'

/** A purge that the archive has finished stays finished. */
export function insertPurges(states: StoredPurge[]): SQL {
  return sql`
    insert into purges (revision, user_id, from_id, to_id, at)
    select revision, user_id, from_id, to_id, to_timestamp(at / 1000.0)
    from jsonb_to_recordset(${JSON.stringify(states)}::jsonb) as written (
      revision bigint, user_id uuid, from_id uuid, to_id uuid, at bigint
    )
    order by revision
    on conflict (revision) do nothing
  `
}

export function upsertRoom(states: Room[]): SQL {
  return sql`
    insert into room_state (revision, state)
    select (state ->> 'revision')::bigint as revision, state
    from jsonb_array_elements(${JSON.stringify(states)}::jsonb) as written (state)
    order by revision desc limit 1
    on conflict (id) do update set revision = excluded.revision, state = excluded.state
    where room_state.revision < excluded.revision
  `
}

export function upsertRestrictions(states: StoredRestrictions[]): SQL {
  return sql`
    insert into restrictions (user_id, mute, ban, revision, changed_at)
    select user_id, mute, ban, revision, now()
    from jsonb_to_recordset(${JSON.stringify(states)}::jsonb) as written (
      user_id uuid, mute jsonb, ban jsonb, revision bigint
    )
    where not exists (
      select from users where users.id = written.user_id and erased_at is not null
    )
    order by user_id
    on conflict (user_id) do update set
      mute = excluded.mute,
      ban = excluded.ban,
      revision = excluded.revision,
      changed_at = excluded.changed_at
    where restrictions.revision < excluded.revision
  `
}

export function upsertWords(states: StoredWords[]): SQL {
  return sql`
    insert into word_list (terms, revision)
    select terms, revision
    from jsonb_to_recordset(${JSON.stringify(states)}::jsonb) as written (
      terms jsonb, revision bigint
    )
    order by revision desc limit 1
    on conflict (id) do update set terms = excluded.terms, revision = excluded.revision
    where word_list.revision < excluded.revision
  `
}

/**
 * Of an equal revision, that without the text wins. A text that was removed does not come back, and
 * one of an erased author is left out, because the room may have sent it before the erasure.
 */
export function upsertReports(states: StoredReport[]): SQL {
  return sql`
    insert into reports (
      id, message_id, author_id, reporter_id, reason, status, reported_text, closed_by, revision,
      changed_at
    )
    select id, message_id, author_id, reporter_id,
      case
        when not exists (
          select from users where users.id = reporter_id and erased_at is not null
        ) then reason
      end,
      status,
      case
        when not exists (
          select from users where users.id = author_id and erased_at is not null
        ) then reported_text
      end,
      closed_by, revision, now()
    from jsonb_to_recordset(${JSON.stringify(states)}::jsonb) as written (
      id uuid, message_id uuid, author_id uuid, reporter_id uuid, reason text, status text,
      reported_text text, closed_by uuid, revision bigint
    )
    order by written.id
    on conflict (id) do update set
      reason = excluded.reason,
      status = excluded.status,
      reported_text = case
        when reports.reported_text is not null then excluded.reported_text
      end,
      closed_by = excluded.closed_by,
      revision = excluded.revision,
      changed_at = excluded.changed_at
    where reports.revision < excluded.revision
      or reports.revision = excluded.revision
        and excluded.reported_text is null and reports.reported_text is not null
  `
}

/** An entry never changes. */
export function insertAudit(states: StoredAuditEntry[]): SQL {
  return sql`
    insert into audit (id, action, by_id, target_id, message_id, reason, until, details)
    select id, action, by_id, target_id, message_id, reason, until, details
    from jsonb_to_recordset(${JSON.stringify(states)}::jsonb) as written (
      id uuid, action text, by_id uuid, target_id uuid, message_id uuid, reason text,
      until bigint, details jsonb
    )
    order by id
    on conflict (id) do nothing
  `
}
