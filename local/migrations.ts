// Brings the database to the newest schema, the way production does: drizzle's migrator over HTTP.
import { neon, neonConfig } from '@neondatabase/serverless'
import { drizzle } from 'drizzle-orm/neon-http'
import { migrate } from 'drizzle-orm/neon-http/migrator'
import type { NeonBridge } from './neon-http.ts'
import { Refusal, reasonOf } from './refusal.ts'

export async function runMigrations(bridge: NeonBridge, migrationsFolder: string): Promise<void> {
  neonConfig.fetchEndpoint = bridge.url
  try {
    await migrate(drizzle(neon(bridge.connectionString)), { migrationsFolder })
  } catch (error) {
    const cause = error instanceof Error && error.cause ? error.cause : error
    throw new Refusal(`The migrations in ${migrationsFolder} fail: ${reasonOf(cause)}`)
  }
}
