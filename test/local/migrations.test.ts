// The migrations on a database of their own each: fresh, shared, or left by an older release.
import { readMigrationFiles } from 'drizzle-orm/migrator'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest'
import { runMigrations } from '../../local/migrations.ts'
import { openPostgres, type Postgres } from '../../local/postgres.ts'
import { openTestPostgres, uniqueName } from './engines.ts'

const migrations = readMigrationFiles({ migrationsFolder: 'migrations' })
const foreign = { hash: 'of another program', folderMillis: 4_102_444_800_000 }

let postgres: Postgres
let drop = async () => {}

/** A new database of the server; embedded, there is one in memory. */
beforeAll(async () => {
  postgres = await openTestPostgres()
  const url = process.env.TEST_DATABASE_URL
  if (!url) return
  const server = postgres
  const name = uniqueName()
  await ask(`create database ${name}`)
  postgres = await openPostgres({ url: String(Object.assign(new URL(url), { pathname: name })) })
  drop = async () => {
    await server.use((session) => session.query(`drop database ${name}`))
    await server.close()
  }
})

afterAll(async () => {
  await postgres.close()
  await drop()
})

beforeEach(async () => {
  await ask('drop schema if exists drizzle, edge_chat, public cascade')
  await ask('create schema public')
})

async function ask(query: string, values: unknown[] = []) {
  const { rows } = await postgres.use((session) => session.query(query, values))
  return rows
}

/** Drizzle's default journal, with the rows of an older release. */
async function leaveOldRelease(applied: typeof migrations): Promise<void> {
  await ask('create schema drizzle')
  await ask(
    'create table drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint)',
  )
  for (const migration of applied) {
    for (const statement of migration.sql) await ask(statement)
    await noteInOldJournal(migration)
  }
}

async function noteInOldJournal({
  hash,
  folderMillis,
}: {
  hash: string
  folderMillis: number
}): Promise<void> {
  const insert = 'insert into drizzle.__drizzle_migrations (hash, created_at) values ($1, $2)'
  await ask(insert, [hash, folderMillis])
}

const oldJournal = 'select hash from drizzle.__drizzle_migrations order by id'

async function expectWhole(): Promise<void> {
  const noted = await ask('select hash, created_at from edge_chat.migrations order by id')
  expect(noted).toEqual(
    migrations.map(({ hash, folderMillis }) => ({ hash, created_at: String(folderMillis) })),
  )
  expect(await ask('select erased_at from users')).toEqual([])
  expect(await ask('select id from messages')).toEqual([])
  expect(await ask('select id from sessions')).toEqual([])
}

test('a fresh database gets all tables, once', async () => {
  await runMigrations(postgres)
  await expectWhole()
  await runMigrations(postgres)
  await expectWhole()
})

// Embedded, they share one session, and wait for each other anyway.
test.each([0, 2])(
  'several at once wait for each other, on %i migrations of an older release',
  async (count) => {
    if (count > 0) await leaveOldRelease(migrations.slice(0, count))
    await Promise.all([1, 2, 3].map(() => runMigrations(postgres)))
    await expectWhole()
  },
)

test('a later row of another program in drizzle’s journal skips nothing, and stays', async () => {
  await leaveOldRelease([])
  await noteInOldJournal(foreign)
  await runMigrations(postgres)
  await expectWhole()
  expect(await ask(oldJournal)).toEqual([{ hash: foreign.hash }])
})

test.each(migrations.map((_, index) => index + 1))(
  'a database of an older release with %i migrations goes on, beside another program too',
  async (count) => {
    await leaveOldRelease(migrations.slice(0, count))
    await noteInOldJournal(foreign)
    await runMigrations(postgres)
    await expectWhole()
    await runMigrations(postgres)
    await expectWhole()
    expect(await ask(oldJournal)).toHaveLength(count + 1)
  },
)

test('tables that were lost with their schema are created again, despite the old journal', async () => {
  await leaveOldRelease(migrations)
  await ask('drop schema public cascade')
  await ask('create schema public')
  await runMigrations(postgres)
  await expectWhole()
})

test('an old journal that the role may not read is left alone', async () => {
  await leaveOldRelease([])
  const role = uniqueName()
  await ask(`create role ${role}`)
  await ask(`grant create, usage on schema public to ${role}`)
  await ask('create schema edge_chat')
  await ask(`alter schema edge_chat owner to ${role}`)
  const [{ name }] = await ask('select current_database() as name')
  await ask(`grant create on database "${name}" to ${role}`)
  onTestFinished(async () => {
    await ask(`drop owned by ${role} cascade`)
    await ask(`drop role ${role}`)
  })
  await runMigrations({
    ...postgres,
    use: (work) =>
      postgres.use(async (session) => {
        await session.query(`set role ${role}`)
        return work(session)
      }),
  })
  await expectWhole()
})

test('a failed migration changes nothing, and the error names it', async () => {
  await ask('create table sessions (id int)')
  await expect(runMigrations(postgres)).rejects.toThrow(
    /^The migrations of .* fail: relation "sessions" already exists$/,
  )
  expect(await ask("select to_regclass('users') as users")).toEqual([{ users: null }])
  await ask('drop table sessions')
  await runMigrations(postgres)
  await expectWhole()
})
