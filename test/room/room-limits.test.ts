import { runInDurableObject } from 'cloudflare:test'
import { describe, expect, it, vi } from 'vitest'
import type { RoomEvent } from '../../src/contract/frames.ts'
import { RateLimits } from '../../src/room/limits/rate-limits.ts'
import { callAs, newPerson, say, theRoom } from '../support/chat.ts'
import { testClock } from '../support/test-clock.ts'
import type { ChatRoom } from '../support/worker.ts'
import { inOneInstant, openSocket, personWithoutAccount } from './inside.ts'

const many = (count: number, name: string) =>
  Array.from({ length: count }, (_, n) => personWithoutAccount(`${name} ${n}`))

const eventsOf = ({ frames }: { frames: { event: RoomEvent }[] }, event: RoomEvent) =>
  frames.filter((frame) => frame.event === event)

/** Sends so many messages of each person by calls, without connections. Gives each outcome. */
async function sendByCall(room: ChatRoom, people: ReturnType<typeof many>, each: number) {
  const outcomes = people.flatMap(({ id, username, sessionId }) =>
    Array.from({ length: each }, (_, n) =>
      room.send({ member: { id, username }, sessionId }, `${n}`, `${n}`),
    ),
  )
  return (await Promise.all(outcomes)).map((outcome) =>
    outcome.ok ? 'sent' : outcome.refusal.code,
  )
}

describe('what is refused while the room is busy', () => {
  it('LOAD-4 a change costs what a message does, and a refused one costs its author nothing', async () => {
    const ada = await newPerson()
    const message = await say(ada, 'first')
    const caller = { member: { id: ada.id, username: ada.username }, sessionId: ada.sessionId }
    const outcomes = await inOneInstant(async (room) => {
      await sendByCall(room, many(60, 'author'), 5)
      return Promise.all(
        Array.from({ length: 21 }, (_, n) => room.edit(caller, message.id, `edit ${n}`)),
      )
    })
    const codes = outcomes.map((outcome) => (outcome.ok ? 'changed' : outcome.refusal.code))
    expect(codes).toEqual(Array(21).fill('room_busy'))
    for (const outcome of outcomes)
      if (!outcome.ok) expect(outcome.refusal.retryAfterMs).toBeLessThanOrEqual(1_000)
    await vi.waitFor(
      async () => {
        const { status } = await callAs(ada, 'PATCH', `/messages/${message.id}`, { content: 'x' })
        expect(status).toBe(200)
      },
      { timeout: 10_000, interval: 100 },
    )
  })
})

describe('what everyone is not told of', () => {
  it('LOAD-6 a change that is refused, or changes nothing, takes nothing of what the room can send', async () => {
    const ada = await newPerson()
    const { id, content } = await say(ada, 'as it was')
    const outcomes = await inOneInstant(async (room) => {
      const callers = [ada, ...many(10, 'vandal')].map(({ id, username, sessionId }) => ({
        member: { id, username },
        sessionId,
      }))
      const changes = callers.flatMap((caller) =>
        Array.from({ length: 20 }, () => room.edit(caller, id, content)),
      )
      const [outcomes] = await Promise.all([sendByCall(room, many(20, 'author'), 5), ...changes])
      return outcomes
    })
    expect(outcomes).toEqual(Array(100).fill('sent'))
  })
})

describe('what the room can send', () => {
  it('LOAD-1 typing beyond the budget reaches connections with chat.v1 alone', async () => {
    const typists = many(30, 'typist')
    const { plain, batching } = await runInDurableObject(theRoom(), async (room) => {
      const plain = [...typists, ...many(220, 'plain')].map((person) => openSocket(room, person))
      const batching = openSocket(room, personWithoutAccount('batching'), null, 'batching')
      for (const client of [...plain, batching])
        await client.until(() => eventsOf(client, 'synced').length > 0)
      return { plain, batching }
    })
    const typingCounts = await inOneInstant(async (room, state) => {
      for (const { id } of typists)
        for (const socket of state.getWebSockets(id))
          void room.webSocketMessage(socket, '{"event":"typing","data":{}}')
      await batching.until(() => eventsOf(batching, 'user_typing').length === typists.length)
      const { id, username, sessionId } = personWithoutAccount('last')
      // Earlier tests may have used up the limit of this second.
      await vi.waitFor(
        async () => {
          const sent = await room.send({ member: { id, username }, sessionId }, 'last', 'last')
          expect(sent.ok).toBe(true)
        },
        { timeout: 10_000 },
      )
      for (const client of plain)
        await client.until(() => eventsOf(client, 'new_message').length > 0)
      return plain.map((client) => eventsOf(client, 'user_typing').length)
    })
    // The budget is 5,000 sends, for 250 connections, and joins may have used a part of it.
    for (const typing of typingCounts) expect(typing).toBeLessThanOrEqual(20)
  })

  it('LOAD-2 plain connections get the roster in the place of joins that they were not sent', async () => {
    const seen = await inOneInstant(async (room) => {
      const plain = openSocket(room, personWithoutAccount('plain'))
      for (const person of many(300, 'comer')) openSocket(room, person)
      const here = await room.online()
      await plain.until(() =>
        plain.frames.some(
          (frame) => frame.event === 'users_online' && frame.data.count === here.length,
        ),
      )
      return eventsOf(plain, 'user_joined').length
    })
    expect(seen).toBeLessThan(300)
  })

  it('LOAD-9 a quarter of the sends is kept for authors without plain connections', () => {
    const rule = { max: 1_000, windowMs: 1_000 }
    const room = { ...rule, sends: 20_000 }
    const rateLimits = new RateLimits({ sends: rule, changes: rule, connects: rule, room })
    const sentBy = (author: string, isAuthorPlain: boolean) => {
      const load = { plainConnections: 500, pendingSends: 0, isAuthorPlain }
      let sent = 0
      while (rateLimits.refusalOfSend(author, 0, load) === null) {
        rateLimits.chargeSend(author, 0)
        sent++
      }
      return sent
    }
    expect(sentBy('plain', true)).toBe(30)
    expect(sentBy('batching', false)).toBe(10)
    expect(sentBy('plain', true)).toBe(0)
  })

  it('LOAD-3 a message is refused as room_busy when its sends would be too many', async () => {
    const outcomes = await inOneInstant(async (room) => {
      for (const person of many(500, 'listener')) openSocket(room, person)
      return sendByCall(room, many(24, 'author'), 5)
    })
    const sent = outcomes.filter((outcome) => outcome === 'sent').length
    expect(new Set(outcomes)).toEqual(new Set(['sent', 'room_busy']))
    // The connections of earlier tests are open, too.
    expect(sent).toBeGreaterThan(0)
    expect(sent).toBeLessThanOrEqual(40)
  })

  it('LOAD-7 a roster that is due later holds up no message', async () => {
    await runInDurableObject(theRoom(), (room) => {
      const timers = testClock.holdTimers()
      const runGapTimers = () => {
        for (;;) {
          const next = timers.findIndex(({ ms }) => ms <= 100)
          if (next < 0) return
          timers.splice(next, 1)[0]?.run()
        }
      }
      try {
        testClock.moveBy(10_000)
        for (const group of ['first', 'second']) {
          for (const person of many(90, group)) openSocket(room, person)
          runGapTimers()
        }
        expect(timers.length).toBeGreaterThan(0)
        const { id, username, sessionId } = personWithoutAccount('author')
        void room.send({ member: { id, username }, sessionId }, 'soon', 'soon')
        expect(timers.at(-1)?.ms).toBeLessThanOrEqual(100)
      } finally {
        testClock.reset()
      }
    })
  })
})
