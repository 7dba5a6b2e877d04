// The statements that created the tables in the first version of the room.

export const tablesOfVersion1 = [
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
  'create table departures (user_id text primary key, left_at integer not null) without rowid',
  `create table client_ids_0 (
        user_id text not null,
        client_id text not null,
        message_id text not null,
        text_hash text not null,
        primary key (user_id, client_id)
      ) without rowid`,
  `create table client_ids_1 (
        user_id text not null,
        client_id text not null,
        message_id text not null,
        text_hash text not null,
        primary key (user_id, client_id)
      ) without rowid`,
  'create table schema_version (version integer not null)',
  'insert into schema_version values (1)',
]
