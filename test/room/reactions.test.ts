// Reactions in the room: what is applied together, and who is told of it and how often.

import { describe, expect, it } from 'vitest'
import { eventsAtOnce } from '../../src/domain/reactions.ts'
import { newPerson, type Person, Socket, say, theRoom } from '../support/chat.ts'
import { lookUp } from '../support/conversation.ts'
import {
  callerOf,
  changesIn,
  inRoom,
  newMessages,
  people,
  react,
  stopped,
} from '../support/reactions.ts'
import { testClock } from '../support/test-clock.ts'
import { openSocket } from './inside.ts'

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
    const [id = ''] = await newMessages(1)
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
    const ids = await newMessages(50)
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
