// Reactions in the room: what is applied together, who is told of it and how often, and what refuses it.

import { abortAllDurableObjects, evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { describe, expect, it } from 'vitest'
import type { RoomFrame } from '../../src/contract/frames.ts'
import { ReactionSet } from '../../src/contract/reactions.ts'
import { eventsAtOnce } from '../../src/domain/reactions.ts'
import { answer } from '../api/responses.ts'
import { callAs, newPerson, type Person, Socket, say, theRoom } from '../support/chat.ts'
import { lookUp } from '../support/conversation.ts'
import { callerOf, inRoom, put, react, stopped } from '../support/reactions.ts'
import { testClock } from '../support/test-clock.ts'
import { openSocket } from './inside.ts'
import { changeRoom, newModerator, outcomeOf, readRoom, restrict } from './moderation/moderators.ts'

const people = (count: number) => Promise.all(Array.from({ length: count }, () => newPerson()))

const messages = async (count: number) =>
  Promise.all((await people(count)).map(async (person) => (await say(person, 'hello')).id))

const changesIn = (frames: RoomFrame[]) =>
  frames.flatMap((frame) => (frame.event === 'reactions_changed' ? [frame] : []))

const refusals = (socket: Socket) =>
  socket.of('error').map(({ data: { code, event, message_id } }) => ({ code, event, message_id }))

/** Sends `react` and waits for its answer, which is the next one of this connection. */
async function reactOn(socket: Socket, message_id: string, reactions: string[]) {
  testClock.moveBy(500)
  socket.send('react', { message_id, reactions })
  return (await socket.next('reaction_set')).data
}

describe('choosing reactions', () => {
  it('REACT-1 A person chooses all reactions to a message at once, so a repetition changes nothing and is answered too', async () => {
    const ada = await newPerson()
    const { id } = await say(ada, 'hello')
    const socket = await Socket.join(await newPerson())
    expect(await reactOn(socket, id, ['👍', '🎉', '👍'])).toEqual({
      ...{ message_id: id, reactions: ['👍', '🎉'], revision: 1 },
    })
    expect(await reactOn(socket, id, ['🎉', '👍'])).toMatchObject({ revision: 1 })
    expect((await lookUp(id)).reactions).toEqual({ counts: { '👍': 1, '🎉': 1 }, revision: 1 })
    expect(await reactOn(socket, id, ['🎉'])).toMatchObject({ reactions: ['🎉'], revision: 2 })
    expect(await reactOn(socket, id, [])).toMatchObject({ reactions: [], revision: 3 })
    expect((await lookUp(id)).reactions).toEqual({ counts: {}, revision: 3 })
    expect(await react(ada, id, '😂')).toEqual({ message_id: id, reactions: ['😂'], revision: 4 })
  })

  it('REACT-2 All connections of the person are told what is chosen now, without `seq`, and nobody else', async () => {
    const [ada, bo] = await people(2)
    const { id } = await say(ada as Person, 'hello')
    const own = [
      await Socket.join(bo as Person),
      await Socket.join(bo as Person, { batching: true }),
    ]
    const other = await Socket.join(ada as Person)
    await react(bo as Person, id, '👍')
    for (const socket of own)
      expect(await socket.next('reaction_set')).toEqual({
        event: 'reaction_set',
        data: { message_id: id, reactions: ['👍'], revision: 1 },
      })
    await other.settle()
    expect(other.of('reaction_set')).toEqual([])
  })

  it('REACT-3 A changed message is one durable event with all counts, the same for all connections and in a replay', async () => {
    const [ada, bo] = (await people(2)) as [Person, Person]
    const { id } = await say(ada, 'hello')
    const [plain, batching] = [await Socket.join(ada), await Socket.join(bo, { batching: true })]
    const { epoch, seq } = await theRoom().report()
    await react(bo, id, '👍')
    await react(ada, id, '👍', '🎉')
    const frames = [1, 2].map((revision) => ({
      event: 'reactions_changed',
      data: {
        message_id: id,
        counts: revision === 1 ? { '👍': 1 } : { '👍': 2, '🎉': 1 },
        revision,
      },
      seq: seq + revision,
    }))
    for (const socket of [plain, batching]) {
      await socket.next('reactions_changed')
      await socket.next('reactions_changed')
      expect(changesIn(socket.frames)).toEqual(frames)
    }
    const resumed = await Socket.join(ada, { query: `epoch=${epoch}&since=${seq}` })
    const { event, data } = frames[1] as (typeof frames)[number]
    expect(changesIn(resumed.frames)).toEqual([{ event, data }])
    const whole = await Socket.join(ada, { query: `epoch=${epoch}&since=${seq - 1}` })
    expect(whole.of('new_message').map((frame) => frame.data.reactions)).toEqual([
      { counts: { '👍': 2, '🎉': 1 }, revision: 2 },
    ])
  })

  it('REACT-4 What comes within half a second is applied together, and only then is anyone answered', async () => {
    const [id = ''] = await messages(1)
    const crowd = await people(20)
    await stopped(
      async ({ components: { reactionCalls, reactionTotals, log } }, passHalfSecond) => {
        let answered = 0
        const choose = async (person: Person) => {
          expect((await reactionCalls.react(callerOf(person), id, ['👍'])).ok).toBe(true)
          answered++
        }
        await choose(await newPerson())
        const before = log.position.seq
        const chosen = crowd.map(choose)
        await Promise.resolve()
        expect([answered, reactionTotals.find(id)?.counts]).toEqual([1, { '👍': 1 }])
        passHalfSecond()
        await Promise.all(chosen)
        expect(reactionTotals.find(id)).toMatchObject({ counts: { '👍': 21 }, revision: 2 })
        expect(log.position.seq).toBe(before + 1)
      },
    )
    await inRoom(id)
  })

  it('REACT-5 At most 40 events a second tell of reactions; the others wait, those that wait longest first', async () => {
    const ids = await messages(50)
    const crowd = await people(50)
    const listener = await newPerson()
    await stopped(async (room, passHalfSecond) => {
      const { reactionCalls, reactionTotals, sequencer } = room.components
      const { frames, until } = openSocket(room, listener)
      await until(() => frames.some(({ event }) => event === 'synced'))
      const toldNow = async (count: number) => {
        sequencer.broadcastNow()
        await until(() => changesIn(frames).length >= count)
        return changesIn(frames).map(({ data }) => data.message_id)
      }
      const all = ids.map((id, n) => reactionCalls.react(callerOf(crowd[n] as Person), id, ['👍']))
      expect(await toldNow(1)).toHaveLength(1)
      passHalfSecond()
      await Promise.all(all)
      expect(await toldNow(21)).toHaveLength(21)
      const waiting = ids.filter((id) => reactionTotals.find(id)?.seq === 0)
      expect(waiting).toHaveLength(29)
      // One that was told of changes again, and waits behind the others.
      const again = reactionCalls.react(callerOf(crowd[1] as Person), ids[0] as string, ['🎉'])
      passHalfSecond()
      await again
      expect((await toldNow(41)).slice(21)).toEqual(waiting.slice(0, 20))
      passHalfSecond()
      expect((await toldNow(51)).slice(41)).toEqual([...waiting.slice(20), ids[0]])
      expect(reactionTotals.hasUntold).toBe(false)
    })
  })

  it('REACT-6 Plain connections, which cost a send each, get fewer events, and none while messages wait for them', () => {
    const load = (plainConnections: number, pendingSends = 0) =>
      eventsAtOnce({ plainConnections, pendingSends })
    expect([load(0), load(100), load(500), load(100_000)]).toEqual([20, 20, 5, 1])
    expect([load(500, 5_000), load(500, 5_001)]).toEqual([5, 0])
  })

  it('REACT-7 Reactions are applied before the next command of the same person or on the same message', async () => {
    const [ada, bo, cy] = (await people(3)) as [Person, Person, Person]
    const [first, second] = [(await say(ada, 'first')).id, (await say(ada, 'second')).id]
    await stopped(async (room) => {
      const { reactionCalls, reactionTotals, messageCalls } = room.components
      const countOf = (id: string) => reactionTotals.find(id)?.counts['👍'] ?? 0
      await reactionCalls.react(callerOf(await newPerson()), first, ['🎉'])
      const waiting = [
        reactionCalls.react(callerOf(bo), first, ['👍']),
        reactionCalls.react(callerOf(cy), second, ['👍']),
      ]
      expect([countOf(first), countOf(second)]).toEqual([0, 0])
      const sent = { content: 'mine', clientId: 'c', references: null }
      await messageCalls.send(callerOf(cy), sent)
      expect([countOf(first), countOf(second)]).toEqual([0, 1])
      await messageCalls.edit(callerOf(ada), first, 'edited')
      expect([countOf(first), countOf(second)]).toEqual([1, 1])
      expect((await Promise.all(waiting)).map(({ ok }) => ok)).toEqual([true, true])
    })
  })
})

describe('what refuses a reaction', () => {
  it('REACT-8 A person reacts ten times in five seconds; an error names the event and the message', async () => {
    const [id = ''] = await messages(1)
    const bo = await newPerson()
    const socket = await Socket.join(bo)
    const ten = Array.from({ length: 10 }, (_, n) => put(bo, id, n % 2 ? [] : ['👍']))
    for (const one of await Promise.all(ten)) await answer(one, 200, ReactionSet)
    const refused = await put(bo, id, ['🎉'])
    expect(await outcomeOf(refused.clone())).toBe('429 rate_limited')
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    socket.send('react', { message_id: id, reactions: ['🎉'] })
    const { data } = await socket.next('error')
    expect(data).toMatchObject({ code: 'rate_limited', event: 'react', message_id: id })
    expect(data.retry_after_ms).toBeGreaterThan(0)
    testClock.moveBy(5_000)
    expect(await react(bo, id, '🎉')).toMatchObject({ reactions: ['🎉'] })
    socket.send('react', { message_id: id, reactions: ['no emoji'] })
    expect((await socket.next('error')).data).toMatchObject({
      ...{ code: 'invalid', event: 'react', message_id: id },
    })
  })

  it('REACT-9 People choose among the emoji of the room; what they chose before they can keep', async () => {
    const [id = ''] = await messages(1)
    const [bo, cy, moderator] = [await newPerson(), await newPerson(), await newModerator()]
    expect((await readRoom()).reactions).toEqual(['👍', '❤️', '😂', '🎉', '😮', '😢'])
    await react(bo, id, '👍', '❤️')
    expect(await outcomeOf(await put(cy, id, ['🦄']))).toBe('422 invalid')
    const { reactions } = await changeRoom(moderator, { reactions: ['🦄', '🎉'] })
    expect(reactions).toEqual(['🦄', '🎉'])
    expect(await react(cy, id, '🦄')).toMatchObject({ reactions: ['🦄'] })
    expect(await outcomeOf(await put(cy, id, ['🦄', '👍']))).toBe('422 invalid')
    expect(await react(bo, id, '👍', '🎉')).toMatchObject({ reactions: ['👍', '🎉'] })
    expect(await outcomeOf(await put(bo, id, ['❤️']))).toBe('422 invalid')
    expect((await lookUp(id)).reactions?.counts).toEqual({ '👍': 1, '🎉': 1, '🦄': 1 })
    const patch = async (by: Person, value: unknown) =>
      outcomeOf(await callAs(by, 'PATCH', '/room', { reactions: value }))
    expect(await patch(bo, [])).toBe('403 forbidden')
    expect(await patch(moderator, ['👍', '👍'])).toBe('422 invalid')
    expect(await patch(moderator, ['👍👍'])).toBe('422 invalid')
    const animals = [
      ...'🐶🐱🐭🐹🐰🦊🐻🐼🐨🐯🦁🐮🐷🐸🐵🐔🐧🐦🐤🦆🦅🦉🦇🐺🐗🐴🐝🐛🦋🐌🐞🐜🐢🐍🦎🐙🦑🦐🦀🐡🐠🐟🐬🐳',
    ]
    expect(await patch(moderator, animals.slice(0, 13))).toBe('422 invalid')
    expect(await patch(moderator, animals.slice(0, 12))).toBe('200')
    // Each keeps its number for good, so there are not more than 48.
    const other = await newPerson()
    const used = ['👍', '❤️', '😂', '🎉', '🦄']
    const left = animals.slice(0, 48 - used.length)
    for (let from = 0; from < left.length; from += 12) {
      const offered = left.slice(from, from + 12)
      expect(await patch(moderator, offered)).toBe('200')
      await react(other, id, ...offered)
    }
    expect(await patch(moderator, ['🐉'])).toBe('422 invalid')
    expect(await patch(moderator, ['👍', '🦄', ...animals.slice(0, 10)])).toBe('200')
    await changeRoom(moderator, { reactions: used })
  })

  it('REACT-10 Muted people cannot react, and people can where only moderators may write', async () => {
    const [id = ''] = await messages(1)
    const [bo, moderator] = [await newPerson(), await newModerator()]
    await restrict(moderator, 'mute', bo)
    expect(await outcomeOf(await put(bo, id, ['👍']))).toBe('403 muted')
    const socket = await Socket.join(bo)
    socket.send('react', { message_id: id, reactions: ['👍'] })
    await socket.next('error')
    expect(refusals(socket)).toEqual([{ code: 'muted', event: 'react', message_id: id }])
    await changeRoom(moderator, { posting: 'moderators' })
    await react(await newPerson(), id, '👍')
    await changeRoom(moderator, { posting: 'everyone' })
    await restrict(moderator, 'ban', bo)
    expect(await outcomeOf(await put(bo, id, ['👍']))).toBe('403 banned')
  })

  it('REACT-11 A message that does not exist, or was deleted meanwhile, is not found', async () => {
    const [ada, bo] = (await people(2)) as [Person, Person]
    const { id } = await say(ada, 'hello')
    expect(await outcomeOf(await put(bo, crypto.randomUUID(), ['👍']))).toBe('404 not_found')
    await stopped(async ({ components: { reactionCalls, messageCalls } }, passHalfSecond) => {
      await reactionCalls.react(callerOf(await newPerson()), id, ['👍'])
      await messageCalls.remove(callerOf(ada), id)
      const late = reactionCalls.react(callerOf(bo), id, ['👍'])
      passHalfSecond()
      expect(await late).toMatchObject({ ok: false, refusal: { code: 'not_found' } })
    })
    expect(await inRoom(id)).toBeNull()
  })
})

describe('a restart', () => {
  it('REACT-12 What was acknowledged outlives a restart, and what no event has told yet is told after it', async () => {
    const ids = await messages(30)
    const crowd = await people(30)
    const listener = await Socket.join(await newPerson())
    await runInDurableObject(theRoom(), async ({ components: { reactionCalls } }) => {
      // The room ends before a timer fires, so nothing tells of what a full collection applies at once.
      testClock.holdTimers()
      testClock.moveBy(500)
      const all = ids.map((id, n) => reactionCalls.react(callerOf(crowd[n] as Person), id, ['👍']))
      reactionCalls.applyAll()
      expect((await Promise.all(all)).every(({ ok }) => ok)).toBe(true)
    })
    const { epoch, seq } = await theRoom().report()
    await abortAllDurableObjects()
    testClock.reset()
    await listener.closed
    const again = await Socket.join(await newPerson(), { query: `epoch=${epoch}&since=${seq}` })
    for (let told = 0; told < 29; told++) await again.next('reactions_changed')
    expect(changesIn(again.frames)).toHaveLength(29)
    for (const id of ids) expect((await inRoom(id))?.counts).toEqual({ '👍': 1 })
    await again.close()
  })

  it('REACT-13 Eviction loses nothing, and numbers go on', async () => {
    const [id = ''] = await messages(1)
    const bo = await newPerson()
    await react(bo, id, '👍')
    const { seq } = await theRoom().report()
    const stored = await runInDurableObject(theRoom(), (_, { storage: { sql } }) =>
      sql.exec<{ value: number }>("select value from meta where key = 'head_seq'").one(),
    )
    // A release that does not know the table would give the number again.
    expect(stored.value).toBe(seq)
    await evictDurableObject(theRoom())
    expect(await react(bo, id, '👍', '🎉')).toMatchObject({ revision: 2 })
    expect((await theRoom().report()).seq).toBe(seq + 1)
  })
})

describe('the cost of reactions', () => {
  it('REACT-14 A reaction in a crowd costs at most 1.5 rows, and a message without reactions as many as before', async () => {
    const ids = await messages(50)
    const crowd = await people(300)
    const author = await newPerson()
    const rows = await runInDurableObject(theRoom(), async (room, { storage: { sql } }) => {
      const { reactionCalls, messageCalls } = room.components
      const cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = []
      const exec = sql.exec.bind(sql)
      const written = async (work: () => Promise<unknown>) => {
        cursors.length = 0
        await work()
        return cursors.reduce((sum, { rowsWritten }) => sum + rowsWritten, 0)
      }
      Object.assign(sql, {
        exec: (...args: Parameters<typeof exec>) => {
          const cursor = exec(...args)
          cursors.push(cursor as never)
          return cursor
        },
      })
      const timers = testClock.holdTimers()
      testClock.moveBy(500)
      // The first is applied alone, and the crowd changes what it has chosen before.
      await reactionCalls.react(callerOf(author), ids[0] as string, ['😮'])
      const choose = (reactions: string[]) =>
        crowd.map((person, n) =>
          reactionCalls.react(callerOf(person), ids[n % 50] as string, reactions),
        )
      const before = choose(['🎉'])
      for (let step = 0; step < 5; step++) for (const { run } of timers.splice(0)) run()
      await Promise.all(before)
      const crowdRows = await written(async () => {
        const all = choose(['👍'])
        for (let step = 0; step < 4; step++) for (const { run } of timers.splice(0)) run()
        await Promise.all(all)
      })
      const sendRows = await written(() =>
        messageCalls.send(callerOf(author), { content: 'x', clientId: 'c', references: null }),
      )
      Object.assign(sql, { exec })
      testClock.reset()
      return { perReaction: crowdRows / crowd.length, send: sendRows }
    })
    expect(rows.perReaction).toBeLessThanOrEqual(1.5)
    expect(rows.send).toBe(2)
  })
})
