// The configuration of drizzle-kit. `generate` compares the tables with migrations/. `npm run db:migrate`
// applies them, and also copies the journal of an older release.

import { defineConfig } from 'drizzle-kit'
import { journal } from './migrations/journal.ts'

const url = process.env.DATABASE_URL
if (!url && !process.argv.includes('generate')) {
  console.error('Set DATABASE_URL to the postgres:// URL of the database to migrate.')
  process.exit(1)
}

export default defineConfig({
  dialect: 'postgresql',
  schema: [
    './src/postgres/tables.ts',
    './src/postgres/moderation-tables.ts',
    './src/postgres/reaction-tables.ts',
  ],
  out: './migrations',
  migrations: journal,
  ...(url && { dbCredentials: { url } }),
})
