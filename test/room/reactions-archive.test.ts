// Reactions in Postgres: what is written, loaded and forgotten, and what takes them along. Wherever they are,
// the totals of a message are the sum of the sets of people: each look at them checks it.

import { abortAllDurableObjects, runInDurableObject } from 'cloudflare:test'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { ReactionSet } from '../../src/contract/reactions.ts'
import { answer } from '../api/responses.ts'
import {
  call,
  callAs,
  newPerson,
  type Person,
  ringUntil,
  say,
  sql,
  theRoom,
  tokenFor,
  trouble,
} from '../support/chat.ts'
import { forgetAll, lookUp, readPage } from '../support/conversation.ts'
import { archived, callerOf, inPostgres, inRoom, put, react } from '../support/reactions.ts'
import { copyStorage, loseStorage, setBackStorage } from '../support/room-storage.ts'
import { testClock } from '../support/test-clock.ts'
import { callAsOperator, newModerator, outcomeOf } from './moderation/moderators.ts'

afterEach(() => trouble({ part: 'postgres' }))

async function people<N extends number>(count: N) {
  return Promise.all(Array.from({ length: count }, () => newPerson())) as Promise<Person[]>
}

/** A message by a new person. */
const newMessage = async () => (await say(await newPerson(), 'hello')).id

/** Postgres has all reactions, and the log has forgotten them. */
async function forgotten(): Promise<void> {
  await archived()
  await forgetAll()
}

const revisionsIn = {
  room: async (id: string) =>
    runInDurableObject(
      theRoom(),
      ({ components: { reactionTotals } }) => reactionTotals.find(id)?.revision,
    ),
  postgres: async (id: string) => {
    const [row] = await sql()`select revision from reaction_totals where message_id = ${id}`
    return row && Number(row.revision)
  },
}

const same = async (id: string) => {
  const [room, postgres] = [await inRoom(id), await inPostgres(id)]
  expect(postgres).toEqual(room)
  return room
}

describe('the archive of reactions', () => {
  it('REACT-15 Postgres gets totals and sets together, changed ones only, and the higher revision wins', async () => {
    const id = await newMessage()
    const [bo, cy] = (await people(2)) as [Person, Person]
    await react(bo, id, '👍')
    await react(cy, id, '👍', '🎉')
    await archived()
    expect(await same(id)).toMatchObject({ counts: { '👍': 2, '🎉': 1 } })
    await react(cy, id)
    const rows = await runInDurableObject(theRoom(), ({ components: { reactionTotals } }) =>
      [...reactionTotals.after(0)].map((row) => reactionTotals.archived.toArchive(row)?.state),
    )
    expect(rows).toEqual([
      {
        ...{ message_id: id, counts: { '👍': 1 }, revision: 3, is_whole: false },
        sets: [{ user_id: cy.id, reactions: [] }],
      },
    ])
    await archived()
    expect(await same(id)).toEqual({ counts: { '👍': 1 }, sets: { [bo.id]: ['👍'] } })
  })

  it('REACT-16 During an outage people react, and Postgres gets all of it later', async () => {
    const id = await newMessage()
    const crowd = await people(3)
    await archived()
    await trouble({ part: 'postgres', fault: 'refuse' })
    for (const person of crowd) await react(person, id, '🎉')
    await react(crowd[0] as Person, id)
    await ringUntil(async () => (await theRoom().state()).postgresError !== null)
    await trouble({ part: 'postgres' })
    expect(await inPostgres(id)).toBeNull()
    await archived()
    expect(await same(id)).toMatchObject({ counts: { '🎉': 2 } })
  })

  it('REACT-17 Totals that Postgres refuses are a dead letter, hold up no others, and later bring all their sets', async () => {
    const [id, other] = [await newMessage(), await newMessage()]
    const [bo, cy] = (await people(2)) as [Person, Person]
    await archived()
    await sql()`alter table reaction_totals add constraint refused check (message_id <> ${sql().unsafe(`'${id}'`)})`
    await react(bo, id, '👍')
    await react(bo, other, '👍')
    await archived()
    expect(await inPostgres(other)).toMatchObject({ counts: { '👍': 1 } })
    const letters = await theRoom().setAside()
    expect(letters).toMatchObject([{ kind: 'reactions', key: `reactions:${id}`, message_id: id }])
    await react(cy, id, '👍')
    await archived()
    await sql()`alter table reaction_totals drop constraint refused`
    await theRoom().retrySetAside()
    await ringUntil(async () => (await theRoom().setAside()).length === 0)
    expect(await same(id)).toMatchObject({ counts: { '👍': 2 } })
  })
})

describe('old messages', () => {
  it('REACT-18 The first reaction to a message that the log no longer has loads its totals and sets, and both are forgotten together', async () => {
    const id = await newMessage()
    const [bo, cy, di] = (await people(3)) as [Person, Person, Person]
    await react(bo, id, '👍')
    await react(cy, id, '👍', '🎉')
    const before = await inRoom(id)
    await forgotten()
    expect([await inRoom(id), await inPostgres(id)]).toEqual([null, before])
    expect((await lookUp(id)).reactions).toEqual({ counts: { '👍': 2, '🎉': 1 }, revision: 2 })
    // A repetition changes nothing, and loads nothing for good.
    expect(await react(cy, id, '🎉', '👍')).toMatchObject({ revision: 2 })
    expect(await inRoom(id)).toBeNull()
    const both = await Promise.all([put(cy, id, ['🎉']), put(di, id, ['👍'])])
    for (const one of both) await answer(one, 200, ReactionSet)
    expect(await inRoom(id)).toEqual({
      counts: { '👍': 2, '🎉': 1 },
      sets: Object.fromEntries(
        [
          [bo.id, ['👍']],
          [cy.id, ['🎉']],
          [di.id, ['👍']],
        ].sort(([a], [b]) => ((a as string) < (b as string) ? -1 : 1)),
      ),
    })
    await archived()
    const now = await same(id)
    await forgotten()
    expect([await inRoom(id), await inPostgres(id)]).toEqual([null, now])
  })

  it('REACT-19 However many people react to an old message at once, Postgres is asked once; without it they are refused, and other messages take reactions', async () => {
    const id = await newMessage()
    await forgotten()
    const recent = await newMessage()
    const crowd = await people(5)
    const asked = await runInDurableObject(theRoom(), async ({ components: { reactionCalls } }) => {
      const fetched = vi.spyOn(globalThis, 'fetch')
      const all = crowd.map((person) => reactionCalls.react(callerOf(person), id, ['👍']))
      const count = fetched.mock.calls.length
      fetched.mockRestore()
      expect((await Promise.all(all)).every(({ ok }) => ok)).toBe(true)
      return count
    })
    expect(asked).toBeLessThanOrEqual(1)
    expect(await inRoom(id)).toMatchObject({ counts: { '👍': 5 } })
    await forgotten()
    await react(crowd[0] as Person, recent, '👍').catch(() => {})
    const newest = await newMessage()
    await trouble({ part: 'postgres', fault: 'refuse' })
    expect(await outcomeOf(await put(crowd[0] as Person, id, []))).toBe('503 unavailable')
    await react(crowd[1] as Person, newest, '👍')
  })

  it('REACT-20 An old message that was edited keeps its counts, on pages and in a look-up', async () => {
    const ada = await newPerson()
    const { id } = await say(ada, 'hello')
    await react(await newPerson(), id, '👍')
    await forgotten()
    expect((await callAs(ada, 'PATCH', `/messages/${id}`, { content: 'edited' })).status).toBe(200)
    const reactions = { counts: { '👍': 1 }, revision: 1 }
    expect(await lookUp(id)).toMatchObject({ content: 'edited', reactions })
    const [first] = (await readPage()).messages
    expect(first).toMatchObject({ id, content: 'edited', reactions })
    expect(await react(ada, id, '👍')).toMatchObject({ revision: 2 })
    expect(await lookUp(id)).toMatchObject({ reactions: { counts: { '👍': 2 }, revision: 2 } })
  })
})

describe('what takes reactions along', () => {
  it('REACT-21 A deletion removes all reactions to the message, in the room and in Postgres', async () => {
    const ada = await newPerson()
    const [first, second] = [(await say(ada, 'first')).id, (await say(ada, 'second')).id]
    for (const id of [first, second]) await react(await newPerson(), id, '👍')
    await archived()
    await callAs(ada, 'DELETE', `/messages/${first}`)
    expect(await inRoom(first)).toBeNull()
    await forgotten()
    expect(await inPostgres(first)).toBeNull()
    // The reactions to an old message are in the room again when it is deleted.
    await react(await newPerson(), second, '🎉')
    await callAs(ada, 'DELETE', `/messages/${second}`)
    expect(await inRoom(second)).toBeNull()
    await archived()
    expect([await inRoom(second), await inPostgres(second)]).toEqual([null, null])
    expect(await outcomeOf(await put(ada, second, ['👍']))).toBe('404 not_found')
  })

  it('REACT-22 A purge removes the reactions to all its messages, also to old ones that were loaded again', async () => {
    const [ada, bo] = (await people(2)) as [Person, Person]
    const [old, loaded] = [(await say(ada, 'old')).id, (await say(ada, 'loaded')).id]
    for (const id of [old, loaded]) await react(bo, id, '👍')
    await forgotten()
    await react(bo, loaded, '🎉')
    const recent = (await say(ada, 'recent')).id
    await react(bo, recent, '👍')
    const purge = { since: new Date(testClock.now() - 3_600_000).toISOString() }
    expect(
      (await callAs(await newModerator(), 'POST', `/users/${ada.id}/purge`, purge)).status,
    ).toBe(200)
    for (const id of [old, loaded, recent]) {
      expect(await inRoom(id)).toBeNull()
      expect(await outcomeOf(await put(bo, id, ['👍']))).toBe('404 not_found')
    }
    await archived()
    await ringUntil(async () => {
      const [row] =
        await sql()`select count(*) as n from reaction_sets where message_id in (${old}, ${loaded}, ${recent})`
      return Number(row?.n) === 0
    })
    for (const id of [old, loaded, recent]) expect(await inPostgres(id)).toBeNull()
  })

  it('REACT-23 The erasure of an account removes what it chose and corrects the totals, in the room with an event', async () => {
    const [ada, bo, cy] = (await people(3)) as [Person, Person, Person]
    const [old, recent, mine] = [
      await newMessage(),
      await newMessage(),
      (await say(ada, 'mine')).id,
    ]
    for (const person of [ada, bo]) await react(person, old, '👍')
    await forgotten()
    for (const id of [recent, mine]) await react(bo, id, '🎉')
    for (const person of [ada, cy]) await react(person, recent, '👍')
    await archived()
    const { seq } = await theRoom().report()
    await sql()`update users set password_hash = '' where id = ${ada.id}`
    await theRoom().erase(ada.id, 'delete')
    expect(await inRoom(recent)).toEqual({
      counts: { '🎉': 1, '👍': 1 },
      sets: Object.fromEntries(
        [
          [bo.id, ['🎉']],
          [cy.id, ['👍']],
        ].sort(([a], [b]) => ((a as string) < (b as string) ? -1 : 1)),
      ),
    })
    expect(await inRoom(mine)).toBeNull()
    await archived()
    // One for the erasure, one for the corrected totals.
    expect((await theRoom().report()).seq).toBe(seq + 2)
    expect(await same(recent)).toMatchObject({ counts: { '🎉': 1, '👍': 1 } })
    await eraseInPostgres(ada)
    expect(await inPostgres(old)).toEqual({ counts: { '👍': 1 }, sets: { [bo.id]: ['👍'] } })
    expect(await sql()`select 1 from reaction_sets where user_id = ${ada.id}`).toEqual([])
    await same(recent)
  })
})

describe('a roll-back', () => {
  it('REACT-34 The reactions of accounts that the release before has erased are taken out when this one is back', async () => {
    const [ada, bo] = (await people(2)) as [Person, Person]
    const id = await newMessage()
    for (const person of [ada, bo]) await react(person, id, '👍')
    await archived()
    await runInDurableObject(theRoom(), (_, { storage: { sql } }) => {
      // It knows neither the kind nor the tables.
      sql.exec('update meta set value = \'["messages","purges"]\' where key = \'archived_kinds\'')
      sql.exec("insert into erasures (seq, user_id, remains, at) values (-9, ?, 'keep', 0)", ada.id)
    })
    await abortAllDurableObjects()
    await theRoom().state()
    expect(await inRoom(id)).toEqual({ counts: { '👍': 1 }, sets: { [bo.id]: ['👍'] } })
    await archived()
    await same(id)
  })
})

/** As the Worker does when an account is erased. */
async function eraseInPostgres({ id }: Person): Promise<void> {
  const { eraseAccount } = await import('../../src/postgres/own-account.ts')
  const { drizzle } = await import('drizzle-orm/neon-http')
  await eraseAccount(drizzle({ client: sql() }) as never, id, testClock.now())
}

/** A loss refuses the tokens of before: those of each test are issued later. */
const issuedAfter = (ms: number) => testClock.setAhead(ms)

describe('reactions after a loss', () => {
  it('REACT-25 A room that lost its storage has all reactions of Postgres, and counts none twice', async () => {
    issuedAfter(30_000)
    const id = await newMessage()
    const [bo, cy] = (await people(2)) as [Person, Person]
    await react(bo, id, '👍')
    await archived()
    await loseStorage()
    expect((await lookUp(id)).reactions).toEqual({ counts: { '👍': 1 }, revision: 1 })
    const fresh = async (person: Person) => {
      testClock.moveBy(2_000)
      return { ...person, token: await tokenFor(person, 86_400, person.sessionId) }
    }
    await react(await fresh(bo), id, '👍')
    await react(await fresh(cy), id, '👍')
    await archived()
    expect(await same(id)).toMatchObject({ counts: { '👍': 2 } })
    expect(await revisionsIn.room(id)).toBe(2)
  })

  it('REACT-26 A room whose storage was set back keeps only reactions that Postgres lacks', async () => {
    issuedAfter(60_000)
    const [ahead, behind] = [await newMessage(), await newMessage()]
    const [bo, cy] = (await people(2)) as [Person, Person]
    await archived()
    await react(bo, ahead, '👍')
    await react(bo, behind, '👍')
    // Postgres lacks both when the copy is made, and gets one of them later in a newer state.
    const copy = await copyStorage()
    await archived()
    await react(cy, ahead, '👍')
    await archived()
    await setBackStorage(copy)
    await theRoom().state()
    expect(await inRoom(ahead)).toBeNull()
    expect(await inPostgres(ahead)).toMatchObject({ counts: { '👍': 2 } })
    expect(await revisionsIn.postgres(behind)).toBe(1)
    expect((await lookUp(ahead)).reactions?.counts).toEqual({ '👍': 2 })
    expect((await lookUp(behind)).reactions?.counts).toEqual({ '👍': 1 })
  })

  it('REACT-27 A Postgres that was set back gets all reactions of the room again, and loses those that are gone', async () => {
    issuedAfter(90_000)
    const id = await newMessage()
    const [bo, cy, di] = (await people(3)) as [Person, Person, Person]
    for (const person of [bo, cy]) await react(person, id, '👍')
    await archived()
    const sets = await sql()`select * from reaction_sets`
    const totals = await sql()`select * from reaction_totals`
    await react(bo, id)
    await react(di, id, '🎉')
    await archived()
    await sql()`truncate reaction_sets, reaction_totals`
    for (const set of sets)
      await sql()`insert into reaction_sets values (${set.message_id}, ${set.user_id}, ${set.reactions})`
    for (const row of totals)
      await sql()`insert into reaction_totals values (${row.message_id}, ${JSON.stringify(row.counts)}, ${row.revision})`
    expect(await inPostgres(id)).toMatchObject({ counts: { '👍': 2 } })
    await sql()`update room_fences set flushed_seq = 1`
    expect((await callAsOperator('POST', '/rearchive')).status).toBe(200)
    await archived()
    expect(await same(id)).toEqual({
      counts: { '👍': 1, '🎉': 1 },
      sets: Object.fromEntries(
        [
          [cy.id, ['👍']],
          [di.id, ['🎉']],
        ].sort(([a], [b]) => ((a as string) < (b as string) ? -1 : 1)),
      ),
    })
    expect((await call(`/messages/${id}`)).status).toBe(200)
  })
})
