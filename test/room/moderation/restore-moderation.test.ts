import { abortAllDurableObjects, runInDurableObject } from 'cloudflare:test'
import { afterEach, describe, expect, it } from 'vitest'
import type { Room } from '../../../src/contract/moderation.ts'
import type { Report } from '../../../src/contract/moderation-records.ts'
import {
  callAs,
  emptyTables,
  flushed,
  newPerson,
  type Person,
  ringUntil,
  Socket,
  say,
  sql,
  theRoom,
  tokenFor,
  trouble,
} from '../../support/chat.ts'
import { copyStorage, loseStorage, setBackStorage } from '../../support/room-storage.ts'
import {
  callAsOperator,
  changeRoom,
  newModerator,
  newOwner,
  outcomeOf,
  readRoom,
  restrict,
} from './moderators.ts'

/** A token from before the start of a restored room is refused, so the room starts first. */
async function renewed(person: Person): Promise<Person> {
  await theRoom().state()
  return { ...person, token: await tokenFor(person) }
}

const send = async (person: Person, content: string) =>
  outcomeOf(await callAs(person, 'POST', '/messages', { content }))

describe('a room that lost its storage', () => {
  afterEach(async () => {
    await trouble({ part: 'postgres' })
    await callAsOperator('PUT', '/room/words', { terms: [] })
    await callAsOperator('PATCH', '/room', { posting: 'everyone', announcement: null })
    for (const { id } of (await readRoom()).pins) await callAsOperator('DELETE', `/room/pins/${id}`)
    await flushed()
  })

  it('RESTORE-20 has staff, restrictions, words, reports and its state again before it takes a message', async () => {
    const [owner, moderator] = [await newOwner(), await newModerator()]
    const [muted, banned, bo] = [await newPerson(), await newPerson(), await newPerson()]
    const message = await say(bo, 'pinned')
    await callAs(moderator, 'PUT', `/room/pins/${message.id}`)
    await changeRoom(moderator, { announcement: 'Stays' })
    await callAs(moderator, 'PUT', '/room/words', { terms: ['casino'] })
    await callAs(owner, 'POST', `/messages/${message.id}/report`, { reason: 'Rude' })
    await restrict(moderator, 'mute', muted, { reason: 'Noise' })
    await restrict(owner, 'ban', banned)
    await flushed()
    const before = await readRoom()

    await loseStorage()
    // The first calls of the new room.
    await theRoom().state()
    const people = await Promise.all([muted, banned, bo, owner].map(renewed))
    const [ofMuted, ofBanned, ofBo, ofOwner] = people as [Person, Person, Person, Person]
    expect(await send(ofMuted, 'hi')).toBe('403 muted')
    expect(await send(ofBanned, 'hi')).toBe('403 banned')
    expect(await send(ofBo, 'casino')).toBe('422 content_refused')
    expect(await readRoom()).toEqual(before)
    const reports = (await (await callAs(ofOwner, 'GET', '/reports')).json()) as {
      reports: Report[]
    }
    expect(reports.reports.map(({ message_id }) => message_id)).toContain(message.id)
    // What changes now is newer than what was restored.
    const changed = await changeRoom(await renewed(ofOwner), { announcement: 'New' })
    expect(changed.revision).toBeGreaterThan(before.revision)
    await flushed()
    expect((await sql()`select state from room_state`)[0]?.state).toEqual(changed)
  })

  it('RESTORE-21 goes on with a purge that Postgres had not finished', async () => {
    const [moderator, ada] = [await newModerator(), await newPerson()]
    const old = await say(ada, 'old')
    await flushed()
    await sql()`
      insert into purges (revision, user_id, from_id, to_id, at)
      values (1000000, ${ada.id}, ${old.id}, ${old.id}, now())`
    await loseStorage()
    const page = await (await callAs(await renewed(moderator), 'GET', '/messages')).text()
    expect(page).not.toContain(old.id)
    await flushed()
    const socket = await Socket.join(await renewed(ada))
    await socket.settle()
    const next = await changeRoom(await renewed(moderator), { announcement: 'x' })
    expect(next.revision).toBeGreaterThan(1_000_000)
  })

  it('RESTORE-22 whose storage was set back, takes over what Postgres has', async () => {
    const [moderator, ada, bo] = [await newModerator(), await newPerson(), await newPerson()]
    await restrict(moderator, 'mute', ada)
    await flushed()
    const copy = await copyStorage()
    expect((await callAs(moderator, 'DELETE', `/users/${ada.id}/mute`)).status).toBe(204)
    await restrict(moderator, 'mute', bo)
    await changeRoom(moderator, { posting: 'established' })
    await say(moderator, 'since')
    await flushed()
    const before: Room = await readRoom()
    await setBackStorage(copy)
    expect(await readRoom()).toEqual(before)
    expect(await send(await renewed(ada), 'hi')).toBe('201')
    expect(await send(await renewed(bo), 'hi')).toBe('403 muted')
  })

  it('RESTORE-23 Postgres that was set back gets everything again by the operator’s repair', async () => {
    const [moderator, ada] = [await newModerator(), await newPerson()]
    await restrict(moderator, 'mute', ada)
    await flushed()
    await emptyTables('room_state, restrictions, word_list, reports, audit')
    expect((await theRoom().rearchive()).ok).toBe(true)
    await flushed()
    expect((await sql()`select state from room_state`)[0]?.state).toEqual(await readRoom())
    expect(await sql()`select user_id from restrictions where user_id = ${ada.id}`).toHaveLength(1)
    expect((await sql()`select count(*)::int as n from audit`)[0]?.n).toBeGreaterThan(0)
  })

  it('RESTORE-24 shows no pin of a message that was deleted, purged or edited since Postgres got the pins', async () => {
    const [moderator, ada] = [await newModerator(), await newPerson()]
    const [deleted, edited] = [await say(ada, 'deleted text'), await say(ada, 'first text')]
    for (const { id } of [deleted, edited]) await callAs(moderator, 'PUT', `/room/pins/${id}`)
    await flushed()
    const [before] = await sql()`select state, revision from room_state`
    await callAs(ada, 'DELETE', `/messages/${deleted.id}`)
    await callAs(ada, 'PATCH', `/messages/${edited.id}`, { content: 'second text' })
    await flushed()
    // The storage was lost between the two transactions of a flush.
    await sql()`update room_state set state = ${before?.state}, revision = ${before?.revision}`
    await loseStorage()
    expect((await readRoom()).pins.map(({ content }) => content)).toEqual(['second text'])
    await flushed()
    const [after] = await sql()`select state from room_state`
    expect(JSON.stringify(after)).not.toContain('deleted text')
  })

  it('RESTORE-25 whose older storage has a person who was erased since, forgets that person', async () => {
    const [owner, ada] = [await newOwner(), await newPerson()]
    await flushed()
    await trouble({ part: 'postgres', fault: 'refuse' })
    await Socket.join(ada)
    await callAs(owner, 'PUT', `/users/${ada.id}/role`, { role: 'moderator' })
    await restrict(owner, 'mute', ada, { reason: 'Noise' })
    const copy = await copyStorage()
    await trouble({ part: 'postgres' })
    await flushed()
    await say(owner, 'since')
    await theRoom().erase(ada.id, 'delete')
    await sql()`
      update users set erased_at = now(), username = '(deleted account)', is_active = false
      where id = ${ada.id}`
    await flushed()
    await setBackStorage(copy)
    const all = [
      await readRoom(),
      await (await callAsOperator('GET', '/users/restricted')).json(),
      await (await callAsOperator('GET', '/audit')).json(),
    ]
    expect(JSON.stringify(all)).not.toContain(ada.username)
  })

  it('RESTORE-26 starts with a state of another release that it does not know wholly', async () => {
    await changeRoom(await newModerator(), { announcement: 'Stays' })
    await runInDurableObject(theRoom(), (_, { storage }) => {
      storage.sql.exec("update room_state set state = json_set(state, '$.links', 'trusted')")
    })
    await abortAllDurableObjects()
    expect(await readRoom()).toMatchObject({ announcement: 'Stays', links: 'moderators' })
    await callAsOperator('PATCH', '/room', { links: 'everyone' })
  })

  it('OUT-22 a row that Postgres refuses is a dead letter, and tried again', async () => {
    const [moderator, ada] = [await newModerator(), await newPerson()]
    await flushed()
    await sql()`
      create function refuse_write() returns trigger language plpgsql as $$
      begin raise exception 'no' using errcode = '23514'; end $$`
    await sql()`
      create trigger refuse_write before insert or update on restrictions
      for each row execute function refuse_write()`
    await restrict(moderator, 'mute', ada)
    await flushed()
    expect((await theRoom().state()).setAside).toBe(1)
    expect(await theRoom().setAside()).toMatchObject([
      { kind: 'restrictions', key: ada.id, code: '23514' },
    ])
    await sql()`drop trigger refuse_write on restrictions`
    await sql()`drop function refuse_write`
    await theRoom().retrySetAside()
    await ringUntil(async () => (await theRoom().state()).setAside === 0)
    await flushed()
    expect(await sql()`select user_id from restrictions where user_id = ${ada.id}`).toHaveLength(1)
  })
})
