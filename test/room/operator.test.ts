import { runInDurableObject } from 'cloudflare:test'
import { Redis } from '@upstash/redis/cloudflare'
import { describe, expect, inject, it } from 'vitest'
import type { Message } from '../../src/contract/entities.ts'
import { DeadLetter, RoomReport } from '../../src/contract/room-report.ts'
import { readMirror } from '../../src/redis/presence-mirror.ts'
import {
  callAs,
  flushed,
  newPerson,
  type Person,
  ringUntil,
  Socket,
  sql,
  theRoom,
  tokenFor,
  trouble,
} from '../support/chat.ts'
import { testClock } from '../support/test-clock.ts'
import { inOneInstant } from './inside.ts'

const say = async (person: Person, content: string) =>
  (await (await callAs(person, 'POST', '/messages', { content })).json()) as Message

const archived = async (id: string) =>
  (await sql()`select content, is_deleted, revision from messages where id = ${id}`)[0]

/** A person with a valid token but no row in Postgres: their messages violate a foreign key. */
async function personWithoutRow(): Promise<Person> {
  const member = { id: crypto.randomUUID(), username: 'ghost' }
  const sessionId = crypto.randomUUID()
  return { ...member, sessionId, token: await tokenFor(member, 3_600, sessionId) }
}

async function account({ id }: Person): Promise<void> {
  await sql()`insert into users (id, username, username_canonical, email, email_canonical, password_hash)
    values (${id}, ${id}, ${id}, ${id}, ${id}, '-')`
}

describe('the operator', () => {
  it('OPER-1 deletes anyone’s message, for everyone and for good', async () => {
    const ada = await newPerson()
    const socket = await Socket.join(await newPerson())
    const message = await say(ada, 'awful')

    expect(await theRoom().removeAny(message.id)).toEqual({ ok: true, value: null })

    expect((await socket.next('message_deleted')).data).toEqual({
      message_id: message.id,
      revision: 2,
    })
    expect((await callAs(ada, 'PATCH', `/messages/${message.id}`, { content: 'a' })).status).toBe(
      404,
    )
    expect(await theRoom().removeAny(message.id)).toEqual({ ok: true, value: null })
    await flushed()
    expect(await archived(message.id)).toEqual({ content: '', is_deleted: true, revision: 2 })
    await socket.settle()
    expect(socket.of('message_deleted')).toHaveLength(1)
  })

  it('OPER-2 deletes what only Postgres has, and is told of what nobody has', async () => {
    const ada = await newPerson()
    const id = `01900000-0000-7000-8000-${crypto.randomUUID().slice(24)}`
    await sql()`insert into messages (id, user_id, content, created_at, is_deleted, revision)
      values (${id}, ${ada.id}, 'old', now(), false, 4)`
    expect(await theRoom().removeAny(id)).toEqual({ ok: true, value: null })
    await flushed()
    expect(await archived(id)).toEqual({ content: '', is_deleted: true, revision: 5 })
    expect(await theRoom().removeAny(crypto.randomUUID())).toMatchObject({
      ok: false,
      refusal: { code: 'not_found' },
    })
  })

  it('OPER-3 deletes as much as need be', async () => {
    const messages = []
    for (let n = 0; n < 25; n++) messages.push(await say(await newPerson(), `${n}`))
    for (const { id } of messages) expect((await theRoom().removeAny(id)).ok).toBe(true)
  })

  it('OPER-4 sees what Postgres refused, and has it tried again', async () => {
    const nobody = await personWithoutRow()
    const message = await say(nobody, 'who am I')
    await flushed()
    const [row] = (await theRoom().setAside()).filter(({ message_id }) => message_id === message.id)
    expect(DeadLetter.strict().parse(row)).toMatchObject({
      user_id: nobody.id,
      code: '23503',
      revision: 1,
    })
    expect(Date.parse(row?.retry_at ?? '')).toBeGreaterThan(testClock.now() + 23 * 3_600_000)

    await account(nobody)
    await theRoom().retrySetAside()

    await ringUntil(async () => (await archived(message.id)) !== undefined)
    await ringUntil(async () => (await theRoom().setAside()).length === 0)
  })

  it('OPER-5 sees the state of the room', async () => {
    const ada = await newPerson()
    await Socket.join(ada)
    await flushed()
    const before = await theRoom().report()
    await trouble({ part: 'postgres', fault: 'refuse' })
    await say(ada, 'one')
    await ringUntil(async () => (await theRoom().report()).postgres_error !== null)
    const report = RoomReport.strict().parse(await theRoom().report())
    await trouble({ part: 'postgres' })

    expect(report).toMatchObject({
      epoch: before.epoch,
      seq: before.seq + 1,
      flushed_seq: before.flushed_seq,
      dirty: 1,
      oldest_dirty_ms: expect.any(Number),
      set_aside: 0,
      started_at: before.started_at,
    })
    expect(report.sockets).toBeGreaterThan(0)
    expect(report.online).toBeGreaterThan(0)
    await flushed()
    expect(await theRoom().report()).toMatchObject({
      seq: report.seq,
      flushed_seq: report.seq,
      dirty: 0,
      oldest_dirty_ms: null,
      postgres_error: null,
    })
  })

  it('OPER-6 has it computed anew who is here, and the mirror rewritten', async () => {
    const ada = await newPerson()
    await Socket.join(ada)
    const { redisUrl: url, redisToken: token } = inject('services')
    const redis = new Redis({ url, token, enableTelemetry: false, automaticDeserialization: false })
    await flushed()
    await ringUntil(async () => (await readMirror(redis))?.some(({ id }) => id === ada.id) === true)
    await redis.flushdb()

    await theRoom().recomputePresence()
    // The test does not run the alarm: the write is due at once.
    while ((await readMirror(redis)) === null);

    const leaving = await inOneInstant((room, state) => {
      const [socket] = state.getWebSockets(ada.id)
      socket?.close(1000, 'unreported')
      void room.recomputePresence()
      return state.storage.sql
        .exec('select left_at from online where user_id = ? and left_at is not null', ada.id)
        .toArray().length
    })
    expect(leaving).toBe(1)
  })
})

describe('a person’s own messages', () => {
  const all = { above: null, limit: 10 }

  it('UNWRITTEN-1 are known where Postgres lacks them, or has them as they were', async () => {
    const [ada, bo, nobody] = [await newPerson(), await newPerson(), await personWithoutRow()]
    const refused = await say(nobody, 'refused')
    const edited = await say(ada, 'before')
    const written = await say(ada, 'written')
    await flushed()
    expect(await theRoom().unwritten(ada.id, all)).toEqual([])
    await trouble({ part: 'postgres', fault: 'refuse' })
    const fresh = await say(ada, 'fresh')
    await say(bo, 'of another')
    await callAs(ada, 'PATCH', `/messages/${edited.id}`, { content: 'after' })

    const rows = await theRoom().unwritten(ada.id, all)
    const second = await theRoom().unwritten(ada.id, { above: edited.id, limit: 1 })
    const aside = await theRoom().unwritten(nobody.id, all)
    await trouble({ part: 'postgres' })

    expect(rows.map(({ id, content, revision }) => [id, content, revision])).toEqual([
      [edited.id, 'after', 2],
      [fresh.id, 'fresh', 1],
    ])
    expect(rows.map(({ id }) => id)).not.toContain(written.id)
    expect(second).toEqual(rows.slice(1))
    expect(aside.map(({ id }) => id)).toEqual([refused.id])
    await account(nobody)
  })
})

describe('flushing at the operator’s call', () => {
  it('FLUSH-1 `operator flush` writes everything up to the time of the call, dead letters too, and answers the state of the room', async () => {
    const [ada, nobody] = [await newPerson(), await personWithoutRow()]
    const refusedBefore = await say(nobody, 'who am I')
    await flushed()
    expect(await archived(refusedBefore.id)).toBeUndefined()
    await account(nobody)
    const message = await say(ada, 'before the backup')

    const flushing = await theRoom().flushNow()

    expect(flushing).toMatchObject({ ok: true, value: { dirty: 0, set_aside: 0 } })
    expect(await archived(message.id)).toBeDefined()
    expect(await archived(refusedBefore.id)).toBeDefined()
  })

  it('FLUSH-2 `operator flush` is refused with a sentence if Postgres does not have everything afterwards', async () => {
    const ada = await newPerson()
    await theRoom().flushNow()
    await trouble({ part: 'postgres', fault: 'refuse' })
    await say(ada, 'late')
    const flushing = await theRoom().flushNow()
    await trouble({ part: 'postgres' })
    expect(flushing).toEqual({
      ok: false,
      refusal: {
        code: 'unavailable',
        detail: 'Postgres still lacks 1 row. It cannot be reached (unreachable).',
      },
    })
  })

  it('FLUSH-3 `operator flush` waits for a flush that is under way, and never runs two at once', async () => {
    const ada = await newPerson()
    await theRoom().flushNow()
    const message = await say(ada, 'once')
    await trouble({ part: 'postgres', delayMs: 100 })
    const writes = await runInDurableObject(theRoom(), async (room) => {
      const { outbox } = room.components
      let [running, most] = [0, 0]
      const { flush } = outbox
      outbox.flush = async () => {
        most = Math.max(most, ++running)
        await flush.call(outbox)
        running--
      }
      const background = outbox.flush()
      await Promise.all([background, room.flushNow(), room.flushNow()])
      return most
    })
    await trouble({ part: 'postgres' })
    expect(writes).toBe(1)
    expect(await archived(message.id)).toBeDefined()
  })
})
