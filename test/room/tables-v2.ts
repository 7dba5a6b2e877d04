// The statements that created the tables in the second version of the room.

import { tablesOfVersion1 } from './tables-v1.ts'

export const tablesOfVersion2 = [
  ...tablesOfVersion1,
  'create table revocations (key text primary key, until integer not null) without rowid',
  `create table erasures (
      seq integer primary key,
      user_id text not null unique,
      remains text not null,
      at integer not null
    )`,
  'update schema_version set version = 2',
]
