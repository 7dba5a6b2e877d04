// `npm run db:fill`, and the part of `npm run deploy` that fills in what older releases did not write.

import { drizzle } from 'drizzle-orm/node-postgres'
import type pg from 'pg'
import { settleSession } from '../src/postgres/session-settings.ts'
import { fillSkeletons } from '../src/postgres/skeletons.ts'
import { type Failure, runOnDatabase, workOn } from './database.ts'

/** In the tables of the service, whatever search path the owner has set: other programs may have some, too. */
export async function fillNames(session: pg.Client | pg.PoolClient): Promise<void> {
  await session.query(settleSession)
  await fillSkeletons(drizzle(session))
}

export const fillDatabase = (url: string): Promise<Failure> => workOn(url, fillNames)

if (import.meta.main)
  await runOnDatabase(fillDatabase, {
    usage:
      'npm run db:fill\n\nFills in the skeletons of usernames that older releases did not write, in the ' +
      'database that DATABASE_URL names.',
    done: 'Every username has its skeletons.',
  })
