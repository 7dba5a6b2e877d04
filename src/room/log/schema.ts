// The room's own tables, and the steps that upgrade the tables of an older room.
// A step must never change after its release, because existing rooms have already run it. It may only
// add, and SQL names its columns, so that a release starts on tables that are one version newer.

import { reactionTables } from './reactions/tables.ts'

const steps: readonly string[][] = [
  [
    // One row per message, with its current state. `seq` is the latest event of the row and
    // `created_seq` the first; 0: the log had pruned the message, and a change brought it back.
    `create table messages (
      id text primary key,
      user_id text not null,
      username text not null,
      content text not null,
      updated_at integer,
      is_deleted integer not null,
      revision integer not null,
      client_id text,
      created_seq integer not null,
      seq integer not null
    ) without rowid`,
    'create unique index messages_seq on messages (seq)',
    'create table meta (key text primary key, value any not null) without rowid',
    // Dead letters: rows that Postgres refused. They are not pruned, and are retried. The name of the
    // table is old: the release before uses it, as it uses `departures` below.
    `create table set_aside (
      id text primary key,
      code text not null,
      retry_at integer not null
    ) without rowid`,
    `create table online (
      user_id text primary key,
      username text not null,
      arrival integer not null,
      left_at integer,
      leave_due integer
    ) without rowid`,
    // When users left, until Postgres has it.
    'create table departures (user_id text primary key, left_at integer not null) without rowid',
    // The message that each client_id created. Two tables alternate, so that a whole day is dropped
    // at once.
    ...[0, 1].map(
      (turn) => `create table client_ids_${turn} (
        user_id text not null,
        client_id text not null,
        message_id text not null,
        text_hash text not null,
        primary key (user_id, client_id)
      ) without rowid`,
    ),
  ],
  [
    // Sessions and users whose tokens are refused, until those have expired.
    'create table revocations (key text primary key, until integer not null) without rowid',
    // Erased accounts: events without a row in `messages`.
    `create table erasures (
      seq integer primary key,
      user_id text not null unique,
      remains text not null,
      at integer not null
    )`,
  ],
  [
    // The order of events: src/room/log/messages/message-order.ts.
    'drop index messages_seq',
    'create unique index messages_changed on messages (seq) where seq <> created_seq',
    `create unique index messages_marks on messages (created_seq)
      where created_seq > 0 and substr(id, -2) = '00'`,
  ],
]

/**
 * Tables that this release adds. The release before starts on no higher version, and a roll-back must work,
 * so these are no step yet. They become one when each release that may run accepts a newer version.
 */
const additions: readonly string[] = [
  // The state of the room: one row, as JSON.
  `create table if not exists room_state (
    id text primary key,
    seq integer not null,
    at integer not null,
    state text not null,
    revision integer not null,
    is_dirty integer not null
  ) without rowid`,
  `create table if not exists purges (
    seq integer primary key,
    revision integer not null unique,
    user_id text not null,
    from_id text not null,
    to_id text not null,
    at integer not null,
    done_at integer
  )`,
  'create index if not exists purges_user on purges (user_id)',
  // What messages refer to, of those that do: a table of its own, because the release before writes all
  // columns of `messages` without naming them.
  `create table if not exists message_references (
    message_id text primary key,
    reply_to text,
    mentions text not null,
    mentions_room integer not null
  ) without rowid`,
  // Triggers, so that also the release before leaves nothing of a deleted message.
  `create trigger if not exists message_references_pruned after delete on messages
    begin delete from message_references where message_id = old.id; end`,
  `create trigger if not exists message_references_deleted after update of is_deleted on messages
    when new.is_deleted = 1
    begin delete from message_references where message_id = new.id; end`,
  ...reactionTables,
  // Rows without an event. Those that the archive lacks are marked with 1: src/room/log/marked-table.ts.
  `create table if not exists restrictions (
    user_id text primary key,
    username text not null,
    mute text,
    ban text,
    revision integer not null,
    is_dirty integer not null
  ) without rowid`,
  `create table if not exists word_list (
    id text primary key,
    terms text not null,
    revision integer not null,
    is_dirty integer not null
  ) without rowid`,
  `create table if not exists reports (
    id text primary key,
    message_id text not null,
    author_id text not null,
    author_name text not null,
    reporter_id text not null,
    reporter_name text not null,
    reason text,
    status text not null,
    reported_text text,
    closed_by text,
    closed_by_name text,
    revision integer not null,
    is_dirty integer not null
  ) without rowid`,
  'create unique index if not exists reports_reporter on reports (reporter_id, message_id)',
  `create table if not exists audit (
    id text primary key,
    action text not null,
    by_id text,
    by_name text,
    target_id text,
    target_name text,
    message_id text,
    reason text,
    until integer,
    details text not null,
    revision integer not null,
    is_dirty integer not null
  ) without rowid`,
  // How far people have read.
  `create table if not exists read_markers (
    user_id text primary key,
    message_id text not null,
    revision integer not null,
    is_dirty integer not null
  ) without rowid`,
  ...['room_state', 'restrictions', 'word_list', 'reports', 'audit', 'read_markers'].map(
    (table) =>
      `create index if not exists ${table}_dirty on ${table} (is_dirty) where is_dirty = 1`,
  ),
]

/** Upgrades the tables to the newest version. Runs in the constructor, in one transaction. */
export function migrate(storage: DurableObjectStorage): void {
  const { sql } = storage
  storage.transactionSync(() => {
    sql.exec('create table if not exists schema_version (version integer not null)')
    const [row] = sql.exec<{ version: number }>('select version from schema_version').toArray()
    const from = row?.version ?? 0
    // One newer version is accepted, so that a release can be rolled back: steps only add.
    if (from > steps.length + 1)
      throw new Error(`The room's tables are of version ${from}, newer than this release can use.`)
    for (const step of steps.slice(from)) for (const statement of step) sql.exec(statement)
    if (!row) sql.exec('insert into schema_version values (?)', steps.length)
    else if (from < steps.length) sql.exec('update schema_version set version = ?', steps.length)
    for (const statement of additions) sql.exec(statement)
  })
}
