// `npm run db:migrate`, and the step of `npm run deploy` that migrates the database.

import { applyMigrations } from '../migrations/apply.ts'
import { type Failure, runOnDatabase, withDatabase } from './database.ts'

export const migrateDatabase = (url: string): Promise<Failure> => withDatabase(url, applyMigrations)

if (import.meta.main)
  await runOnDatabase(migrateDatabase, {
    usage: 'npm run db:migrate\n\nMigrates the database that DATABASE_URL names.',
    done: 'The database is migrated.',
  })
