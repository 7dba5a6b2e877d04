import { describe, expect, it } from 'vitest'
import { newPerson } from '../support/chat.ts'
import { testClock } from '../support/test-clock.ts'
import { deliverMessage, inOneInstant, openSocket, personWithoutAccount } from './inside.ts'

const messageOrTyping = /^(new_message|user_typing)$/

/** The texts that these people sent, in the order of the log. */
function saidBy({ storage }: DurableObjectState, people: { id: string }[]): string[] {
  const ids = new Set(people.map(({ id }) => id))
  return storage.sql
    .exec<{ user_id: string; content: string }>('select user_id, content from messages order by id')
    .toArray()
    .filter(({ user_id }) => ids.has(user_id))
    .map(({ content }) => content)
}

describe('sends during the gap after a broadcast', () => {
  it('LINE-6 are taken in together when the rest ends, in the order in which they came', async () => {
    const [ada, bob] = await Promise.all([newPerson(), newPerson()])
    const seen = await inOneInstant(async (room, state) => {
      const socket = openSocket(room, ada)
      openSocket(room, bob)
      for (const n of [1, 2, 3]) {
        deliverMessage({ room, state }, ada, { content: `ada ${n}` })
        deliverMessage({ room, state }, bob, { content: `bob ${n}` })
      }
      const meanwhile = saidBy(state, [ada, bob])
      const received = () => socket.frames.filter(({ event }) => event === 'new_message')
      await socket.until(() => received().length === 6)
      return { meanwhile, afterwards: saidBy(state, [ada, bob]), received: received() }
    })
    expect(seen.meanwhile).toEqual([])
    const said = ['ada 1', 'bob 1', 'ada 2', 'bob 2', 'ada 3', 'bob 3']
    expect(seen.afterwards).toEqual(said)
    expect(seen.received).toMatchObject(said.map((content) => ({ data: { content } })))
  })

  it('LINE-7 come before what is said by a call later', async () => {
    const ada = await newPerson()
    const texts = await inOneInstant((room, state) => {
      openSocket(room, ada)
      deliverMessage({ room, state }, ada, { content: 'by socket' })
      void room.send({ member: ada, sessionId: ada.sessionId }, 'by call', 'a')
      return saidBy(state, [ada])
    })
    expect(texts).toEqual(['by socket', 'by call'])
  })

  it('LINE-7 come before the end of the session, and of the account', async () => {
    const [ada, bob, eve] = await Promise.all([newPerson(), newPerson(), newPerson()])
    const texts = await inOneInstant((room, state) => {
      for (const person of [ada, bob, eve]) openSocket(room, person)
      deliverMessage({ room, state }, ada, { content: 'of an ended session' })
      deliverMessage({ room, state }, bob, { content: 'of a banned person' })
      deliverMessage({ room, state }, eve, { content: 'of an erased person' })
      void room.revoke([ada.sessionId])
      void room.bar(bob.id)
      void room.erase(eve.id, 'delete')
      return saidBy(state, [ada, bob, eve])
    })
    expect(texts).toEqual(['of an ended session', 'of a banned person', ''])
  })

  it('LINE-8 are judged by the limits as of when they came', async () => {
    const ada = await newPerson()
    const frames = await inOneInstant(async (room, state) => {
      testClock.setAhead(-5_000)
      const socket = openSocket(room, ada)
      // Each arrives as soon as the limit allows it; all are applied together with the last one.
      for (let n = 0; n < 6; n++) {
        if (n === 5) testClock.setAhead(0)
        deliverMessage({ room, state }, ada, { content: `${n}` })
      }
      await socket.until(
        () => socket.frames.filter(({ event }) => /new_message|error/.test(event)).length === 6,
      )
      return socket.frames
    })
    expect(frames.filter(({ event }) => event === 'error')).toEqual([])
  })

  it('LINE-9 comes before what its author types after it', async () => {
    const [ada, bob] = await Promise.all([newPerson(), newPerson()])
    const events = await inOneInstant(async (room, state) => {
      openSocket(room, personWithoutAccount('listener'))
      void room.send({ member: ada, sessionId: ada.sessionId }, 'before', 'before')
      const socket = openSocket(room, bob)
      openSocket(room, ada)
      // A connection that sends a frame is admitted at once, even during the gap after a broadcast.
      for (const its of state.getWebSockets(bob.id))
        void room.webSocketMessage(its, '{"event": "ping"}')
      deliverMessage({ room, state }, ada, { content: 'said' })
      const [typing] = state.getWebSockets(ada.id)
      if (typing) void room.webSocketMessage(typing, '{"event":"typing","data":{}}')
      const ofAda = () =>
        socket.frames.map(({ event }) => event).filter((event) => messageOrTyping.test(event))
      await socket.until(() => ofAda().length === 2)
      return ofAda()
    })
    expect(events).toEqual(['new_message', 'user_typing'])
  })

  it('LINE-6 wait in no great number: with the two hundredth all are taken in', async () => {
    const crowd = Array.from({ length: 40 }, (_, n) => personWithoutAccount(`one of many ${n}`))
    const counts = await inOneInstant((room, state) => {
      for (const person of crowd) openSocket(room, person)
      return [1, 2, 3, 4, 5].map((n) => {
        for (const person of crowd) deliverMessage({ room, state }, person, { content: `${n}` })
        return saidBy(state, crowd).length
      })
    })
    expect(counts.slice(0, 4)).toEqual([0, 0, 0, 0])
    expect(counts[4]).toBeGreaterThan(0)
  })
})
