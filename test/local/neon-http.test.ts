import { neon, neonConfig } from '@neondatabase/serverless'
import { drizzle } from 'drizzle-orm/neon-http'
import { jsonb, pgSchema, text, timestamp } from 'drizzle-orm/pg-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type NeonBridge, serveNeon } from '../../local/neon-http.ts'
import type { Postgres } from '../../local/postgres.ts'
import { openTestPostgres, uniqueName } from './engines.ts'

const schema = pgSchema(uniqueName())
const notes = schema.table('notes', {
  id: text().primaryKey(),
  body: jsonb(),
  at: timestamp({ withTimezone: true, mode: 'string' }),
})
const name = `"${schema.schemaName}"."notes"`

let postgres: Postgres
let bridge: NeonBridge
let sql: ReturnType<typeof neon<false, true>>
let db: ReturnType<typeof drizzle>

beforeAll(async () => {
  postgres = await openTestPostgres()
  bridge = await serveNeon({ postgres })
  neonConfig.fetchEndpoint = bridge.url
  sql = neon(bridge.connectionString, { fullResults: true })
  db = drizzle(neon(bridge.connectionString))
  await sql.query(`CREATE SCHEMA "${schema.schemaName}"`)
  await sql.query(`CREATE TABLE ${name} (id text PRIMARY KEY, body jsonb, at timestamptz)`)
}, 30_000)

afterEach(async () => {
  await sql.query(`TRUNCATE ${name}`)
})

afterAll(async () => {
  await sql.query(`DROP SCHEMA "${schema.schemaName}" CASCADE`)
  await bridge.close()
  await postgres.close()
})

describe('one query', () => {
  test('returns values of every type through the driver', async () => {
    const { rows } = await sql`SELECT ${'ä\u{1f600}'}::text AS text, ${12}::int AS int,
      ${true}::bool AS bool, ${null}::text AS nothing, ${{ a: [1] }}::jsonb AS json,
      ${['x', 'y']}::text[] AS list, ${Buffer.from([0, 255])}::bytea AS bytes`
    expect(rows).toEqual([
      {
        text: 'ä\u{1f600}',
        int: 12,
        bool: true,
        nothing: null,
        json: { a: [1] },
        list: ['x', 'y'],
        bytes: Buffer.from([0, 255]),
      },
    ])
  })

  test('returns the command, the count and the columns', async () => {
    const inserted = await sql.query(`INSERT INTO ${name} (id) VALUES ('a'), ('b')`)
    expect(inserted).toMatchObject({ command: 'INSERT', rowCount: 2, rows: [], fields: [] })
    const selected = await sql.query(`SELECT id, 1::int4 AS one FROM ${name} WHERE id = $1`, ['a'])
    expect(selected.fields.map((field) => [field.name, field.dataTypeID])).toEqual([
      ['id', 25],
      ['one', 23],
    ])
  })

  test('returns two columns of one name separately in array mode', async () => {
    const { rows } = await sql.query('SELECT 1 AS x, 2 AS x', [], { arrayMode: true })
    expect(rows).toEqual([[1, 2]])
  })

  test('keeps microseconds', async () => {
    await db.insert(notes).values({ id: 'a', at: '2026-01-02 03:04:05.678901+00' })
    const [row] = await db.select().from(notes)
    expect(row?.at).toBe('2026-01-02 03:04:05.678901+00')
  })

  test('accepts a thousand rows of jsonb as one parameter', async () => {
    const rows = Array.from({ length: 1_000 }, (_, n) => ({ id: `n${n}`, body: { n, q: '"\\' } }))
    const upsert = `INSERT INTO ${name} (id, body)
      SELECT id, body FROM jsonb_to_recordset($1::jsonb) AS r(id text, body jsonb)
      ON CONFLICT (id) DO UPDATE SET body = excluded.body`
    await sql.query(upsert, [JSON.stringify(rows)])
    expect((await sql.query(upsert, [JSON.stringify(rows)])).rowCount).toBe(1_000)
  })
})

describe('an error of SQL', () => {
  test('reaches the driver with its fields', async () => {
    await sql.query(`INSERT INTO ${name} (id) VALUES ('a')`)
    const failure = sql.query(`INSERT INTO ${name} (id) VALUES ('a')`)
    await expect(failure).rejects.toMatchObject({
      name: 'NeonDbError',
      code: '23505',
      severity: 'ERROR',
      schema: schema.schemaName,
      table: 'notes',
      constraint: 'notes_pkey',
      detail: 'Key (id)=(a) already exists.',
    })
  })

  test('is the cause of what drizzle throws', async () => {
    await db.insert(notes).values({ id: 'a' })
    await expect(db.insert(notes).values({ id: 'a' })).rejects.toMatchObject({
      cause: { code: '23505' },
    })
  })

  test.each([
    ['a NUL in the query', 'SELECT 1 \0', [], '22021'],
    ['a NUL in a value', 'SELECT $1::text', ['\0'], '22021'],
    ['two statements', 'SELECT 1; SELECT 2', [], '42601'],
    ['too few values', 'SELECT $1::text, $2::text', ['x'], '08P01'],
    ['more values than the wire can count', 'SELECT 1', Array(65_536).fill('x'), '54000'],
    ['reading from a stdin that is not there', '-- x\n COPY pg_class\nFROM STDIN', [], '0A000'],
  ])('answers %s', async (_name, query, params, code) => {
    await expect(sql.query(query, params)).rejects.toMatchObject({ code })
    expect((await sql`SELECT 1 AS one`).rows).toEqual([{ one: 1 }])
  })

  test('is the wrong password', async () => {
    const stranger = neon('postgres://local:wrong@127.0.0.1/chat')
    await expect(stranger`SELECT 1`).rejects.toMatchObject({ code: '28P01' })
  })
})

describe('several queries', () => {
  test('are one transaction', async () => {
    const failing = sql.transaction([
      sql.query(`INSERT INTO ${name} (id) VALUES ('a')`),
      sql.query('SELECT 1 / 0'),
    ])
    await expect(failing).rejects.toMatchObject({ code: '22012' })
    expect((await sql.query(`SELECT * FROM ${name}`)).rows).toEqual([])
  })

  test('answer one after the other', async () => {
    const [inserted, found] = await db.batch([
      db.insert(notes).values({ id: 'a' }).returning(),
      db.select({ id: notes.id }).from(notes),
    ])
    expect(inserted).toHaveLength(1)
    expect(found).toEqual([{ id: 'a' }])
  })

  test('run at the requested isolation level', async () => {
    const settings = ['transaction_isolation', 'transaction_read_only', 'transaction_deferrable']
    const answers = await sql.transaction(
      settings.map((setting) => sql.query('SELECT current_setting($1) AS is', [setting])),
      { isolationLevel: 'Serializable', readOnly: true, deferrable: true },
    )
    const values = answers.map((answer) => answer.rows[0]?.is)
    expect(values).toEqual(['serializable', 'on', 'on'])
  })
})

describe('a session', () => {
  test('that was left in a transaction leaves nothing behind', async () => {
    await sql.query('BEGIN')
    await sql.query(`INSERT INTO ${name} (id) VALUES ('kept')`)
    await expect(sql.query('ROLLBACK')).resolves.toBeDefined()
    expect((await sql.query(`SELECT id FROM ${name}`)).rows).toEqual([{ id: 'kept' }])
  })

  test('is reset for the next request after a change', async () => {
    await sql.query("SET statement_timeout = '123s'")
    await sql.query('CREATE TEMP TABLE passing (id int)')
    expect((await sql.query('SHOW statement_timeout')).rows).toEqual([{ statement_timeout: '0' }])
    expect((await sql.query("SELECT to_regclass('passing') AS found")).rows).toEqual([
      { found: null },
    ])
  })

  test('serves many requests at once without mixing them', async () => {
    const asked = Array.from({ length: 50 }, (_, n) => n)
    const answers = await Promise.all(asked.map((n) => sql`SELECT ${n}::int AS n`))
    expect(answers.map((answer) => answer.rows[0]?.n)).toEqual(asked)
  })

  // The embedded one cannot end its only session.
  const onServer = test.runIf(process.env.TEST_DATABASE_URL)
  onServer('that Postgres ended is an outage once, and then replaced', async () => {
    await expect(sql.query('SELECT pg_terminate_backend(pg_backend_pid())')).rejects.toThrow(
      'HTTP status 503',
    )
    const again = await sql`SELECT 1 AS one`.catch(() => sql`SELECT 1 AS one`)
    expect(again.rows).toEqual([{ one: 1 }])
  })
})

test('a body of 7 MiB passes', async () => {
  const { rows } = await sql.query('SELECT length($1) AS n', ['x'.repeat(7 << 20)])
  expect(rows).toEqual([{ n: 7 << 20 }])
})
