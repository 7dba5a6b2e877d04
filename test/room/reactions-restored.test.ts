// Reactions after a loss of the room's storage or of Postgres: all are there, and none is counted twice.

import { runInDurableObject } from 'cloudflare:test'
import { describe, expect, it } from 'vitest'
import { call, type Person, sql, theRoom, tokenFor } from '../support/chat.ts'
import { lookUp } from '../support/conversation.ts'
import {
  archived,
  inPostgres,
  inRoom,
  newMessage,
  people,
  react,
  same,
} from '../support/reactions.ts'
import { copyStorage, loseStorage, setBackStorage } from '../support/room-storage.ts'
import { testClock } from '../support/test-clock.ts'
import { callAsOperator } from './moderation/moderators.ts'

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
