// What messages refer to, as the room and Postgres store it.

import { abortAllDurableObjects, runInDurableObject } from 'cloudflare:test'
import { drizzle } from 'drizzle-orm/neon-http'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Message } from '../../src/contract/entities.ts'
import { Export } from '../../src/contract/routes/accounts.ts'
import { compose } from '../../src/domain/message.ts'
import { deleteOwnMessages } from '../../src/postgres/message-writes.ts'
import { migrate } from '../../src/room/log/schema.ts'
import { answer } from '../api/responses.ts'
import {
  callAs,
  flushed,
  newPerson,
  objectOf,
  type Person,
  ringUntil,
  say,
  sql,
  theRoom,
  tokenFor,
} from '../support/chat.ts'
import { forgetAll, lookUp, post, send, shownEverywhere } from '../support/conversation.ts'
import { loseStorage } from '../support/room-storage.ts'
import { openLog } from './inside.ts'
import { appoint, newModerator } from './moderation/moderators.ts'

let ada: Person
let ben: Person
let target: Message
let message: Message

const inRoom = (id: string) =>
  runInDurableObject(theRoom(), (_, { storage }) =>
    storage.sql.exec('select * from message_references where message_id = ?', id).toArray(),
  )

const inPostgres = async (id: string) =>
  (await sql()`select reply_to, mentions, mentions_room, folded from messages where id = ${id}`)[0]

const stored = () => ({ reply_to: target.id, mentions: [ada.id], mentions_room: true })
const nothing = { reply_to: null, mentions: null, mentions_room: false, folded: null }

beforeEach(async () => {
  ada = await newPerson('ada')
  ben = await appoint(await newPerson('ben'), 'moderator')
  target = await say(ada, 'a question')
  message = await send(ben, {
    ...{ content: 'An Answer', reply_to: target.id },
    ...{ mentions: [ada.id], mentions_room: true },
  })
})

describe('what a message refers to', () => {
  it('REPLY-12 What a message refers to is kept in Postgres, and over the pruning of the log, an edit there, and its flush', async () => {
    await flushed()
    expect(await inPostgres(message.id)).toEqual({ ...stored(), folded: 'an answer' })
    await forgetAll()
    expect(await inRoom(message.id)).toEqual([])
    const edit = await callAs(ben, 'PATCH', `/messages/${message.id}`, { content: 'Another' })
    expect(await edit.json()).toMatchObject(stored())
    expect(await inRoom(message.id)).toHaveLength(1)
    for (const shown of await shownEverywhere(message))
      expect(shown).toMatchObject({
        ...stored(),
        content: 'Another',
        referenced: { id: target.id },
      })
    await flushed()
    expect(await inPostgres(message.id)).toEqual({ ...stored(), folded: 'another' })
  })

  it.each<[string, () => Promise<unknown>]>([
    ['a deletion', () => callAs(ben, 'DELETE', `/messages/${message.id}`)],
    ['a deletion by the operator', () => theRoom().removeAny(message.id)],
    [
      'an erasure',
      async () => {
        await theRoom().erase(ben.id, 'delete')
        const bounds = { above: null, limit: 100, now: Date.now() }
        await deleteOwnMessages(drizzle({ client: sql() }), ben.id, bounds)
      },
    ],
    [
      'a purge',
      async () => {
        await appoint(ben, 'member')
        const since = target.created_at
        return callAs(await newModerator(), 'POST', `/users/${ben.id}/purge`, { since })
      },
    ],
  ])(
    'REPLY-13 Nothing of it is left in the room and in Postgres after %s',
    async (_name, remove) => {
      await flushed()
      expect(await inRoom(message.id)).toHaveLength(1)
      await remove()
      expect(await inRoom(message.id)).toEqual([])
      await ringUntil(async () => (await inPostgres(message.id))?.reply_to === null)
      expect(await inPostgres(message.id)).toEqual(nothing)
      expect((await callAs(ada, 'GET', `/messages/${message.id}`)).status).toBe(404)
    },
  )

  it('REPLY-14 Statements of the release before leave nothing of a deleted message and no outdated search form, and keep the rest', async () => {
    await flushed()
    const upsert = (content: string, revision: number, isDeleted: boolean) =>
      sql()`insert into messages (id, user_id, content, created_at, is_deleted, revision)
        values (${message.id}, ${ben.id}, ${content}, now(), ${isDeleted}, ${revision})
        on conflict (id) do update set content = excluded.content, revision = excluded.revision,
          is_deleted = excluded.is_deleted`
    await upsert('Edited', 2, false)
    expect(await inPostgres(message.id)).toEqual({ ...stored(), folded: null })
    await upsert('', 3, true)
    expect(await inPostgres(message.id)).toEqual(nothing)

    const inStorage = (statement: string) =>
      runInDurableObject(theRoom(), (_, { storage }) => {
        storage.sql.exec(statement, message.id)
      })
    await inStorage("update messages set content = 'Edited', is_deleted = 0 where id = ?")
    expect(await inRoom(message.id)).toHaveLength(1)
    await inStorage("update messages set content = '', is_deleted = 1 where id = ?")
    expect(await inRoom(message.id)).toEqual([])
    const other = await send(ben, { reply_to: target.id })
    expect(await inRoom(other.id)).toHaveLength(1)
    message = other
    await inStorage('delete from messages where id = ?')
    expect(await inRoom(other.id)).toEqual([])
  })

  it('REPLY-15 A room of the release before that edited a message without knowing what it refers to loses nothing of it', async () => {
    await forgetAll()
    await runInDurableObject(theRoom(), ({ components: { log, messages } }) => {
      const known = { ...message, ...{ updated_at: Date.now(), client_id: null, revision: 2 } }
      log.transaction(() => messages.revise({ ...known, content: 'Edited', references: null }))
    })
    await flushedAfterwards()
    expect(await inPostgres(message.id)).toEqual({ ...stored(), folded: 'edited' })
  })

  it('REPLY-16 An edit that changes only the case of a text keeps its search form', async () => {
    await flushed()
    const edit = await callAs(ben, 'PATCH', `/messages/${message.id}`, { content: 'AN ANSWER' })
    expect(edit.status).toBe(200)
    await flushed()
    expect(await inPostgres(message.id)).toEqual({ ...stored(), folded: 'an answer' })
  })

  it('REPLY-17 An export has what the messages refer to, and nothing of a deleted one', async () => {
    const deleted = await send(ben, { reply_to: target.id })
    await forgetAll()
    await callAs(ben, 'DELETE', `/messages/${deleted.id}`)
    const latest = await send(ben, { mentions: [ada.id] })
    const { messages } = await answer(await callAs(ben, 'GET', '/auth/me/export'), 200, Export)
    expect(messages).toMatchObject([stored(), { id: deleted.id }, { mentions: [ada.id] }])
    expect(messages[1]).not.toHaveProperty('reply_to')
    expect(messages[2]?.id).toBe(latest.id)
  })
})

/** The outbox learns of a change that a test made in the log. */
async function flushedAfterwards(): Promise<void> {
  await runInDurableObject(theRoom(), ({ components: { outbox } }) => outbox.schedule(Date.now()))
  await flushed()
}

describe('after a loss', () => {
  it('REPLY-18 A Postgres that lost its messages gets back what they refer to', async () => {
    await flushed()
    await sql()`update messages set reply_to = null, mentions = null, mentions_room = false`
    await sql()`delete from messages`
    expect(await theRoom().rearchive()).toMatchObject({ ok: true })
    await ringUntil(async () => (await theRoom().report()).rearchive === null)
    await flushed()
    expect(await inPostgres(message.id)).toEqual({ ...stored(), folded: 'an answer' })
  })

  it('REPLY-19 A room that lost its storage shows what the messages refer to, and a retry is compared with it', async () => {
    const client_id = crypto.randomUUID()
    const sent = { content: 'once', client_id, reply_to: target.id }
    const first = await send(ben, sent)
    await flushed()
    await loseStorage()
    await theRoom().state()
    expect(await lookUp(message.id)).toMatchObject({ ...stored(), referenced: { id: target.id } })
    const token = await tokenFor(ben, 86_400, ben.sessionId)
    const again = { ...ben, token }
    expect(await (await post(again, sent)).json()).toMatchObject({ id: first.id })
    expect((await post(again, { ...sent, reply_to: message.id })).status).toBe(409)
  })

  it('REPLY-20 A dead letter keeps what it refers to', async () => {
    const ghost = { ...(await newPerson()), id: crypto.randomUUID() }
    const token = await tokenFor(ghost, 86_400, ghost.sessionId)
    const refused = await send({ ...ghost, token }, { reply_to: target.id, mentions: [ada.id] })
    await flushed()
    expect((await theRoom().setAside()).map(({ key }) => key)).toEqual([refused.id])
    await sql()`insert into users (id, username, username_canonical, email, email_canonical, password_hash)
      select ${ghost.id}, 'ghost', 'ghost', 'ghost@chat.test', 'ghost@chat.test', '-'`
    await theRoom().retrySetAside()
    await ringUntil(async () => (await inPostgres(refused.id)) !== undefined)
    expect(await inPostgres(refused.id)).toMatchObject({
      ...{ reply_to: target.id, mentions: [ada.id] },
    })
  })
})

describe('the table of what messages refer to', () => {
  it('REPLY-21 A room with the tables of the release before gets it, and its messages refer to nothing', async () => {
    const plain = await say(ada, 'plain')
    // A room that has just started has not read the table that is dropped now.
    await abortAllDurableObjects()
    await runInDurableObject(theRoom(), async (_, { storage }) => {
      storage.sql.exec('drop trigger message_references_pruned')
      storage.sql.exec('drop trigger message_references_deleted')
      storage.sql.exec('drop table message_references')
      await storage.sync()
    })
    await abortAllDurableObjects()
    expect(await lookUp(plain.id)).toEqual(plain)
    const later = await send(ada, { reply_to: plain.id })
    expect(await inRoom(later.id)).toHaveLength(1)
    await callAs(ada, 'DELETE', `/messages/${later.id}`)
    expect(await inRoom(later.id)).toEqual([])
  })

  it('REPLY-22 A message that refers to nothing writes one row, and one that does writes two; an edit writes none of them again', () =>
    runInDurableObject(objectOf('reference rows'), (_, { storage }) => {
      migrate(storage)
      const log = openLog(storage)
      const author = { id: crypto.randomUUID(), username: 'ada' }
      // An id that ends with 00 makes a mark, which is one more row.
      const newId = () => log.newId(Date.now()).replace(/..$/, '01')
      const written = (work: () => void) => {
        const exec = vi.spyOn(Object.getPrototypeOf(storage.sql) as SqlStorage, 'exec')
        work()
        const cursors = exec.mock.results.map(({ value }) => value as SqlStorageCursor<never>)
        exec.mockRestore()
        return cursors.reduce((sum, { rowsWritten }) => sum + rowsWritten, 0)
      }
      const references = { reply_to: newId(), mentions: [], mentions_room: false }
      const plain = compose(author, 'plain', { id: newId(), clientId: null })
      expect(written(() => log.append(plain))).toBe(1)
      const withTarget = compose(author, 'reply', { id: newId(), clientId: null, references })
      expect(written(() => log.append(withTarget))).toBe(2)
      const edit = (of: typeof plain) => () => log.revise({ ...of, content: 'x', revision: 2 })
      expect(written(edit(withTarget))).toBe(written(edit(plain)))
    }))
})
