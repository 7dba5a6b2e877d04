// Migrates the database to the newest schema and fills the columns that older releases did not write, as a
// deploy does.
import { drizzle } from 'drizzle-orm/node-postgres'
import { applyMigrations } from '../migrations/apply.ts'
import { fillFoldedTexts } from '../src/postgres/folded-texts.ts'
import { fillSkeletons } from '../src/postgres/skeletons.ts'
import type { Postgres } from './postgres.ts'
import { Refusal, reasonOf } from './refusal.ts'

export async function runMigrations(postgres: Postgres): Promise<void> {
  try {
    await postgres.use(async (session) => {
      await applyMigrations(session)
      await fillSkeletons(drizzle(session))
      await fillFoldedTexts(drizzle(session))
    })
  } catch (error) {
    const cause = error instanceof Error && error.cause ? error.cause : error
    throw new Refusal(`The migrations of ${postgres.name} fail: ${reasonOf(cause)}`)
  }
}
