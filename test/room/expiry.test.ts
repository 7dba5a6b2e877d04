import {
  abortAllDurableObjects,
  reset,
  runDurableObjectAlarm,
  runInDurableObject,
} from 'cloudflare:test'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Message } from '../../src/contract/entities.ts'
import { firstIdAt, nextId } from '../../src/domain/ids.ts'
import { callWith } from '../api/responses.ts'
import {
  callAs,
  emptyTables,
  flushed,
  newPerson,
  type Person,
  ringUntil,
  say,
  sql,
  theRoom,
  tokenFor,
} from '../support/chat.ts'
import { archived, inPostgres, inRoom, put, react } from '../support/reactions.ts'
import { testClock } from '../support/test-clock.ts'
import { roomSettings } from '../support/worker.ts'

const dayMs = 24 * 60 * 60_000
const retentionDays = 30

/** Sends a message as if that many days ago. */
async function sayBefore(author: Person, days: number, content: string): Promise<Message> {
  testClock.setAhead(-days * dayMs)
  await abortAllDurableObjects()
  const token = await tokenFor(author, 86_400, author.sessionId)
  const message = await say({ ...author, token }, content)
  testClock.reset()
  return message
}

/** The room starts with another retention, as after a deploy. */
async function setRetention(days: number): Promise<void> {
  roomSettings.retentionDays = days
  await abortAllDurableObjects()
}

const idsIn = {
  room: () =>
    runInDurableObject(theRoom(), (_, { storage }) =>
      storage.sql
        .exec<{ id: string }>('select id from messages order by id')
        .toArray()
        .map(({ id }) => id),
    ),
  postgres: async () => (await sql()`select id from messages order by id`).map(({ id }) => id),
}

/** Runs the room's alarms until neither has a message below this id. */
const expired = (before: string) =>
  ringUntil(async () => {
    const ids = [...(await idsIn.room()), ...(await idsIn.postgres())]
    return ids.every((id) => id >= before)
  })

const deadLetters = () => theRoom().setAside()

/** Milliseconds; reads the alarm that the room has armed after a step. */
const nextAlarmIn = () =>
  runInDurableObject(theRoom(), async (_, { storage }) => {
    const at = await storage.getAlarm()
    return at === null ? Number.POSITIVE_INFINITY : at - testClock.now()
  })

beforeEach(async () => {
  await reset()
  await emptyTables('messages, retention_floor, room_fences')
})

afterEach(() => {
  roomSettings.retentionDays = 0
})

describe('messages older than the retention', () => {
  it('EXPIRE-1 leave the room and Postgres, also dead letters and what Postgres never had', async () => {
    const ada = await newPerson()
    const ghost: Person = { ...ada, id: crypto.randomUUID(), username: 'ghost' }
    const old = await sayBefore(ada, 40, 'old')
    const refused = await sayBefore(ghost, 39, 'refused')
    await flushed()
    expect(await deadLetters()).toMatchObject([{ key: refused.id }])
    const unwritten = await sayBefore(ada, 38, 'unwritten')
    const kept = await sayBefore(ada, 1, 'kept')

    await setRetention(retentionDays)
    await expired(kept.id)
    await flushed()

    expect(await idsIn.room()).toEqual([kept.id])
    expect(await idsIn.postgres()).toEqual([kept.id])
    expect((await theRoom().state()).setAside).toBe(0)
    expect([old.id, unwritten.id]).not.toContain(kept.id)
    // The room goes on with higher ids.
    expect((await say(ada, 'next')).id > kept.id).toBe(true)
  })

  it('EXPIRE-2 are shown by no page and no export, and cannot be changed, before their rows are deleted', async () => {
    const ada = await newPerson()
    const old = await sayBefore(ada, 40, 'old')
    await flushed()
    const alsoOld = await sayBefore(ada, 39, 'not in Postgres yet')
    const kept = await say(ada, 'kept')
    await runInDurableObject(theRoom(), ({ components: { expiryFloor } }) =>
      expiryFloor.raise(retentionDays, testClock.now()),
    )

    const settings = { RETENTION_DAYS: `${retentionDays}` }
    const headers = { authorization: `Bearer ${ada.token}` }
    const page = await callWith(settings, '/messages?limit=50', { headers })
    const { messages, next_cursor } = (await page.json()) as {
      messages: Message[]
      next_cursor: string | null
    }
    expect(messages.map(({ id }) => id)).toEqual([kept.id])
    expect(next_cursor).toBeNull()
    for (const [q, isFound] of Object.entries({
      old: false,
      'not in Postgres': false,
      kept: true,
    })) {
      const found = await callWith(settings, `/messages/search?q=${q}`, { headers })
      expect(((await found.json()) as { hits: unknown[] }).hits.length > 0).toBe(isFound)
    }
    const exported = await (await callWith(settings, '/auth/me/export', { headers })).text()
    expect(exported).toContain(kept.id)
    for (const { id } of [old, alsoOld]) {
      expect(exported).not.toContain(id)
      expect((await callAs(ada, 'PATCH', `/messages/${id}`, { content: 'x' })).status).toBe(404)
      expect((await callAs(ada, 'DELETE', `/messages/${id}`)).status).toBe(404)
    }
  })

  it('REACT-24 take the reactions to them along, in the room and in Postgres', async () => {
    const ada = await newPerson()
    const old = await sayBefore(ada, 40, 'old')
    const kept = await sayBefore(ada, 1, 'kept')
    for (const { id } of [old, kept]) await react(ada, id, '👍')
    await archived()
    expect(await inPostgres(old.id)).toMatchObject({ counts: { '👍': 1 } })
    await setRetention(retentionDays)
    await expired(kept.id)
    expect([await inRoom(old.id), await inPostgres(old.id)]).toEqual([null, null])
    expect(await inRoom(kept.id)).toEqual(await inPostgres(kept.id))
    expect((await put(ada, old.id, [])).status).toBe(404)
  })

  it('EXPIRE-3 are never written again, also after the setting was lowered', async () => {
    const ada = await newPerson()
    const old = await sayBefore(ada, 40, 'old')
    await setRetention(retentionDays)
    await expired(firstIdAt(testClock.now() - retentionDays * dayMs))
    await setRetention(0)

    await runInDurableObject(theRoom(), ({ components: { log, messages, outbox } }) => {
      const late = { ...old, updated_at: null, revision: 2, client_id: null }
      log.transaction(() => messages.revise({ ...late, is_deleted: false }))
      outbox.schedule(testClock.now())
    })
    await flushed()

    expect(await idsIn.postgres()).toEqual([])
    expect(await deadLetters()).toEqual([])
  })

  it('EXPIRE-4 leave Postgres in steps of 1,000, the oldest first, until there are none', async () => {
    const ada = await newPerson()
    const from = testClock.now() - 40 * dayMs
    let last: string | null = null
    const ids = Array.from({ length: 2_500 }, (_, n) => {
      last = nextId(last, from + n, crypto.getRandomValues(new Uint8Array(8)))
      return last
    })
    await sql()`
      insert into messages (id, user_id, content, created_at, is_deleted, revision)
      select id::uuid, ${ada.id}, 'old', now(), false, 1 from unnest(${ids}::text[]) as id`

    await setRetention(retentionDays)
    for (const left of [1_500, 500]) {
      await ringUntil(async () => (await idsIn.postgres()).length === left)
      expect(await idsIn.postgres()).toEqual(ids.slice(-left))
      expect(await nextAlarmIn()).toBeLessThanOrEqual(1_000)
    }
    await expired(firstIdAt(testClock.now() - retentionDays * dayMs))
  })
})

describe('without a retention', () => {
  it('EXPIRE-5 nothing expires', async () => {
    const ada = await newPerson()
    const old = await sayBefore(ada, 4_000, 'old')
    await flushed()
    for (let alarms = 0; alarms < 3; alarms++) await runDurableObjectAlarm(theRoom())
    expect(await idsIn.room()).toEqual([old.id])
    expect(await idsIn.postgres()).toEqual([old.id])
  })
})
