// The queries of the service against a database whose sessions begin with settings of its owner's
// choice. A server gets them by `alter database` and `alter role`. The embedded Postgres ignores both, so
// its session is set up before each request.

import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fillColumns } from '../../deploy/fill-columns.ts'
import { runMigrations } from '../../local/migrations.ts'
import { type NeonBridge, serveNeon } from '../../local/neon-http.ts'
import { openPostgres, type Postgres } from '../../local/postgres.ts'
import { firstIdAt } from '../../src/domain/ids.ts'
import type { StoredMessage } from '../../src/domain/message.ts'
import { writeArchive } from '../../src/postgres/archive.ts'
import { connectPostgres } from '../../src/postgres/client.ts'
import { deleteOwnMessages } from '../../src/postgres/message-writes.ts'
import { findMessage, readOwnMessages, readPage } from '../../src/postgres/messages.ts'
import { searchUsers, writeActive } from '../../src/postgres/operator.ts'
import { eraseAccount, findOwnAccount, writePassword } from '../../src/postgres/own-account.ts'
import {
  beginSession,
  deleteAllSessions,
  deleteExpiredSessions,
  findSession,
  listSessions,
  rotateSession,
} from '../../src/postgres/sessions.ts'
import { findByEmail, insertUser, writeLastSeen } from '../../src/postgres/users.ts'
import { uniqueName } from './engines.ts'

const server = process.env.TEST_DATABASE_URL
const database = server ? uniqueName() : 'postgres'
type Settings = Record<string, string>

let embedded: Postgres
let sessionSettings: Settings = {}

const statements = (verb: string, settings: Settings) =>
  Object.entries(settings).map(([name, value]) => `${verb} ${name} = ${value}`)

function openDatabase(): Promise<Postgres> {
  if (server)
    return openPostgres({ url: Object.assign(new URL(server), { pathname: `/${database}` }).href })
  return Promise.resolve({
    ...embedded,
    use: (work) =>
      embedded.use(async (session) => {
        for (const statement of statements('set', sessionSettings)) await session.query(statement)
        return work(session)
      }),
    close: async () => {},
  })
}

/** With new sessions, which begin with the settings of now. */
async function serving<T>(work: (bridge: NeonBridge, postgres: Postgres) => Promise<T>) {
  const postgres = await openDatabase()
  const bridge = await serveNeon({ postgres })
  try {
    return await work(bridge, postgres)
  } finally {
    await bridge.close()
    await postgres.close()
  }
}

const ask = (...statements: string[]) =>
  serving((_, postgres) =>
    postgres.use(async (session) => {
      for (const statement of statements) await session.query(statement)
    }),
  )

async function onServer(statement: string): Promise<void> {
  if (!server) return
  const postgres = await openPostgres({ url: server })
  await postgres.use((session) => session.query(statement))
  await postgres.close()
}

beforeAll(async () => {
  if (!server) embedded = await openPostgres({ memory: true })
  await onServer(`create database ${database}`)
  await serving((_, postgres) => runMigrations(postgres))
  // Where a wrong search path leads: empty tables, and functions that answer something else.
  await ask(
    'create schema decoy',
    'create table decoy.users (like public.users including all)',
    'create table decoy.messages (like public.messages including all)',
    'create table decoy.sessions (like public.sessions including all)',
    `create function decoy.set_config(text, text, boolean) returns text language sql as $$ select '' $$`,
  )
}, 60_000)

afterAll(async () => {
  await onServer(`drop database ${database}`)
  if (!server) await embedded.close()
})

const noon = Date.UTC(2026, 10, 23, 12, 0, 0, 7)
const at = (ms: number) => new Date(noon + ms).toISOString()

/** Each query of the service that gives or takes a time, or that has a meaning to lose. */
async function everyQuery(bridge: NeonBridge) {
  const db = connectPostgres({
    url: bridge.connectionString,
    fetchEndpoint: bridge.url,
    signal: () => AbortSignal.timeout(10_000),
  })
  await db.execute(sql`truncate messages, users cascade`)
  const id = '0f0e0d0c-0b0a-4908-8706-050403020100'
  const sessionId = '1f0e0d0c-0b0a-4908-8706-050403020100'
  const email = 'ada\\b@example.com'
  const caller = { member: { id, username: 'Ada' }, sessionId, expiresAt: noon }
  const registered = await insertUser(db, { id, username: 'Ada', email, passwordHash: 'h' })
  const taken = await insertUser(db, {
    id: sessionId,
    username: 'ADA',
    email: 'x',
    passwordHash: '',
  })
  await db.execute(sql`update users set created_at = ${at(0)}::timestamptz`)
  await writeLastSeen(db, [{ user_id: id, at: noon + 1 }])
  const begun = await beginSession(
    db,
    { id, password_hash: 'h' },
    { id: sessionId, userAgent: 'a\\b', refreshHash: 'r', now: noon + 2, expiresAt: noon + 3_000 },
  )
  const rotated = await rotateSession(db, sessionId, {
    ...{ seen: 'r', presented: 'r', next: 's' },
    ...{ now: noon + 3, expiresAt: noon + 4_000 },
  })
  const messages = [0, 1, 2, 3].map(
    (n): StoredMessage => ({
      id: firstIdAt(noon + n),
      user_id: id,
      username: 'Ada',
      content: `message \\n ${n}`,
      updated_at: n === 1 ? noon + 10 : null,
      is_deleted: false,
      revision: n === 1 ? 2 : 1,
      client_id: null,
    }),
  )
  await writeArchive(
    db,
    messages.map((state) => ({ kind: 'messages', state })),
    null,
  )
  return {
    registered: { ...(registered as object), created_at: null },
    taken,
    begun,
    rotated,
    credentials: await findByEmail(db, email),
    account: await findOwnAccount(db, caller, noon),
    later: await findOwnAccount(db, caller, noon + 5_000),
    found: await searchUsers(db, { username: 'ada' }),
    session: await findSession(db, sessionId),
    sessions: await listSessions(db, id, noon),
    page: await readPage(db, { below: firstIdAt(noon + 3), limit: 2 }),
    message: await findMessage(db, firstIdAt(noon + 1)),
    own: await readOwnMessages(db, id, { above: firstIdAt(noon + 1), limit: 10 }),
    deleted: await deleteOwnMessages(db, id, {
      above: firstIdAt(noon + 2),
      limit: 10,
      now: noon + 20,
    }),
    gone: await findMessage(db, firstIdAt(noon + 3)),
    renewed: await writePassword(db, { id, password_hash: 'h' }, { renewed: 'i', keep: sessionId }),
    swept: await deleteExpiredSessions(db, noon + 3_999),
    left: await deleteAllSessions(db, id),
    active: await writeActive(db, id, false),
    erased: await eraseAccount(db, id, noon + 30),
    after: await findOwnAccount(db, caller, noon),
    looks: (
      await db.execute(sql`select 'a\\b' as text, 1.1::float8 / 3 as float,
        '\\x00ff'::bytea::text as bytes, interval '-1 day 2 hours'::text as interval,
        '2026-11-23 12:00Z'::timestamptz::text as time, '{1,NULL}'::text[]::text as list,
        current_setting('transaction_isolation') as isolation`)
    ).rows,
  }
}

const hostile: Settings[] = [
  {
    datestyle: "'German'",
    timezone: "'Asia/Kathmandu'",
    search_path: 'decoy, pg_catalog, public',
    intervalstyle: "'sql_standard'",
    extra_float_digits: '-15',
    bytea_output: "'escape'",
    standard_conforming_strings: 'off',
    array_nulls: 'off',
    transform_null_equals: 'on',
    default_transaction_isolation: "'serializable'",
    default_transaction_deferrable: 'on',
    ...(server && { client_encoding: "'LATIN1'" }),
  },
  { datestyle: "'SQL, DMY'", timezone: "'America/St_Johns'", search_path: 'decoy' },
  { datestyle: "'Postgres, YMD'", search_path: "''" },
]
const tried = [
  ...hostile,
  ...hostile.flatMap((settings) =>
    Object.entries(settings).map(([name, value]) => ({ [name]: value })),
  ),
]

/** The connection itself sets this one, in every driver. */
const setByConnection = 'client_encoding'

async function setUp(whose: string, settings: Settings): Promise<void> {
  if (server) await ask(...statements(`alter ${whose} set`, settings))
  else sessionSettings = settings
}

async function setBack(whose: string): Promise<void> {
  sessionSettings = {}
  if (server) await ask(`alter ${whose} reset all`)
}

async function during(whose: string, settings: Settings, work: () => Promise<void>) {
  const names = Object.keys(settings).filter((name) => name !== setByConnection)
  const show = () =>
    serving((_, postgres) =>
      postgres.use(async (session) => {
        const shown = names.map((name) => `current_setting('${name}') as ${name}`)
        const { rows } = await session.query(`select 1 as one, ${shown.join(', ') || '1'}`)
        return rows[0]
      }),
    )
  const before = await show()
  await setUp(whose, settings)
  try {
    const now = await show()
    for (const name of names) expect(now[name]).not.toBe(before[name])
    await work()
  } finally {
    await setBack(whose)
  }
}

describe('every query answers the same', () => {
  let usual: Awaited<ReturnType<typeof everyQuery>>

  beforeAll(async () => {
    usual = await serving(everyQuery)
  }, 60_000)

  test('as long as the owner sets nothing', () => {
    expect(usual).toMatchObject({
      registered: { username: 'Ada', last_seen: null },
      taken: 'username_taken',
      account: { user: { created_at: at(0), last_seen: at(1) }, isSessionActive: true },
      later: { isSessionActive: false },
      session: { rotated_at: noon + 3, expires_at: noon + 4_000 },
      sessions: [{ created_at: at(2), last_used_at: at(3), expires_at: at(4_000) }],
      page: [{ content: 'message \\n 2' }, { updated_at: noon + 10, revision: 2 }],
      gone: { content: '', updated_at: noon + 20, revision: 2 },
      after: { isErased: true },
      looks: [{ float: 1.1 / 3, time: '2026-11-23 12:00:00+00' }],
    })
  })

  test.each(tried)('after `alter database` has set %j', (settings) =>
    during(`database ${database}`, settings, async () => {
      expect(await serving(everyQuery)).toEqual(usual)
    }),
  )

  test('after `alter role` has set all of them', () =>
    during(`role current_user in database ${database}`, hostile[0] ?? {}, async () => {
      expect(await serving(everyQuery)).toEqual(usual)
    }))
})

test('migrations make their tables where the service looks for them', async () => {
  await ask(
    'drop schema public cascade',
    'drop schema edge_chat cascade',
    'create schema public',
    'drop table decoy.users, decoy.messages, decoy.sessions',
  )
  await during(`database ${database}`, { search_path: 'decoy' }, async () => {
    await serving((_, postgres) => runMigrations(postgres))
    await expect(serving(everyQuery)).resolves.toBeDefined()
  })
})

test('a deploy fills in the names of the service, and those of no other program', async () => {
  const columns = 'id, username, username_canonical, email, email_canonical, password_hash'
  await ask(
    'create table decoy.users (like public.users)',
    ...['public', 'decoy'].map(
      (schema) =>
        `insert into ${schema}.users (${columns}, created_at, is_active)
         values (gen_random_uuid(), 'Grace', 'grace', 'grace', 'grace', '-', now(), true)`,
    ),
  )
  await during(`database ${database}`, { search_path: 'decoy' }, async () => {
    await serving((_, postgres) => postgres.use(fillColumns))
  })
  const filled = await serving((_, postgres) =>
    postgres.use(async (session) => {
      const { rows } = await session.query(`
        select 'ours' as whose, username_skeletons is not null as filled from public.users
        union all select 'theirs', username_skeletons is not null from decoy.users`)
      return rows
    }),
  )
  expect(filled).toContainEqual({ whose: 'ours', filled: true })
  expect(filled).toContainEqual({ whose: 'theirs', filled: false })
})
