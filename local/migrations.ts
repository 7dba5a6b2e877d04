// Brings the database to the newest schema, the way a deploy does.
import { applyMigrations } from '../migrations/apply.ts'
import type { Postgres } from './postgres.ts'
import { Refusal, reasonOf } from './refusal.ts'

export async function runMigrations(postgres: Postgres): Promise<void> {
  try {
    await postgres.use(applyMigrations)
  } catch (error) {
    const cause = error instanceof Error && error.cause ? error.cause : error
    throw new Refusal(`The migrations of ${postgres.name} fail: ${reasonOf(cause)}`)
  }
}
