// What is unread: in the log, in Postgres below it, and while Postgres is behind.

import { runInDurableObject } from 'cloudflare:test'
import { afterEach, describe, expect, test } from 'vitest'
import { ReadMarker, ReadState } from '../../src/contract/entities.ts'
import { Export } from '../../src/contract/routes/accounts.ts'
import { compose } from '../../src/domain/message.ts'
import { type NewReferences, referencesOf } from '../../src/domain/references.ts'
import { newModerator } from '../room/moderation/moderators.ts'
import {
  callAs,
  flushed,
  newPerson,
  type Person,
  say,
  sql,
  theRoom,
  trouble,
} from '../support/chat.ts'
import { testClock } from '../support/test-clock.ts'
import { callIn, password, registered, session } from './accounts.ts'
import { answer, refusal } from './responses.ts'

const read = (person: Person) => callAs(person, 'GET', '/auth/me/read')
const mark = (person: Person, message_id: string) =>
  callAs(person, 'PUT', '/auth/me/read', { message_id })

async function stateOf(person: Person): Promise<ReadState> {
  return answer(await read(person), 200, ReadState)
}

/** The numbers alone: unread messages and mentions. */
async function counts(person: Person): Promise<[number, number]> {
  const { unread, mentions } = await stateOf(person)
  return [unread, mentions]
}

/** Adds messages to the log without the limits on sending. @returns their ids */
function sent(author: Person, count: number, references: NewReferences = {}): Promise<string[]> {
  return runInDurableObject(theRoom(), ({ components: { messages, outbox } }) => {
    outbox.schedule(testClock.now())
    return Array.from({ length: count }, (_, n) => {
      const id = messages.ids.next(testClock.now())
      const about = { id, clientId: null, references: referencesOf(references) }
      messages.append(compose(author, `number ${n}`, about))
      return id
    })
  })
}

/** Postgres gets everything, and the log forgets all but the newest messages. */
async function archived(kept = 0): Promise<void> {
  await flushed()
  await runInDurableObject(theRoom(), ({ components: { log, outbox } }) => {
    const keep = { messagesMin: kept, ageMinMs: 0, eventsMax: 1_000_000, stepMax: 1_000_000 }
    while (log.prune(testClock.now() + 3_600_000, outbox.flushedSeq, keep));
  })
}

/** Postgres can be read, and takes no flush. */
const readOnly = (state: 'on' | 'off') =>
  trouble({ part: 'postgres', begin: `set default_transaction_read_only = ${state}` })

async function removed(author: Person, id: string): Promise<void> {
  expect((await callAs(author, 'DELETE', `/messages/${id}`)).status).toBe(204)
}

afterEach(async () => {
  await readOnly('off')
  await sql()`select 1`
  await trouble({ part: 'postgres' })
})

describe('what is unread', () => {
  test('MARK-14 Nothing is unread without a marker; then the messages of others count, and those that mention the person or the room', async () => {
    const [ada, bo, cy] = [await newPerson(), await newPerson(), await newPerson()]
    const [first] = (await sent(bo, 1)) as [string]
    await sent(bo, 1, { mentions: [ada.id] })
    expect(await stateOf(ada)).toEqual({ last_read_id: null, unread: 0, mentions: 0 })
    const marked = await answer(await mark(ada, first), 200, ReadMarker)
    expect(marked).toEqual({ last_read_id: first })
    await sent(bo, 2)
    await sent(cy, 1, { mentions_room: true })
    await sent(cy, 1, { mentions: [bo.id], reply_to: first })
    await sent(ada, 3)
    await sent(ada, 1, { mentions: [ada.id], mentions_room: true })
    expect(await stateOf(ada)).toEqual({ last_read_id: first, unread: 5, mentions: 2 })
    await mark(bo, first)
    expect(await counts(bo)).toEqual([6, 3])
  })

  test('MARK-15 Unread messages and mentions are counted up to 100, wherever they are', async () => {
    const [ada, bo] = [await newPerson(), await newPerson()]
    const [first] = (await sent(bo, 1)) as [string]
    await mark(ada, first)
    const ids = await sent(bo, 99, { mentions: [ada.id] })
    expect(await counts(ada)).toEqual([99, 99])
    await sent(bo, 1)
    expect(await counts(ada)).toEqual([100, 99])
    await sent(bo, 30, { mentions_room: true })
    expect(await counts(ada)).toEqual([100, 100])
    for (const kept of [120, 40, 0]) {
      await archived(kept)
      expect(await counts(ada)).toEqual([100, 100])
    }
    await mark(ada, ids[49] as string)
    expect(await counts(ada)).toEqual([80, 79])
  })

  test('MARK-16 Deleted, purged and erased messages are not unread, in the log and where Postgres still shows them', async () => {
    const moderator = await newModerator()
    for (const where of ['log', 'tail', 'archive']) {
      const [ada, bo, cy] = [await newPerson(), await newPerson(), await newPerson()]
      const di = await newPerson()
      const [first] = (await sent(bo, 1)) as [string]
      await mark(ada, first)
      const mention = { mentions: [ada.id] }
      const [gone, , edited] = (await sent(bo, 3, mention)) as [string, string, string]
      const since = new Date(testClock.now()).toISOString()
      await sent(cy, 4, mention)
      await sent(di, 2, mention)
      await sent(bo, 5)
      if (where !== 'log') await archived(where === 'tail' ? 7 : 0)
      expect(await counts(ada)).toEqual([14, 9])

      await readOnly('on')
      await removed(bo, gone)
      await callAs(bo, 'PATCH', `/messages/${edited}`, { content: 'edited' })
      expect(await counts(ada)).toEqual([13, 8])
      const answered = await callAs(moderator, 'POST', `/users/${cy.id}/purge`, { since })
      expect(answered.status).toBe(200)
      expect(await counts(ada)).toEqual([9, 4])
      await theRoom().erase(di.id, 'delete')
      expect(await counts(ada)).toEqual([7, 2])
      await readOnly('off')
      await sql()`select 1`
      await trouble({ part: 'postgres' })
      const shown = await sql()`
        select id from messages where not is_deleted and user_id in (${cy.id}, ${di.id})`
      expect(shown.length > 0).toBe(where !== 'log')
      await flushed()
      expect(await counts(ada)).toEqual([7, 2])
    }
  })

  test('MARK-17 Of more than 100 deletions that Postgres lacks none hides an unread message above them', async () => {
    const [ada, bo, cy] = [await newPerson(), await newPerson(), await newPerson()]
    const [first] = (await sent(bo, 1)) as [string]
    await mark(ada, first)
    await sent(cy, 250)
    await sent(bo, 7)
    await archived()
    await theRoom().erase(cy.id, 'delete')
    expect(await counts(ada)).toEqual([7, 0])
  })

  test('MARK-18 Without Postgres the room answers for a marker within its log, and the rest is `unavailable`', async () => {
    const [ada, bo, cy] = [await newPerson(), await newPerson(), await newPerson()]
    const [old] = (await sent(cy, 1)) as [string]
    await sent(cy, 9)
    await archived(5)
    const [recent] = (await sent(cy, 1)) as [string]
    await mark(ada, old)
    await mark(bo, recent)
    await sent(cy, 2)
    expect([await counts(ada), await counts(bo)]).toEqual([
      [12, 0],
      [2, 0],
    ])
    await trouble({ part: 'postgres', fault: 'refuse' })
    await refusal(await read(ada), 'unavailable')
    await refusal(await read(cy), 'unavailable')
    expect(await counts(bo)).toEqual([2, 0])
    expect(await answer(await mark(ada, old), 200, ReadMarker)).toEqual({ last_read_id: old })
  })

  test('MARK-12 After an erasure neither the room nor Postgres has a marker', async () => {
    const { email, user } = await registered()
    const tokens = await session(email)
    const [first] = (await sent(await newPerson(), 1)) as [string]
    await mark({ ...user, token: tokens.access_token, sessionId: tokens.session_id }, first)
    await flushed()
    const markers = () => sql()`select message_id from read_markers where user_id = ${user.id}`
    expect(await markers()).toEqual([{ message_id: first }])
    expect((await callIn(tokens, 'DELETE', '/auth/me', { password })).status).toBe(204)
    expect(await markers()).toEqual([])
    expect(await theRoom().lastRead(user.id)).toBeNull()
    await flushed()
    expect(await markers()).toEqual([])
  })

  test('MARK-19 An export has the marker, in the room or only in Postgres', async () => {
    const [ada, bo] = [await newPerson(), await newPerson()]
    const [first, second] = [await say(bo, 'first'), await say(bo, 'second')]
    const exported = async () =>
      (await answer(await callAs(ada, 'GET', '/auth/me/export'), 200, Export)).last_read_id
    expect(await exported()).toBeNull()
    await mark(ada, first.id)
    expect(await exported()).toBe(first.id)
    await flushed()
    await sql()`update read_markers set message_id = ${second.id} where user_id = ${ada.id}`
    expect(await exported()).toBe(second.id)
  })
})
