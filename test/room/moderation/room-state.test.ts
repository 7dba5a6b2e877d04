import { abortAllDurableObjects, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { afterEach, describe, expect, it } from 'vitest'
import type { Message } from '../../../src/contract/entities.ts'
import type { AuditEntry } from '../../../src/contract/moderation-records.ts'
import {
  call,
  callAs,
  flushed,
  newPerson,
  ringUntil,
  Socket,
  say,
  sql,
  theRoom,
  tokenFor,
} from '../../support/chat.ts'
import { testClock } from '../../support/test-clock.ts'
import { roomSettings } from '../../support/worker.ts'
import {
  appoint,
  callAsOperator,
  changeRoom,
  newModerator,
  newOwner,
  outcomeOf,
  readRoom,
} from './moderators.ts'

const dayMs = 24 * 60 * 60_000

const auditOf = async (): Promise<AuditEntry[]> =>
  ((await (await callAsOperator('GET', '/audit')).json()) as { entries: AuditEntry[] }).entries

describe('the state of the room', () => {
  afterEach(async () => {
    for (const { id } of (await readRoom()).pins) await callAsOperator('DELETE', `/room/pins/${id}`)
  })

  it('STATE-1 a change is one event with the whole state, and its revision is higher', async () => {
    const moderator = await newModerator()
    const socket = await Socket.join(await newPerson())
    const before = await readRoom()
    await changeRoom(moderator, { slow_mode_ms: 5_000, announcement: ' Six o’clock ' })
    const { data, seq } = await socket.next('room_changed')
    expect(data).toEqual({
      ...before,
      ...{ slow_mode_ms: 5_000, announcement: 'Six o’clock', revision: data.revision },
    })
    expect(data.revision).toBeGreaterThan(before.revision)
    expect(seq).toBe((await theRoom().report()).seq)
    await changeRoom(moderator, { slow_mode_ms: 0, announcement: null })
  })

  it('STATE-2 the same values again are no event and no entry of the audit log', async () => {
    const moderator = await newModerator()
    await changeRoom(moderator, { slow_mode_ms: 7_000 })
    const [{ seq }, entries] = [await theRoom().report(), await auditOf()]
    await changeRoom(moderator, { slow_mode_ms: 7_000, announcement: null })
    expect((await theRoom().report()).seq).toBe(seq)
    expect(await auditOf()).toEqual(entries)
    await changeRoom(moderator, { slow_mode_ms: 0 })
  })

  it('STATE-3 each new connection is told the state, also one that resumes, and once', async () => {
    const moderator = await newModerator()
    const bo = await newPerson()
    const first = await Socket.join(bo)
    const welcome = first.of('welcome')[0]?.data
    const since = first.of('synced')[0]?.seq
    await first.close()
    await changeRoom(moderator, { slow_mode_ms: 9_000 })
    const back = await Socket.join(bo, { query: `epoch=${welcome?.epoch}&since=${since}` })
    expect(back.of('welcome')[0]?.data.resumed).toBe(true)
    expect(back.of('room_changed').map(({ data }) => data.slow_mode_ms)).toEqual([9_000])
    expect(back.of('room_changed')[0]).not.toHaveProperty('seq')
    await changeRoom(moderator, { slow_mode_ms: 0 })
  })

  it('STATE-4 outlives a restart of the room, and is in Postgres', async () => {
    const owner = await newOwner()
    await changeRoom(owner, { announcement: 'Stays' })
    const before = await readRoom()
    await abortAllDurableObjects()
    expect(await readRoom()).toEqual(before)
    await flushed()
    expect((await sql()`select state from room_state`)[0]?.state).toEqual(before)
    await changeRoom(owner, { announcement: null })
  })

  it('PIN-1 a pin is the whole message, and follows its edits and its deletion', async () => {
    const [moderator, ada] = [await newModerator(), await newPerson()]
    const message = await say(ada, 'Read this')
    const pinned = await callAs(moderator, 'PUT', `/room/pins/${message.id}`)
    expect(await pinned.json()).toMatchObject({ pins: [{ id: message.id, content: 'Read this' }] })
    const edited = await callAs(ada, 'PATCH', `/messages/${message.id}`, { content: 'Read that' })
    const { client_id, ...pin } = (await edited.json()) as Message
    expect((await readRoom()).pins).toEqual([pin])
    expect(client_id).toBeTruthy()
    await callAs(ada, 'DELETE', `/messages/${message.id}`)
    expect((await readRoom()).pins).toEqual([])
  })

  it('PIN-2 at most five messages are pinned, the latest first, and one that was pinned is no change', async () => {
    const moderator = await newModerator()
    const messages: Message[] = []
    for (const author of [await newPerson(), await newPerson()])
      for (const n of [1, 2, 3]) messages.push(await say(author, `${n}`))
    const pin = ({ id }: { id: string }) => callAs(moderator, 'PUT', `/room/pins/${id}`)
    const outcomes: string[] = []
    for (const message of messages) outcomes.push(await outcomeOf(await pin(message)))
    expect(outcomes).toEqual(['200', '200', '200', '200', '200', '422 invalid'])
    expect((await pin(messages[0] as Message)).status).toBe(200)
    const expected = messages.slice(0, 5).reverse()
    expect((await readRoom()).pins.map(({ id }) => id)).toEqual(expected.map(({ id }) => id))
  })

  it('PIN-3 an erased account is in no pin and no longer among the staff', async () => {
    const [moderator, ada] = [await newModerator(), await newModerator()]
    const message = await say(ada, 'mine')
    await callAs(moderator, 'PUT', `/room/pins/${message.id}`)
    const socket = await Socket.join(await newPerson())
    await theRoom().erase(ada.id, 'keep')
    await socket.next('user_erased')
    const { data } = await socket.next('room_changed')
    expect(data.pins).toEqual([])
    expect(JSON.stringify(data)).not.toContain(ada.username)
    await flushed()
    expect(JSON.stringify(await sql()`select state from room_state`)).not.toContain(ada.username)
  })

  it('PIN-4 a message that has expired is no longer pinned, and cannot be pinned or reported', async () => {
    const [moderator, ada] = [await newModerator(), await newPerson()]
    const old = await say(ada, 'old')
    await callAs(moderator, 'PUT', `/room/pins/${old.id}`)
    await flushed()
    testClock.setAhead(40 * dayMs)
    roomSettings.retentionDays = 30
    await abortAllDurableObjects()
    await ringUntil(async () => (await readRoom()).pins.length === 0)
    const later = { token: await tokenFor(moderator) }
    for (const [method, path] of [
      ['PUT', `/room/pins/${old.id}`],
      ['POST', `/messages/${old.id}/report`],
    ] as const)
      expect(await outcomeOf(await callAs(later, method, path, {}))).toBe('404 not_found')
    testClock.reset()
    roomSettings.retentionDays = 0
  })

  it('UPKEEP-1 what need not be kept is removed once a day, however often the room starts', async () => {
    await callAsOperator('PATCH', '/room', { slow_mode_ms: 1_000 })
    await flushed()
    for (let hours = 0; hours < 40 * 24; hours += 20) {
      testClock.moveBy(20 * 3_600_000)
      await abortAllDurableObjects()
      await runDurableObjectAlarm(theRoom())
    }
    const kept = () =>
      runInDurableObject(theRoom(), ({ components: { auditLog } }) => auditLog.page(null, 1))
    await ringUntil(async () => (await kept()).length === 0)
    // Postgres keeps them for a year.
    expect((await auditOf()).length).toBeGreaterThan(0)
    testClock.reset()
    await callAsOperator('PATCH', '/room', { slow_mode_ms: 0 })
  })

  it('STAFF-1 the list of the staff is told whole, and messages carry no roles', async () => {
    const owner = await newOwner()
    const bo = await newPerson()
    const socket = await Socket.join(await newPerson())
    await callAs(owner, 'PUT', `/users/${bo.id}/role`, { role: 'moderator' })
    const { staff } = await readRoom()
    expect(staff).toContainEqual({ user_id: bo.id, username: bo.username, role: 'moderator' })
    await socket.settle()
    expect(socket.of('room_changed').at(-1)?.data.staff).toEqual(staff)
    expect(await say(bo, 'hi')).not.toHaveProperty('role')
    await appoint(bo, 'member')
  })

  it('PROFILE-1 everyone sees name and role of a person, and moderators the restrictions', async () => {
    const [owner, ada, bo] = [await newOwner(), await newPerson(), await newPerson()]
    await callAs(owner, 'PUT', `/users/${bo.id}/mute`, { until: null, reason: 'Noise' })
    const seenBy = async (person: typeof ada) =>
      (await callAs(person, 'GET', `/users/${bo.id}`)).json()
    const profile = { id: bo.id, username: bo.username, role: 'member' }
    expect(await seenBy(ada)).toEqual({ ...profile, created_at: expect.any(String) })
    expect(await seenBy(owner)).toMatchObject({
      ...profile,
      restrictions: { mute: { until: null, reason: 'Noise' }, ban: null },
    })
    const nobody = await callAs(ada, 'GET', `/users/${crypto.randomUUID()}`)
    expect(await outcomeOf(nobody)).toBe('404 not_found')
  })

  it('WORDS-1 only moderators read the list, and one that has changed since is not overwritten', async () => {
    const [moderator, other] = [await newModerator(), await newModerator()]
    const read = await callAs(moderator, 'GET', '/room/words')
    const etag = read.headers.get('etag') ?? ''
    expect((await callAs(other, 'PUT', '/room/words', { terms: ['one'] })).status).toBe(200)
    const write = (terms: string[]) =>
      call('/room/words', {
        method: 'PUT',
        headers: {
          Authorization: `Bearer ${moderator.token}`,
          'Content-Type': 'application/json',
          'If-Match': etag,
        },
        body: JSON.stringify({ terms }),
      })
    expect(await outcomeOf(await write(['two']))).toBe('412 outdated')
    // The answer to the same list may have been lost.
    expect(await outcomeOf(await write(['one']))).toBe('200')
    const faulty = await callAs(moderator, 'PUT', '/room/words', { terms: ['fine', 'f*ck'] })
    expect(((await faulty.json()) as { errors: object }).errors).toHaveProperty('terms.1')
    await callAsOperator('PUT', '/room/words', { terms: [] })
  })
})
