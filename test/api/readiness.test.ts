// `/ready` while Postgres and Redis answer, but cannot do what is needed.

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Readiness } from '../../src/contract/routes/health.ts'
import { archiveTableNames } from '../support/archive-tables.ts'
import { sql, trouble } from '../support/chat.ts'
import { answer, callWith, roomThat, workerWith } from './responses.ts'

const quiet = { dirty: 0, oldestDirtyMs: null, setAside: 0, postgresError: null as string | null }
const ROOM = roomThat({ state: async () => quiet })

let lines: string[]

beforeEach(() => {
  lines = []
  vi.spyOn(console, 'error').mockImplementation((line: string) => lines.push(line))
})

afterEach(async () => {
  vi.restoreAllMocks()
  await trouble({ part: 'postgres' })
  await trouble({ part: 'redis' })
})

/** Uses a new Worker without any state. */
async function readiness(room = ROOM): Promise<Readiness> {
  return answer(await callWith({ ROOM: room }, '/ready'), 200, Readiness)
}

/** Statements with names in them, which cannot be parameters. */
async function run(...statements: string[]): Promise<void> {
  for (const statement of statements) await sql().query(statement)
}

/** The log lines about the stores. */
function logged(): unknown[] {
  return lines.map((line) => JSON.parse(line)).filter(({ event }) => event === 'store_unfit')
}

const up = { state: 'up' }

describe('/ready, while Postgres answers', () => {
  test.each([
    [
      'table',
      'sessions',
      'alter table sessions rename to gone',
      'alter table gone rename to sessions',
    ],
    [
      'table',
      'word_list',
      'alter table word_list rename to gone',
      'alter table gone rename to word_list',
    ],
    [
      'column',
      'messages.revision',
      'alter table messages rename revision to gone',
      'alter table messages rename gone to revision',
    ],
  ])(
    'READY-7 `/ready` says `degraded` if a table or a column of this version is missing, and the log names it: %s',
    async (_, name, remove, restore) => {
      await run(remove)
      const found = await readiness().finally(() => run(restore))
      expect(found).toMatchObject({
        status: 'degraded',
        postgres: {
          state: 'down',
          code: 'schema_missing',
          detail: 'A table or a column that this version needs is not there.',
        },
        redis: up,
      })
      expect(JSON.stringify(found)).not.toContain(name)
      expect(logged()).toEqual([
        {
          event: 'store_unfit',
          level: 'error',
          store: 'postgres',
          code: 'schema_missing',
          of: name,
        },
      ])
      expect(await readiness()).toMatchObject({ status: 'ready', postgres: up, redis: up })
    },
  )

  test.each([
    ['delete sessions', 'revoke delete on sessions from', 'sessions'],
    ['delete reports', 'revoke delete on reports from', 'reports'],
    ['write messages', 'revoke insert on messages from', 'messages'],
    ['read users', 'revoke select on users from', 'users'],
  ])(
    'READY-8 `/ready` says `degraded` if the role may not read, write or delete what the service needs: %s',
    async (_, revoke, table) => {
      const role = `role_${crypto.randomUUID().replaceAll('-', '')}`
      await run(
        `create role ${role}`,
        `grant select, insert, update, delete on ${archiveTableNames} to ${role}`,
      )
      await trouble({ part: 'postgres', begin: `set role ${role}` })
      expect(await readiness()).toMatchObject({ status: 'ready', postgres: up })
      await trouble({ part: 'postgres' })
      await run(`${revoke} ${role}`)
      await trouble({ part: 'postgres', begin: `set role ${role}` })
      const found = await readiness()
      await trouble({ part: 'postgres' })
      await run(`drop owned by ${role}`, `drop role ${role}`)
      expect(found).toMatchObject({
        status: 'degraded',
        postgres: { state: 'down', code: 'not_permitted' },
      })
      expect(logged()).toMatchObject([
        { code: 'not_permitted', of: expect.stringMatching(`^${table}\\.`) },
      ])
    },
  )

  test('READY-9 `/ready` says `degraded` while Postgres takes no writes', async () => {
    await trouble({ part: 'postgres', begin: 'set default_transaction_read_only = on' })
    expect(await readiness()).toMatchObject({
      status: 'degraded',
      postgres: { state: 'down', code: 'read_only', detail: 'It takes no writes.' },
    })
    await trouble({ part: 'postgres' })
    expect(await readiness()).toMatchObject({ status: 'ready', postgres: up })
  })

  test.each([
    ['53100', 'full'],
    ['25006', 'read_only'],
    ['57P01', '57P01'],
  ])(
    "READY-10 `/ready` says why the room's last write to Postgres failed: %s",
    async (postgresError, code) => {
      const room = roomThat({ state: async () => ({ ...quiet, postgresError }) })
      expect(await readiness(room)).toMatchObject({
        status: 'degraded',
        postgres: { state: 'down', code },
      })
    },
  )
})

describe('/ready, while Redis answers', () => {
  test.each([
    ["OOM command not allowed when used memory > 'maxmemory'.", 'full'],
    ["READONLY You can't write against a read only replica.", 'read_only'],
    [
      'MISCONF Redis is configured to save RDB snapshots, but it is unable to persist',
      'writes_refused',
    ],
    ['NOREPLICAS Not enough good replicas to write.', 'writes_refused'],
    ["NOPERM this user has no permissions to run the 'set' command", 'not_permitted'],
  ])('READY-11 `/ready` says `degraded` while Redis takes no writes: %s', async (refusal, code) => {
    await trouble({ part: 'redis', refusal })
    const found = await readiness()
    expect(found).toMatchObject({
      status: 'degraded',
      postgres: up,
      redis: { state: 'down', code },
    })
    expect(JSON.stringify(found)).not.toContain(refusal.slice(0, 12))
    expect(logged()).toMatchObject([{ store: 'redis', code, of: /^[A-Z]+/.exec(refusal)?.[0] }])
    await trouble({ part: 'redis' })
    expect(await readiness()).toMatchObject({ status: 'ready', redis: up })
  })
})

describe('/ready, asked again and again', () => {
  /** One Worker, called at times that the test sets. */
  function asked() {
    const start = Date.now()
    const clock = vi.spyOn(Date, 'now')
    const fetches = vi.spyOn(globalThis, 'fetch')
    const call = workerWith({ ROOM })
    return {
      at: async (ms: number) => {
        clock.mockReturnValue(start + ms)
        return answer(await call('/ready'), 200, Readiness)
      },
      looks: () => fetches.mock.calls.length / 2,
    }
  }

  test('READY-12 `/ready` checks Postgres and Redis again after 10 seconds, and not before', async () => {
    const { at, looks } = asked()
    await trouble({ part: 'redis', refusal: 'OOM' })
    const before = looks()
    expect((await at(0)).redis.code).toBe('full')
    await trouble({ part: 'redis' })
    for (const ms of [1, 5_000, 9_999]) expect((await at(ms)).status).toBe('degraded')
    expect((await at(10_000)).status).toBe('ready')
    expect(looks() - before).toBe(2.5)
  })

  test.each([-1_000, -10_000, -600_000, -3_600_000])(
    'READY-13 `/ready` checks again if the clock was set back since its last check: %i',
    async (ms) => {
      await trouble({ part: 'redis', refusal: 'OOM' })
      const { at } = asked()
      expect((await at(0)).status).toBe('degraded')
      await trouble({ part: 'redis' })
      expect((await at(ms)).status).toBe('ready')
    },
  )
})
