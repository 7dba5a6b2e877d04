import { abortAllDurableObjects, runInDurableObject } from 'cloudflare:test'
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Member, Message } from '../../src/contract/entities.ts'
import { firstIdAt, nextId } from '../../src/domain/ids.ts'
import { migrate } from '../../src/room/log/schema.ts'
import {
  call,
  callAs,
  emptyTables,
  flushed,
  newPerson,
  objectOf,
  type Person,
  Socket,
  sql,
  theRoom,
} from '../support/chat.ts'
import { testClock } from '../support/test-clock.ts'
import { openLog } from './inside.ts'
import { tablesOfVersion1 } from './tables-v1.ts'
import { tablesOfVersion2 } from './tables-v2.ts'

const epoch = 'epoch-of-version-1'
const now = testClock.now()
/** The id of a message that was made this many seconds ago. */
const idAgo = (seconds: number) => firstIdAt(now - seconds * 1_000)
const stray = idAgo(7_200)
const [first, second, edited, refused, dirty] = [50, 40, 30, 20, 10].map(idAgo) as [
  string,
  string,
  string,
  string,
  string,
]

function makeTables({ sql }: DurableObjectStorage, statements: readonly string[]): void {
  const tables = sql.exec<{ name: string }>(
    `select name from sqlite_master where type = 'table' and name not like '\\_%' escape '\\'`,
  )
  for (const { name } of tables.toArray()) sql.exec(`drop table "${name}"`)
  for (const statement of statements) sql.exec(statement)
}

/** Leaves the room as version 1 left it: some messages are pruned, and one is dirty. */
async function leaveVersion1([ada, ghost]: [Person, Member]): Promise<void> {
  // With the fence of another log, the room would begin a new epoch and refuse the tokens.
  await emptyTables('room_fences')
  // A room that has just started has not read the tables that are dropped now.
  await abortAllDurableObjects()
  await runInDurableObject(theRoom(), async (_, { storage }) => {
    makeTables(storage, tablesOfVersion1)

    const keep = (id: string, by: Member, content: string, seqs: [number, number], revision = 1) =>
      storage.sql.exec(
        'insert into messages values (?, ?, ?, ?, ?, 0, ?, ?, ?, ?)',
        id,
        by.id,
        by.username,
        content,
        revision > 1 ? now : null,
        revision,
        `client-${content}`,
        ...seqs,
      )
    keep(stray, ada, 'stray', [0, 8], 4)
    keep(first, ada, 'first', [5, 5])
    keep(second, ada, 'second', [6, 6])
    keep(edited, ada, 'edited', [7, 10], 2)
    keep(refused, ghost, 'refused', [9, 9])
    keep(dirty, ada, 'dirty', [11, 11])
    storage.sql.exec('insert into set_aside values (?, ?, ?)', refused, '23503', now + 3_600_000)
    storage.sql.exec('insert into online values (?, ?, 1, null, null)', ada.id, ada.username)
    storage.sql.exec('insert into departures values (?, ?)', ada.id, now - 90_000)
    const hash = createHash('sha256').update('second').digest('base64')
    storage.sql.exec('insert into client_ids_1 values (?, ?, ?, ?)', ada.id, 'c', second, hash)
    for (const [key, value] of Object.entries({
      epoch,
      flushed_seq: 10,
      pruned_seq: 4,
      client_ids_turn: 1,
      client_ids_since: now - 1_000,
    }))
      storage.sql.exec('insert into meta values (?, ?)', key, value)
    await storage.deleteAlarm()
    await storage.sync()
  })
  await abortAllDurableObjects()
}

const versionOf = () =>
  runInDurableObject(theRoom(), (_, { storage }) =>
    storage.sql.exec('select version from schema_version').toArray(),
  )

describe('a room with the tables of version 1', () => {
  it('MIGRATE-1 goes on with all that it held', async () => {
    const ada = await newPerson()
    const ghost = { id: crypto.randomUUID(), username: 'ghost' }
    for (const [id, content, revision] of [
      [stray, 'stray', 4],
      [first, 'first', 1],
      [second, 'second', 1],
      [edited, 'edited', 2],
    ])
      await sql()`insert into messages (id, user_id, content, created_at, is_deleted, revision)
        values (${id}, ${ada.id}, ${content}, now(), false, ${revision})`
    await leaveVersion1([ada, ghost])

    expect(await versionOf()).toEqual([{ version: 3 }])
    expect(await theRoom().report()).toMatchObject({
      epoch,
      seq: 11,
      flushed_seq: 10,
      pruned_seq: 4,
      dirty: 1,
      set_aside: 1,
      online: 1,
    })
    const page = (await (await call('/messages')).json()) as { messages: Message[] }
    expect(page.messages.map(({ content }) => content)).toEqual([
      'dirty',
      'refused',
      'edited',
      'second',
      'first',
      'stray',
    ])

    const back = await Socket.join(ada, { query: `epoch=${epoch}&since=6` })
    expect(back.of('welcome')[0]?.data).toMatchObject({ resumed: true, epoch })
    expect(back.frames.slice(3).map(({ event }) => event)).toEqual([
      'new_message',
      'new_message',
      'new_message',
      'message_edited',
      'synced',
    ])
    expect(back.frames.at(-1)).toMatchObject({ event: 'synced', seq: 11 })
    const tooOld = await Socket.join(ada, { query: `epoch=${epoch}&since=3` })
    expect(tooOld.of('welcome')[0]?.data.resumed).toBe(false)

    const retried = await callAs(ada, 'POST', '/messages', { content: 'second', client_id: 'c' })
    expect([retried.status, ((await retried.json()) as Message).id]).toEqual([200, second])
    await callAs(ada, 'POST', '/messages', { content: 'new' })
    while ((await back.next('new_message')).seq !== 12);
    await flushed()
    const rows = await sql()`select content from messages where id in (${dirty}, ${edited})
      order by id`
    expect(rows).toEqual([{ content: 'edited' }, { content: 'dirty' }])
    expect((await theRoom().setAside()).map(({ message_id }) => message_id)).toEqual([refused])
    const [seen] = await sql()`select last_seen from users where id = ${ada.id}`
    expect(Date.parse(seen?.last_seen)).toBe(now - 90_000)
  })

  it('MIGRATE-2 can do what is new since', async () => {
    const ada = await newPerson()
    await leaveVersion1([ada, ada])
    const socket = await Socket.join(await newPerson())
    await theRoom().erase(ada.id, 'delete')
    expect((await socket.next('user_erased')).seq).toBe(12)
    await theRoom().revoke([ada.sessionId])
    expect((await (await Socket.open(ada.token)).closed).code).toBe(4403)
  })
})

describe('a room with the tables of version 2', () => {
  it('MIGRATE-3 knows the order of events as it was', () =>
    runInDurableObject(objectOf('migration-3'), (_, { storage }) => {
      const { sql } = storage
      makeTables(storage, tablesOfVersion2)
      const insert = (id: string, createdSeq: number, seq: number) =>
        sql.exec(
          "insert into messages values (?, 'a', 'ada', '', null, 0, 1, null, ?, ?)",
          id,
          createdSeq,
          seq,
        )
      const said: string[] = []
      for (let event = 1; event <= 1_500; event++) {
        const old = said[(event * 7919) % Math.max(said.length, 1)]
        if (event % 500 === 250) insert(idAgo(9_000 - event), 0, event)
        else if (old && event % 3 === 0)
          sql.exec('update messages set revision = 2, seq = ? where id = ?', event, old)
        else {
          const bytes = new Uint8Array(8).fill(said.length)
          const id = nextId(said.at(-1) ?? null, now, bytes)
          insert(id, event, event)
          said.push(id)
        }
      }
      sql.exec('delete from messages where seq <= 100')
      sql.exec("insert into meta values ('epoch', ?), ('pruned_seq', 100)", epoch)
      sql.exec("insert into erasures values (1501, 'b', 'keep', ?)", now)
      const events = sql
        .exec<{ id: string; seq: number }>('select id, seq from messages order by seq')
        .toArray()

      migrate(storage)

      expect(sql.exec('select version from schema_version').toArray()).toEqual([{ version: 3 }])
      const indexes = sql.exec(
        "select name from sqlite_master where type = 'index' and name like 'messages%' order by name",
      )
      expect(indexes.toArray()).toEqual([{ name: 'messages_changed' }, { name: 'messages_marks' }])
      const log = openLog(storage)
      expect(log.position).toEqual({ epoch, seq: 1_501 })
      for (let since = 0; since <= 1_500; since += 25) {
        const later = events.filter(({ seq }) => seq > since).map(({ id }) => id)
        expect([...log.messages.after(since)].map(({ id }) => id)).toEqual(later)
      }
    }))
})
