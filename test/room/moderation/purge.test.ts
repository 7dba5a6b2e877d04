import { abortAllDurableObjects, evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Message } from '../../../src/contract/entities.ts'
import { idTime } from '../../../src/domain/ids.ts'
import {
  call,
  callAs,
  flushed,
  newPerson,
  type Person,
  ringUntil,
  Socket,
  say,
  sql,
  theRoom,
  trouble,
} from '../../support/chat.ts'
import { forgetAll } from '../../support/conversation.ts'
import { testClock } from '../../support/test-clock.ts'
import { newModerator, readRoom } from './moderators.ts'

const minute = 60_000
const sinceOf = ({ id }: Pick<Message, 'id'>) => new Date(idTime(id)).toISOString()

async function purge(by: Person, { id }: Pick<Person, 'id'>, since: string): Promise<number> {
  const answer = await callAs(by, 'POST', `/users/${id}/purge`, { since })
  expect(answer.status).toBe(200)
  return ((await answer.json()) as { messages: number }).messages
}

async function shown(): Promise<string[]> {
  const page = (await (await call('/messages?limit=100')).json()) as { messages: Message[] }
  return page.messages.map(({ id }) => id)
}

const archived = async (ids: string[]) =>
  sql()`select id, content, is_deleted from messages where id = any(${ids}::uuid[]) order by id`

/** Whether Postgres has no text of these messages, and the room has finished. */
const finished = (ids: string[]) =>
  ringUntil(async () => {
    const rows = await archived(ids)
    const undone = await runInDurableObject(theRoom(), ({ components }) =>
      components.purges.nextUndone(),
    )
    return undone === undefined && rows.every(({ content }) => content === '')
  })

describe('a purge', () => {
  let moderator: Person
  let ada: Person

  beforeEach(async () => {
    moderator = await newModerator()
    ada = await newPerson()
  })

  afterEach(async () => {
    await trouble({ part: 'postgres' })
    await ringUntil(async () => (await theRoom().state()).dirty === 0)
  })

  it('PURGE-1 deletes all messages of a person since a time as one event, and no others', async () => {
    const bo = await newPerson()
    const before = await say(ada, 'before')
    testClock.moveBy(minute)
    const [first, foreign, second] = [await say(ada, '1'), await say(bo, 'b'), await say(ada, '2')]
    const socket = await Socket.join(bo)
    const { seq } = await theRoom().report()

    expect(await purge(moderator, ada, sinceOf(first))).toBe(2)

    const event = await socket.next('messages_purged')
    expect(event.seq).toBe(seq + 1)
    const { from_id, to_id } = event.data
    expect(event.data.user_id).toBe(ada.id)
    expect([from_id <= first.id, from_id > before.id, to_id]).toEqual([true, true, second.id])
    const ids = await shown()
    expect(ids).toEqual(expect.arrayContaining([foreign.id, before.id]))
    for (const { id } of [first, second]) expect(ids).not.toContain(id)
    await finished([first.id, second.id])
    expect((await archived([before.id, foreign.id])).map(({ content }) => content)).toEqual([
      'before',
      'b',
    ])
  })

  it('PURGE-2 never touches a message that is sent after it, whenever Postgres is purged', async () => {
    const old = await say(ada, 'old')
    await purge(moderator, ada, sinceOf(old))
    const later = await say(ada, 'later')
    await finished([old.id])
    await flushed()
    expect(await archived([later.id])).toMatchObject([{ content: 'later', is_deleted: false }])
    expect(await shown()).toContain(later.id)
  })

  it('PURGE-3 covers messages that only Postgres has, before Postgres has deleted them', async () => {
    const old = await say(ada, 'old')
    await forgetAll()
    expect(await shown()).toContain(old.id)
    await purge(moderator, ada, sinceOf(old))
    expect((await archived([old.id]))[0]?.content).toBe('old')
    expect(await shown()).not.toContain(old.id)
    const exported = await (await callAs(ada, 'GET', '/auth/me/export')).text()
    expect(exported).not.toContain('"old"')
    expect((await callAs(ada, 'PATCH', `/messages/${old.id}`, { content: 'x' })).status).toBe(404)
    await finished([old.id])
  })

  it('PURGE-4 holds against an edit that was under way', async () => {
    const old = await say(ada, 'old')
    await forgetAll()
    // The room knows who is online without Postgres.
    await Socket.join(ada)
    await trouble({ part: 'postgres', delayMs: 200 })
    const edit = callAs(ada, 'PATCH', `/messages/${old.id}`, { content: 'edited' })
    await purge(moderator, ada, sinceOf(old))
    await trouble({ part: 'postgres' })
    expect((await edit).status).toBe(404)
    await finished([old.id])
    expect(await shown()).not.toContain(old.id)
  })

  it('PURGE-5 holds against a flush that was under way with the texts', async () => {
    const messages = [await say(ada, '1'), await say(ada, '2')]
    const ids = messages.map(({ id }) => id)
    await trouble({ part: 'postgres', delayMs: 200 })
    const flush = runInDurableObject(theRoom(), ({ components: { outbox } }) => outbox.flush())
    await purge(moderator, ada, sinceOf(messages[0] as Message))
    await flush
    await trouble({ part: 'postgres' })
    await finished(ids)
    await flushed()
    expect(await archived(ids)).toMatchObject(ids.map(() => ({ content: '', is_deleted: true })))
  })

  it('PURGE-6 goes on after a kill, and while Postgres is away nothing of it is shown', async () => {
    const old = await say(ada, 'old')
    await forgetAll()
    await Socket.join(ada)
    await trouble({ part: 'postgres', fault: 'refuse' })
    await purge(moderator, ada, sinceOf(old))
    await abortAllDurableObjects()
    await trouble({ part: 'postgres' })
    expect(await shown()).not.toContain(old.id)
    await finished([old.id])
  })

  it('PURGE-7 is replayed to a client that was away', async () => {
    const bo = await newPerson()
    const old = await say(ada, 'old')
    const socket = await Socket.join(bo)
    const { epoch } = socket.of('welcome')[0]?.data ?? {}
    const since = socket.of('synced')[0]?.seq
    await socket.close()
    await purge(moderator, ada, sinceOf(old))
    const back = await Socket.join(bo, { query: `epoch=${epoch}&since=${since}` })
    expect(back.of('welcome')[0]?.data.resumed).toBe(true)
    expect(back.of('messages_purged').map(({ data }) => data.user_id)).toEqual([ada.id])
    expect(JSON.stringify(back.frames)).not.toContain('"old"')
  })

  it('PURGE-8 takes pins and the texts of reports along', async () => {
    const old = await say(ada, 'old')
    await callAs(moderator, 'PUT', `/room/pins/${old.id}`)
    await runInDurableObject(theRoom(), ({ components: { reports, revisions } }) =>
      reports.write({
        ...{ id: crypto.randomUUID(), message_id: old.id, reason: null, status: 'open' },
        ...{ author_id: ada.id, author_name: ada.username, reporter_name: 'someone' },
        ...{ reporter_id: crypto.randomUUID(), reported_text: 'old', closed_by: null },
        ...{ closed_by_name: null, revision: revisions.next() },
      }),
    )
    await flushed()
    await purge(moderator, ada, sinceOf(old))
    expect((await readRoom()).pins).toEqual([])
    await finished([old.id])
    await flushed()
    const [row] = await sql()`select reported_text from reports where message_id = ${old.id}`
    expect(row).toEqual({ reported_text: null })
    expect(JSON.stringify(await sql()`select state from room_state`)).not.toContain('"old"')
  })

  it('PURGE-9 deletes in Postgres in steps, however many messages there are', async () => {
    const old = await say(ada, 'old')
    await forgetAll()
    await sql()`
      insert into messages (id, user_id, content, created_at, is_deleted, revision)
      select
        (substr(${old.id}, 1, 24) || lpad(to_hex(n), 12, '0'))::uuid, ${ada.id}, 'more', now(), false, 1
      from generate_series(1, 4500) n
      on conflict do nothing`
    const count = async () => {
      const rows = await sql()`
        select count(*)::int as n from messages where user_id = ${ada.id} and not is_deleted`
      return rows[0]?.n
    }
    const expected = await sql()`
      select count(*)::int as n from messages
      where user_id = ${ada.id} and not is_deleted and id > ${old.id}`
    await purge(moderator, ada, sinceOf(old))
    await finished([old.id])
    // Those above the newest id of the room are not part of the range.
    expect(await count()).toBe(expected[0]?.n)
  })

  it('PURGE-10 is done again when Postgres was set back', async () => {
    const old = await say(ada, 'old')
    await flushed()
    await purge(moderator, ada, sinceOf(old))
    await finished([old.id])
    await sql()`update messages set content = 'old', is_deleted = false, revision = 1 where id = ${old.id}`
    await evictDurableObject(theRoom())
    expect((await theRoom().rearchive()).ok).toBe(true)
    await finished([old.id])
    expect(await shown()).not.toContain(old.id)
  })
})
