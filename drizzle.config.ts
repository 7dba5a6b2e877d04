// What drizzle-kit reads: `generate` compares the tables with migrations/, `migrate` applies them.

import { defineConfig } from 'drizzle-kit'

const url = process.env.DATABASE_URL
if (!url && !process.argv.includes('generate')) {
  console.error('Set DATABASE_URL to the postgres:// URL of the database to migrate.')
  process.exit(1)
}

export default defineConfig({
  dialect: 'postgresql',
  schema: './src/postgres/tables.ts',
  out: './migrations',
  ...(url && { dbCredentials: { url } }),
})
