// `npm run db:migrate`, and the part of `npm run deploy` that migrates the database.

import { applyMigrations } from '../migrations/apply.ts'
import { type Failure, runOnDatabase, workOn } from './database.ts'

export const migrateDatabase = (url: string): Promise<Failure> => workOn(url, applyMigrations)

if (import.meta.main)
  await runOnDatabase(migrateDatabase, {
    usage: 'npm run db:migrate\n\nMigrates the database that DATABASE_URL names.',
    done: 'The database is migrated.',
  })
