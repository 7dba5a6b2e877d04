// Writes the reactions to messages. All of it is idempotent: the higher revision of the totals wins, and the
// sets of people follow their totals.

import { type SQL, sql } from 'drizzle-orm'
import type { StoredReactions } from '../domain/reactions.ts'
import { lowestKeptId } from './expiry.ts'

/**
 * One statement. A message that is deleted has no reactions, and neither has an erased account: the room may
 * have sent them before it knew. Rows are locked in the order of their keys, as by other writers.
 */
export function upsertReactions(states: StoredReactions[]): SQL {
  return sql`
    with written as (
      select message_id, counts, revision, sets, is_whole
      from jsonb_to_recordset(${JSON.stringify(states)}::jsonb) as written (
        message_id uuid, counts jsonb, revision bigint, sets jsonb, is_whole boolean
      )
      where message_id >= ${lowestKeptId} and not exists (
        select from messages where messages.id = written.message_id and is_deleted
      )
    ), totals as (
      insert into reaction_totals (message_id, counts, revision)
      select message_id, counts, revision from written
      order by message_id
      on conflict (message_id) do update set counts = excluded.counts, revision = excluded.revision
      where reaction_totals.revision <= excluded.revision
      returning message_id
    ), sets as (
      select written.message_id, is_whole, (element ->> 'user_id')::uuid as user_id,
        array(select jsonb_array_elements_text(element -> 'reactions')) as reactions
      from written
      join totals on totals.message_id = written.message_id
      cross join jsonb_array_elements(sets) as element
    ), gone as (
      delete from reaction_sets using sets
      where reaction_sets.message_id = sets.message_id and reaction_sets.user_id = sets.user_id
        and sets.reactions = '{}' and not is_whole
    ), others as (
      delete from reaction_sets
      where message_id in (
          select written.message_id from written
          join totals on totals.message_id = written.message_id where is_whole
        )
        and (message_id, user_id) not in (
          select message_id, user_id from sets where is_whole and reactions <> '{}'
        )
    )
    insert into reaction_sets (message_id, user_id, reactions)
    select message_id, user_id, reactions from sets
    where reactions <> '{}' and not exists (
      select from users where users.id = sets.user_id and erased_at is not null
    )
    order by message_id, user_id
    on conflict (message_id, user_id) do update set reactions = excluded.reactions
    where reaction_sets.reactions <> excluded.reactions
  `
}

/** Removes all that a person has chosen, and corrects the totals. Safe to repeat. */
export function eraseReactionsOf(userId: string): SQL {
  return sql`
    with chosen as (
      select message_id from reaction_totals
      where message_id in (select message_id from reaction_sets where user_id = ${userId})
      order by message_id
      for update
    ), gone as (
      delete from reaction_sets where user_id = ${userId}
    )
    update reaction_totals set
      revision = revision + 1,
      counts = coalesce((
        select jsonb_object_agg(emoji, count) from (
          select emoji, count(*) as count
          from reaction_sets cross join unnest(reactions) as emoji
          where reaction_sets.message_id = reaction_totals.message_id and user_id <> ${userId}
          group by emoji
        ) as counted
      ), '{}')
    from chosen
    where reaction_totals.message_id = chosen.message_id
  `
}
