// A Postgres that was set back or lost, and what the room brings back to it.

import { abortAllDurableObjects, evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { drizzle } from 'drizzle-orm/neon-http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Message } from '../../src/contract/entities.ts'
import { Rearchive } from '../../src/contract/rearchive.ts'
import { erasedName } from '../../src/contract/values.ts'
import { compose } from '../../src/domain/message.ts'
import { fillSkeletons } from '../../src/postgres/skeletons.ts'
import { Revocations } from '../../src/room/access/revocations.ts'
import { createLog } from '../../src/room/log/create-log.ts'
import { migrate } from '../../src/room/log/schema.ts'
import { AccountEndings } from '../../src/room/outbox/account-endings.ts'
import { Outbox } from '../../src/room/outbox/outbox.ts'
import { Rearchive as RearchiveOfRoom } from '../../src/room/outbox/rearchive.ts'
import type { Archive, ArchiveRepair } from '../../src/room/ports.ts'
import {
  call,
  callAs,
  emptyTables,
  flushed,
  newPerson,
  objectOf,
  type Person,
  ringUntil,
  Socket,
  say,
  sql,
  theRoom,
  tokenFor,
  trouble,
} from '../support/chat.ts'
import { testClock } from '../support/test-clock.ts'
import { noAlarm, openLog, roomClock } from './inside.ts'

type Row = Record<string, unknown>
type Backup = Record<'users' | 'sessions' | 'messages' | 'room_fences', Row[]>

async function backUp(): Promise<Backup> {
  const [users, sessions, messages, room_fences] = await Promise.all([
    sql()`select to_jsonb(users) as row from users`,
    sql()`select to_jsonb(sessions) as row from sessions`,
    sql()`select to_jsonb(messages) as row from messages`,
    sql()`select to_jsonb(room_fences) as row from room_fences`,
  ])
  const rows = (found: Row[]) => found.map(({ row }) => row as Row)
  return {
    users: rows(users),
    sessions: rows(sessions),
    messages: rows(messages),
    room_fences: rows(room_fences),
  }
}

const nothing: Backup = { users: [], sessions: [], messages: [], room_fences: [] }

async function restore(backup: Backup): Promise<void> {
  await emptyTables('messages, users, room_fences')
  for (const [table, rows] of Object.entries(backup))
    await sql().query(
      `insert into ${table} select * from jsonb_populate_recordset(null::${table}, $1)`,
      [JSON.stringify(rows)],
    )
}

const archived = async ({ id }: Pick<Message, 'id'>) =>
  (await sql()`select content, is_deleted, revision from messages where id = ${id}`)[0]

const account = async ({ id }: Pick<Person, 'id'>) =>
  (
    await sql()`select username, username_canonical, username_skeletons, email, email_canonical,
    password_hash, is_active, erased_at from users where id = ${id}`
  )[0]

const isDone = async () => {
  const { rearchive, dirty } = await theRoom().report()
  return rearchive === null && dirty === 0
}

async function rearchive(): Promise<Rearchive> {
  const begun = await theRoom().rearchive()
  if (!begun.ok) throw new Error(begun.refusal.detail)
  return Rearchive.strict().parse(begun.value)
}

const changeLog = async (change: (log: ReturnType<typeof createLog>) => void) => {
  await runInDurableObject(theRoom(), (_, { storage }) => change(createLog(storage)))
  await evictDurableObject(theRoom())
}

describe('a Postgres that was set back', () => {
  let ada: Person
  let old: Message
  let backup: Backup

  beforeEach(async () => {
    ada = await newPerson()
    old = await say(ada, 'in the backup')
    await flushed()
    backup = await backUp()
  })

  afterEach(async () => {
    await trouble({ part: 'postgres' })
    testClock.reset()
    await theRoom().rearchive()
    await ringUntil(isDone)
  })

  it('REARCHIVE-1 `operator rearchive` writes everything again that the room has, also edits and deletions, and nothing becomes a dead letter', async () => {
    const bo = await newPerson()
    const [kept, edited, deleted] = [await say(bo, 'a'), await say(bo, 'b'), await say(ada, 'c')]
    await callAs(bo, 'PATCH', `/messages/${edited.id}`, { content: 'B' })
    await callAs(ada, 'DELETE', `/messages/${deleted.id}`)
    await callAs(ada, 'PATCH', `/messages/${old.id}`, { content: 'changed since' })
    await flushed()
    await restore(backup)
    const late = await say(bo, 'after the restore')
    await ringUntil(async () => (await theRoom().state()).postgresError === 'postgres_set_back')

    const plan = await rearchive()
    expect(plan.rows_left).toBeGreaterThanOrEqual(5)
    expect((await theRoom().report()).rearchive).toEqual(plan)
    await ringUntil(isDone)

    expect(await archived(kept)).toMatchObject({ content: 'a', revision: 1 })
    expect(await archived(edited)).toMatchObject({ content: 'B', revision: 2 })
    expect(await archived(deleted)).toMatchObject({ content: '', is_deleted: true, revision: 2 })
    expect(await archived(old)).toMatchObject({ content: 'changed since', revision: 2 })
    expect(await archived(late)).toMatchObject({ content: 'after the restore' })
    const { epoch, seq } = await theRoom().report()
    expect(await theRoom().state()).toMatchObject({ setAside: 0, postgresError: null })
    const [fence] = await sql()`select epoch, flushed_seq::int as seq from room_fences`
    expect(fence).toEqual({ epoch, seq })
  })

  it('REARCHIVE-2 An author whom Postgres does not know gets a placeholder with the shown name, to which nobody can log in and which keeps no name or address from anybody', async () => {
    const bo = await newPerson('Bo')
    const message = await say(bo, 'who am I')
    await flushed()
    await restore(backup)
    await rearchive()
    await ringUntil(isDone)

    expect(await account(bo)).toEqual({
      username: bo.username,
      username_canonical: `unknown:${bo.id}`,
      username_skeletons: [],
      email: '',
      email_canonical: `unknown:${bo.id}`,
      password_hash: '',
      is_active: false,
      erased_at: null,
    })
    // A later release may have all skeletons computed anew.
    await sql()`update users set username_skeletons = null where id = ${bo.id}`
    await fillSkeletons(drizzle({ client: sql() }))
    expect((await account(bo))?.username_skeletons).toBeNull()
    const { messages } = (await (await call('/messages')).json()) as { messages: Message[] }
    expect(messages.find(({ id }) => id === message.id)?.username).toBe(bo.username)
    const registration = await call('/auth/register', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({
        username: bo.username,
        email: `${bo.id}@chat.test`,
        password: 'correct horse battery',
      }),
    })
    expect(registration.status).toBe(201)
  })

  it('REARCHIVE-3 Accounts that were deactivated or erased and sessions that ended since the backup are so again', async () => {
    const [banned, ended, keeps, deletes] = [
      await newPerson(),
      await newPerson(),
      await newPerson(),
      await newPerson(),
    ]
    const before = [await say(keeps, 'kept'), await say(deletes, 'deleted')] as const
    const onlyInArchive = `01900000-0000-7000-8000-${crypto.randomUUID().slice(24)}`
    await sql()`insert into messages (id, user_id, content, created_at, is_deleted, revision)
      values (${onlyInArchive}, ${deletes.id}, 'ancient', now(), false, 1)`
    await flushed()
    const withAll = await backUp()
    await theRoom().bar(banned.id)
    await theRoom().revoke([ended.sessionId])
    await theRoom().erase(keeps.id, 'keep')
    await theRoom().erase(deletes.id, 'delete')
    await restore(withAll)

    const plan = await rearchive()
    expect(plan.endings_left).toBeGreaterThanOrEqual(6)
    await ringUntil(isDone)

    expect(await account(banned)).toMatchObject({ is_active: false, username: banned.username })
    expect(await account(ended)).toMatchObject({ is_active: true })
    for (const erased of [keeps, deletes])
      expect(await account(erased)).toMatchObject({
        username: erasedName,
        username_canonical: `erased:${erased.id}`,
        email: '',
        password_hash: '',
        is_active: false,
        erased_at: expect.anything(),
      })
    const left = await sql()`select id from sessions
      where user_id in (${banned.id}, ${ended.id}, ${keeps.id}, ${deletes.id})`
    expect(left).toEqual([])
    expect(await archived(before[0])).toMatchObject({ content: 'kept' })
    expect(await archived(before[1])).toMatchObject({ content: '', is_deleted: true })
    expect(await archived({ id: onlyInArchive })).toMatchObject({ content: '', is_deleted: true })
  })

  it('REARCHIVE-4 Repeating it changes nothing, whether it is running or done', async () => {
    const bo = await newPerson()
    await theRoom().bar((await newPerson()).id)
    await say(bo, 'once')
    await flushed()
    await restore(backup)
    const first = await rearchive()
    expect(await rearchive()).toEqual(first)
    await ringUntil(isDone)
    const after = await backUp()
    await rearchive()
    await ringUntil(isDone)
    const again = await backUp()
    expect(again.messages).toEqual(after.messages)
    expect(again.users).toEqual(after.users)
    expect(again.sessions).toEqual(after.sessions)
  })

  it('REARCHIVE-5 A room that is killed in the middle of it goes on where it was', async () => {
    const erased = await Promise.all(Array.from({ length: 10 }, () => newPerson()))
    for (const author of erased) await theRoom().erase(author.id, 'delete')
    const authors = await Promise.all(Array.from({ length: 60 }, () => newPerson()))
    const messages: { id: string }[] = []
    await changeLog((log) => {
      for (const author of authors) {
        const id = log.messages.ids.next(testClock.now())
        log.messages.append(compose(author, 'again', { id, clientId: null }))
        messages.push({ id })
      }
    })
    await flushed()
    await restore(backup)
    await changeLog(({ meta }) => meta.set('flush_rows_max', 1))
    await rearchive()
    await trouble({ part: 'postgres', delayMs: 100 })
    const seen = []
    for (let kill = 0; kill < 3; kill++) {
      const before = (await theRoom().report()).rearchive
      await ringUntil(async () => {
        const { rearchive } = await theRoom().report()
        return rearchive?.rows_left !== before?.rows_left || rearchive === null
      })
      seen.push((await theRoom().report()).rearchive)
      await abortAllDurableObjects()
    }
    await trouble({ part: 'postgres' })
    expect(seen).not.toContain(null)
    await ringUntil(isDone)
    for (const message of messages) expect(await archived(message)).toBeDefined()
    for (const author of erased) expect(await account(author)).toBeUndefined()
    expect((await theRoom().state()).setAside).toBe(0)
  })

  it('REARCHIVE-6 It names the time of which neither Postgres nor the room has the messages', async () => {
    expect((await rearchive()).missing).toBeNull()
    await ringUntil(isDone)
    const lastArchived = await say(ada, 'the last of the backup')
    await flushed()
    const early = await backUp()
    const lost = await say(ada, 'lost')
    await flushed()
    let first = ''
    await changeLog(({ log, messages }) => {
      log.prune(testClock.now() + 86_400_000, log.position.seq, {
        messagesMin: 0,
        ageMinMs: 0,
        eventsMax: 0,
        stepMax: 1_000_000,
      })
      first = messages.ids.next(testClock.now())
      messages.append(
        compose(ada, 'the first that the room still has', { id: first, clientId: null }),
      )
    })
    await restore(early)

    const { missing, detail } = await rearchive()
    expect(missing).toEqual({
      after: lastArchived.created_at,
      before: new Date(Number.parseInt(first.replaceAll('-', '').slice(0, 12), 16)).toISOString(),
    })
    expect(detail).toContain(
      `Messages sent, edited or deleted between ${missing?.after} and ${missing?.before} may be lost`,
    )
    await ringUntil(isDone)
    expect(await archived(lost)).toBeUndefined()
    expect(await archived({ id: first })).toBeDefined()
  })

  it('REARCHIVE-7 It works with an empty Postgres, where all authors become placeholders', async () => {
    const bo = await newPerson()
    const message = await say(bo, 'all is lost')
    await theRoom().erase(ada.id, 'keep')
    await flushed()
    await restore(nothing)
    await rearchive()
    await ringUntil(isDone)
    expect(await archived(message)).toMatchObject({ content: 'all is lost' })
    expect(await account(bo)).toMatchObject({ is_active: false, erased_at: null })
    expect(await account(ada)).toMatchObject({
      username: erasedName,
      username_canonical: `erased:${ada.id}`,
      is_active: false,
      erased_at: expect.anything(),
    })
    expect((await theRoom().state()).setAside).toBe(0)
  })

  it('REARCHIVE-8 It is refused with a sentence while Postgres cannot be read, and where another command helps', async () => {
    await trouble({ part: 'postgres', fault: 'refuse' })
    const away = await theRoom().rearchive()
    await trouble({ part: 'postgres' })
    expect(away).toMatchObject({ ok: false, refusal: { code: 'unavailable' } })
    expect(JSON.stringify(away)).toContain('Postgres cannot be read')

    const { flushed_seq } = await theRoom().report()
    await sql()`update room_fences set epoch = 'another'`
    const other = await theRoom().rearchive()
    await restore(await backUp().then((now) => ({ ...now, room_fences: backup.room_fences })))
    expect(JSON.stringify(other)).toContain('docs/recovery.md')
    expect((await theRoom().report()).flushed_seq).toBe(flushed_seq)
  })

  it('REARCHIVE-9 A user whom the backup does not know and who talks on gets a placeholder too, as long as an access token lives', async () => {
    const bo = await newPerson()
    await restore(backup)
    await rearchive()
    await ringUntil(isDone)
    const message = await say(bo, 'my first one')
    await flushed()
    expect(await archived(message)).toBeDefined()

    testClock.setAhead(86_400_000 + 66 * 60_000)
    const late = { id: crypto.randomUUID() as string, username: 'late' }
    const sessionId = crypto.randomUUID()
    const token = await tokenFor(late, 3_600, sessionId)
    const refused = await say({ ...late, sessionId, token }, 'of no account')
    await flushed()
    expect(await archived(refused)).toBeUndefined()
    expect((await theRoom().state()).setAside).toBe(1)
  })

  it('REARCHIVE-10 A flush that was under way settles nothing, so its rows are written again', () =>
    runInDurableObject(objectOf('rearchive-10'), async (_, { storage }) => {
      migrate(storage)
      const log = openLog(storage)
      const { meta, messages, erasures } = log
      for (let n = 1; n <= 3; n++)
        log.append(compose(ada, `${n}`, { id: log.newId(n), clientId: null }))
      const written: number[] = []
      let answer = () => {}
      const archive: Archive = {
        write: async (rows) => {
          written.push(rows.length)
          await new Promise<void>((resolve) => {
            answer = resolve
          })
        },
        expire: async () => 0,
        readFence: async () => undefined,
        bytesOf: () => 1,
        find: async () => undefined,
        writeLastSeen: async () => {},
        faultCode: String,
      }
      const repair: ArchiveRepair = {
        newestId: async () => null,
        endAccounts: async () => {},
        eraseAccount: async () => false,
      }
      const [clock, alarm] = [roomClock(), noAlarm]
      const outbox = new Outbox(storage, { log, meta, archive, clock, alarm })
      const revocations = new Revocations(storage.sql, clock, 0)
      const accountEndings = new AccountEndings({
        ...{ meta, erasures, revocations, repair, clock, alarm },
      })
      const repairing = new RearchiveOfRoom({
        ...{ log, meta, messages, archive, repair, outbox, accountEndings, clock, tokenLifeMs: 0 },
        ...{
          markedTables: [],
          purges: { redo() {} },
          reactionTotals: { archiveAgain() {} },
          purgeWriter: { begin() {} },
        },
      })

      const underWay = outbox.flush()
      await repairing.begin()
      answer()
      // It begins anew with the first row.
      for (let turn = 0; turn < 100 && written.length < 2; turn++) await Promise.resolve()
      answer()
      await underWay

      expect(written).toEqual([3, 3])
      expect(outbox.flushedSeq).toBe(3)
    }))

  it('REARCHIVE-11 While it runs, users talk, and pages of history are as before', async () => {
    const socket = await Socket.join(await newPerson())
    await say(ada, 'before')
    await flushed()
    const before = await (await call('/messages?limit=100')).json()
    await restore(backup)
    await rearchive()
    expect(await (await call('/messages?limit=100')).json()).toEqual(before)
    const message = await say(ada, 'meanwhile')
    while ((await socket.next('new_message')).data.id !== message.id);
    await ringUntil(isDone)
    const after = (await (await call('/messages?limit=100')).json()) as { messages: Message[] }
    expect(after.messages[0]?.id).toBe(message.id)
    expect(after.messages.slice(1)).toEqual(
      (before as { messages: Message[] }).messages.slice(0, 99),
    )
  })
})
