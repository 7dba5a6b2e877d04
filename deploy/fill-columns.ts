// `npm run db:fill`, and the step of `npm run deploy` that computes what older releases did not write.

import { drizzle } from 'drizzle-orm/node-postgres'
import type pg from 'pg'
import { fillFoldedTexts } from '../src/postgres/folded-texts.ts'
import { sessionSettingsQuery } from '../src/postgres/session-settings.ts'
import { fillSkeletons } from '../src/postgres/skeletons.ts'
import { type Failure, runOnDatabase, withDatabase } from './database.ts'

/** Sets the search path itself, because the database's own may lead to tables of other programs. */
export async function fillColumns(session: pg.Client | pg.PoolClient): Promise<void> {
  await session.query(sessionSettingsQuery)
  await fillSkeletons(drizzle(session))
  await fillFoldedTexts(drizzle(session))
}

export const fillDatabase = (url: string): Promise<Failure> => withDatabase(url, fillColumns)

if (import.meta.main)
  await runOnDatabase(fillDatabase, {
    usage:
      'npm run db:fill\n\nFills in what older releases did not write, the skeletons of usernames and the texts ' +
      'for the search, in the database that DATABASE_URL names.',
    done: 'Every username has its skeletons, and every message can be found.',
  })
