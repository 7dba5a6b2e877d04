// The tables of reactions in the room.

export const reactionTables: readonly string[] = [
  // How often each emoji was chosen for a message, as JSON, and what each person has chosen, as a mask of the
  // numbers of emoji. `seq` is 0 until an event has told of the row.
  `create table if not exists reaction_totals (
    message_id text primary key,
    author_id text not null,
    counts text not null,
    revision integer not null,
    dirty_revision integer not null,
    seq integer not null,
    at integer not null
  ) without rowid`,
  'create index if not exists reaction_totals_told on reaction_totals (seq) where seq > 0',
  `create table if not exists reaction_sets (
    message_id text not null,
    user_id text not null,
    mask integer not null,
    revision integer not null,
    primary key (message_id, user_id)
  ) without rowid`,
  'create table if not exists reaction_emoji (number integer primary key, emoji text not null)',
  // Not when the message is pruned: its totals may be newer than what was pruned. An old message comes back
  // with its deletion, by an insert.
  ...['update of is_deleted', 'insert'].map(
    (change) => `create trigger if not exists reactions_deleted_by_${change.slice(0, 6)}
      after ${change} on messages when new.is_deleted = 1
      begin
        delete from reaction_totals where message_id = new.id;
        delete from reaction_sets where message_id = new.id;
      end`,
  ),
]
