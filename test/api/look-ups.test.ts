// Single messages, and pages around and after a message.

import { runInDurableObject } from 'cloudflare:test'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Message } from '../../src/contract/entities.ts'
import { Page } from '../../src/contract/routes/messages.ts'
import { erasedName } from '../../src/contract/values.ts'
import { firstIdAt, idAfter, idBefore } from '../../src/domain/ids.ts'
import {
  call,
  callAs,
  flushed,
  newPerson,
  type Person,
  Socket,
  say,
  sql,
  theRoom,
  tokenFor,
  trouble,
} from '../support/chat.ts'
import {
  callMeanwhile,
  forgetAll,
  lookUp,
  readPage,
  send,
  sendMany,
} from '../support/conversation.ts'
import { testClock } from '../support/test-clock.ts'
import { answer, callWith, refusal } from './responses.ts'

const ids = (messages: { id: string }[]) => messages.map(({ id }) => id)
const lowest = '00000000-0000-1000-8000-000000000000'
const highest = 'ffffffff-ffff-8fff-bfff-ffffffffffff'

let ada: Person

beforeEach(async () => {
  ada = await newPerson('ada')
})

afterEach(() => trouble({ part: 'postgres' }))

/** All messages that the history shows now, oldest first. */
async function everything(): Promise<string[]> {
  const found: string[] = []
  let cursor: string | null = null
  do {
    const page: Page = await readPage(`?limit=100${cursor === null ? '' : `&cursor=${cursor}`}`)
    found.push(...ids(page.messages))
    cursor = page.next_cursor
  } while (cursor !== null)
  return found.reverse()
}

/** Walks from an id to the newest message. @param each runs before each page */
async function walkFrom(
  id: string,
  limit: number,
  each: (page: number) => Promise<unknown> = async () => {},
): Promise<string[]> {
  const walked: string[] = []
  let after: string | null = id
  for (let n = 0; after !== null; n++) {
    await each(n)
    const page: Page = await readPage(`?limit=${limit}&after=${after}`)
    expect(page.messages.length).toBeLessThanOrEqual(limit)
    walked.push(...ids(page.messages).reverse())
    if (page.previous_cursor !== null) expect(page.previous_cursor > after).toBe(true)
    after = page.previous_cursor
  }
  return walked
}

/** A person whom Postgres does not know: it refuses their messages, which become dead letters. */
async function ghost(): Promise<Person> {
  const person = { ...(await newPerson()), id: crypto.randomUUID() }
  return { ...person, token: await tokenFor(person, 86_400, person.sessionId) }
}

describe('a single message', () => {
  test('LOOKUP-1 A message is found in its current state, in the log and where only Postgres has it', async () => {
    const message = await say(ada, 'first')
    expect(await lookUp(message.id.toUpperCase())).toEqual(message)
    await forgetAll()
    expect(await lookUp(message.id)).toEqual({ ...message, client_id: undefined })
    const edit = await callAs(ada, 'PATCH', `/messages/${message.id}`, { content: 'second' })
    const { client_id: _, ...edited } = (await edit.json()) as Message
    // Postgres still has the first text.
    expect(await lookUp(message.id)).toMatchObject(edited)
    await refusal(await call('/messages/17'), 'invalid')
  })

  test('LOOKUP-2 A deleted, purged, erased or unknown message is not found, also while Postgres still has it', async () => {
    const people = [ada, await newPerson(), await newPerson()] as [Person, Person, Person]
    const [deleted, erased, kept] = [
      await say(people[0], 'deleted'),
      await say(people[1], 'erased'),
      await say(people[2], 'kept'),
    ]
    await forgetAll()
    await callAs(ada, 'DELETE', `/messages/${deleted.id}`)
    await theRoom().erase(people[1].id, 'delete')
    await theRoom().erase(people[2].id, 'keep')
    for (const id of [deleted.id, erased.id, crypto.randomUUID(), lowest, highest])
      await refusal(await call(`/messages/${id}`), 'not_found')
    expect(await lookUp(kept.id)).toMatchObject({ content: 'kept', username: erasedName })
    const rows = await sql()`select content from messages where id in (${deleted.id}, ${erased.id})`
    expect(rows.map(({ content }) => content).join()).toContain('erased')
  })

  test('LOOKUP-3 A message that is deleted while it is looked up is not found', async () => {
    const message = await say(ada, 'text')
    await forgetAll()
    const found = await callMeanwhile(`/messages/${message.id}`, async (name, count) => {
      if (name === 'overlay' && count === 2) await callAs(ada, 'DELETE', `/messages/${message.id}`)
    })
    await refusal(found, 'not_found')
  })

  test('LOOKUP-4 Without Postgres a message of the log is found, and for others the answer is unavailable', async () => {
    const old = await say(ada, 'old')
    await forgetAll()
    const message = await say(ada, 'new')
    await trouble({ part: 'postgres', fault: 'refuse' })
    expect(await lookUp(message.id)).toEqual(message)
    await refusal(await call(`/messages/${old.id}`), 'unavailable')
  })

  test('LOOKUP-5 With `READ_ACCESS=members` a look-up needs a token', async () => {
    const message = await say(ada, 'text')
    const closed = { READ_ACCESS: 'members' }
    await refusal(await callWith(closed, `/messages/${message.id}`), 'unauthenticated')
    const headers = { authorization: `Bearer ${ada.token}` }
    expect((await callWith(closed, `/messages/${message.id}`, { headers })).status).toBe(200)
  })

  test('LOOKUP-6 An expired message is not found and not shown with a reply to it, before its row is deleted', async () => {
    const id = firstIdAt(testClock.now() - 40 * 24 * 3_600_000)
    await sql()`insert into messages (id, user_id, content, created_at, is_deleted, revision)
      values (${id}, ${ada.id}, 'expired', now(), false, 1)`
    const message = await send(ada, { reply_to: id })
    expect((await lookUp(message.id)).referenced).toMatchObject({ id })
    const expiring = { RETENTION_DAYS: '30' }
    await refusal(await callWith(expiring, `/messages/${id}`), 'not_found')
    for (const path of [
      `/${message.id}`,
      '?limit=100',
      `?around=${id}`,
      `?after=${idBefore(id)}`,
    ]) {
      const text = await (await callWith(expiring, `/messages${path}`)).text()
      expect(text).toContain(message.id)
      expect(text).not.toContain('expired')
    }
  })
})

describe('one of three', () => {
  test.each([
    ['cursor=ID&after=ID', ['after']],
    ['cursor=ID&around=ID', ['around']],
    ['after=ID&around=ID', ['around']],
    ['cursor=ID&after=ID&around=ID', ['after', 'around']],
    ['after=yesterday', ['after']],
    ['around=2026-11-23T12:00:00Z', ['around']],
    ['around=ID&limit=0', ['limit']],
  ])(
    'LOOKUP-7 A page has one of cursor, after and around, and the latter two are ids: %s',
    async (query, names) => {
      const id = crypto.randomUUID()
      const { errors } = await refusal(
        await call(`/messages?${query.replaceAll('ID', id)}`),
        'invalid',
      )
      expect(Object.keys(errors ?? {})).toEqual(names)
    },
  )

  test('LOOKUP-8 An empty one counts as absent', async () => {
    const message = await say(ada, 'text')
    expect(ids((await readPage('?cursor=&after=&limit=1&around=')).messages)).toEqual([message.id])
  })
})

describe('a page of what came next', () => {
  test('LOOKUP-9 A page after a message has the oldest of those that are newer, and cursors to both sides', async () => {
    const sent = ids(await sendMany(6))
    const page = await readPage(`?after=${sent[0]}&limit=2`)
    expect(ids(page.messages)).toEqual([sent[2], sent[1]])
    expect([page.previous_cursor, page.next_cursor]).toEqual([sent[2], sent[1]])
    const next = await readPage(`?after=${page.previous_cursor}&limit=3`)
    expect(ids(next.messages)).toEqual([sent[5], sent[4], sent[3]])
    expect(next.previous_cursor).toBeNull()
    const back = await readPage(`?cursor=${next.next_cursor}&limit=2`)
    expect(ids(back.messages)).toEqual([sent[2], sent[1]])
    const empty = await readPage(`?after=${sent[5]}`)
    expect(empty).toMatchObject({ messages: [], previous_cursor: null })
    expect(ids((await readPage(`?cursor=${empty.next_cursor}&limit=1`)).messages)).toEqual([
      sent[5],
    ])
  })

  test.each([lowest, highest])('LOOKUP-10 It may begin at any id: %s', async (id) => {
    await sendMany(2)
    const { messages, next_cursor, previous_cursor } = await readPage(`?after=${id}&limit=100`)
    expect(ids(messages).reverse()).toEqual(id === lowest ? (await everything()).slice(0, 100) : [])
    expect(previous_cursor).toBeNull()
    if (id === lowest) expect(next_cursor).toBeNull()
  })

  test.each([1, 2, 3, 7])(
    'LOOKUP-11 A walk by after from the oldest to the newest message has no gap and no repeat, while messages arrive and change, the log forgets and Postgres lags: pages of %i',
    async (limit) => {
      const first = await sendMany(4)
      await forgetAll()
      const haunted = await send(await ghost(), { content: 'refused by Postgres' })
      const more = await sendMany(4)
      await forgetAll()
      const unflushed = await sendMany(4)
      // Postgres has this one as it was.
      await callAs(await authorOf(first[1]), 'DELETE', `/messages/${first[1]?.id}`)
      const arrived: string[] = []
      const start = idBefore(first[0]?.id ?? '')
      const walked = await walkFrom(start, limit, async (page) => {
        if (page === 1)
          await callAs(await authorOf(more[2]), 'PATCH', `/messages/${more[2]?.id}`, {
            content: 'edited',
          })
        if (page === 2) await forgetAll()
        if (page < 4) arrived.push((await say(await newPerson(), `arrived ${page}`)).id)
      })
      const owed = [
        ...first.filter(({ id }) => id !== first[1]?.id),
        haunted,
        ...more,
        ...unflushed,
      ]
      expect(walked).toEqual([...ids(owed), ...arrived])
      expect(walked).toEqual((await everything()).filter((id) => id > start))
    },
  )

  test('LOOKUP-12 It leaves nothing out where very many messages were deleted', async () => {
    const [first, second] = (await sendMany(2)) as [Message, Message]
    await runInDurableObject(theRoom(), ({ components: { log, messages, clock } }) => {
      for (let n = 0; n < 2_100; n++)
        log.transaction(() => {
          const id = messages.ids.next(clock.wall())
          const row = { id, user_id: ada.id, username: 'ada', content: '', updated_at: null }
          messages.append({ ...row, is_deleted: true, revision: 2, client_id: null })
        })
    })
    const last = await say(ada, 'last')
    const page = await readPage(`?after=${first.id}&limit=2`)
    expect(ids(page.messages)).toEqual([last.id, second.id])
    const around = await readPage(`?around=${second.id}&limit=3`)
    expect(ids(around.messages)).toEqual([last.id, second.id, first.id])
  })

  test('LOOKUP-13 Its position is from before a message that arrived while it was read, so that a client that resumes there gets that message', async () => {
    const [, last] = (await sendMany(2)) as [Message, Message]
    const ben = await newPerson()
    let arrived: Message | undefined
    const answered = await callMeanwhile(`/messages?after=${idBefore(last.id)}`, async (name) => {
      if (name === 'newest') arrived ??= await say(ben, 'arrived meanwhile')
    })
    const page = await answer(answered, 200, Page)
    expect(ids(page.messages)).toEqual([last.id])
    expect(page.previous_cursor).toBeNull()
    const { epoch, seq } = page.position
    const socket = await Socket.join(ada, { query: `epoch=${epoch}&since=${seq}` })
    expect(socket.of('new_message').map(({ data }) => data.id)).toEqual([arrived?.id])
    await socket.close()
  })

  test('LOOKUP-14 Without Postgres it is given where the log has all of it, and refused otherwise, never with a gap', async () => {
    const [old] = (await sendMany(2)) as [Message]
    await forgetAll()
    const sent = await sendMany(3)
    await trouble({ part: 'postgres', fault: 'refuse' })
    expect(ids((await readPage(`?after=${sent[0]?.id}`)).messages)).toEqual([
      sent[2]?.id,
      sent[1]?.id,
    ])
    await refusal(await call(`/messages?after=${old.id}`), 'unavailable')
    await refusal(await call(`/messages?around=${old.id}`), 'unavailable')
    const around = await readPage(`?around=${sent[1]?.id}`)
    expect(ids(around.messages)).toEqual(ids(sent).reverse())
  })
})

describe('a page around a message', () => {
  test('LOOKUP-15 A message is in the middle of the page around it, in the log and in Postgres, and cursors lead on to both sides', async () => {
    const sent = ids(await sendMany(9))
    const expectMiddle = async () => {
      const page = await readPage(`?around=${sent[4]}&limit=5`)
      expect(ids(page.messages)).toEqual([6, 5, 4, 3, 2].map((n) => sent[n]))
      expect([page.previous_cursor, page.next_cursor]).toEqual([sent[6], sent[2]])
      const newer = await readPage(`?after=${page.previous_cursor}&limit=5`)
      expect(ids(newer.messages)).toEqual([sent[8], sent[7]])
      const older = await readPage(`?cursor=${page.next_cursor}&limit=2`)
      expect(ids(older.messages)).toEqual([sent[1], sent[0]])
      expect(older.previous_cursor).toBe(sent[1])
      const again = await readPage(`?after=${older.previous_cursor}&limit=5`)
      expect(ids(again.messages)).toEqual(ids(page.messages))
    }
    await expectMiddle()
    await forgetAll()
    await expectMiddle()
    expect(ids((await readPage(`?around=${sent[4]}&limit=1`)).messages)).toEqual([sent[4]])
    expect(ids((await readPage(`?around=${sent[8]}&limit=3`)).messages)).toEqual([
      sent[8],
      sent[7],
      sent[6],
    ])
  })

  test('LOOKUP-16 Around a deleted or unknown message is what came before and after it', async () => {
    const sent = await sendMany(5)
    const [, before, gone, after] = sent as [Message, Message, Message, Message]
    await callAs(await authorOf(gone), 'DELETE', `/messages/${gone.id}`)
    for (const forgotten of [false, true]) {
      if (forgotten) await forgetAll()
      for (const id of [gone.id, idAfter(gone.id), idAfter(before.id)])
        expect(ids((await readPage(`?around=${id}&limit=2`)).messages)).toEqual([
          after.id,
          before.id,
        ])
    }
    const end = await readPage(`?around=${highest}&limit=2`)
    expect(ids(end.messages)).toEqual([sent[4]?.id, sent[3]?.id])
    expect(end.previous_cursor).toBeNull()
  })
})

describe('every page', () => {
  test('LOOKUP-17 A page has its position by both names, and the older page of the newest leads back to it', async () => {
    const sent = ids(await sendMany(4))
    await flushed()
    for (const query of [
      '?limit=1',
      '?limit=100',
      `?cursor=${sent[2]}`,
      `?after=${sent[0]}`,
      `?around=${sent[1]}`,
    ]) {
      const page = await readPage(query)
      expect(page.session).toEqual(page.position)
    }
    const newest = await readPage('?limit=2')
    expect(newest.previous_cursor).toBeNull()
    const older = await readPage(`?cursor=${newest.next_cursor}&limit=2`)
    expect(ids(older.messages)).toEqual([sent[1], sent[0]])
    const back = await readPage(`?after=${older.previous_cursor}&limit=2`)
    expect(back).toMatchObject({ messages: newest.messages, previous_cursor: null })
    const nothing = await readPage(`?cursor=${idAfter(lowest)}`)
    expect(nothing).toMatchObject({ messages: [], next_cursor: null })
    const oldest = await readPage(`?after=${nothing.previous_cursor}&limit=1`)
    expect(ids(oldest.messages)).toEqual((await everything()).slice(0, 1))
  })
})

const authors = new Map<string, Person>()

/** A person with a new token for the account of an author. */
async function authorOf(message: Message | undefined): Promise<Person> {
  const { user_id: id = '', username = '' } = message ?? {}
  const known = authors.get(id)
  if (known) return known
  const [row] = await sql()`select id from sessions where user_id = ${id}`
  const member = { id, username }
  const person = { ...member, sessionId: row?.id, token: await tokenFor(member, 86_400, row?.id) }
  authors.set(id, person)
  return person
}
