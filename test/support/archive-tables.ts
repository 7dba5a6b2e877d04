// The names of all tables of the archive, for statements on all of them.

import { getTableName, is } from 'drizzle-orm'
import { PgTable } from 'drizzle-orm/pg-core'
import * as moderationTables from '../../src/postgres/moderation-tables.ts'
import * as reactionTables from '../../src/postgres/reaction-tables.ts'
import * as tables from '../../src/postgres/tables.ts'

const namesOf = (module: object) =>
  Object.values(module)
    .filter((table) => is(table, PgTable))
    .map(getTableName)

export const moderationTableNames = namesOf(moderationTables).join(', ')

export const archiveTableNames = [tables, moderationTables, reactionTables]
  .flatMap(namesOf)
  .join(', ')
