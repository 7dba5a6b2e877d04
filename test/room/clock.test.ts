import {
  abortAllDurableObjects,
  evictDurableObject,
  runDurableObjectAlarm,
  runInDurableObject,
} from 'cloudflare:test'
import { describe, expect, it } from 'vitest'
import {
  call,
  callAs,
  newPerson,
  type Person,
  ringUntil,
  Socket,
  say,
  sql,
  theRoom,
} from '../support/chat.ts'
import { testClock } from '../support/test-clock.ts'

const minute = 60_000
const back = [-1_000, -10_000, -10 * minute, -60 * minute]
const forward = back.map((step) => -step)
const steps = [...back, ...forward]

/**
 * The time to the room's alarm, in milliseconds. The platform raises a past alarm to its own now.
 */
const alarmIn = () =>
  runInDurableObject(theRoom(), async (_, { storage }) => {
    const at = await storage.getAlarm()
    return at === null ? null : at - Math.max(testClock.now(), Date.now())
  })

/** The answer to a message above the rate limit. */
async function refusedSend(person: Person): Promise<{ retry_after: number }> {
  for (let n = 0; n < 5; n++) await callAs(person, 'POST', '/messages', { content: `${n}` })
  const answer = await callAs(person, 'POST', '/messages', { content: 'one too many' })
  expect(answer.status).toBe(429)
  return answer.json()
}

const restarts = {
  'goes on': async () => {},
  'slept since': () => evictDurableObject(theRoom()),
}

describe.each(steps)('the clock is set by %d ms', (step) => {
  describe.each(Object.keys(restarts) as (keyof typeof restarts)[])('and the room %s', (after) => {
    it('CLOCK-1 messages are told, connections let in and rows archived as ever', async () => {
      const [ada, bo] = [await newPerson(), await newPerson()]
      const listener = await Socket.join(bo)
      await say(ada, 'before')
      await listener.next('new_message')

      testClock.setAhead(step)
      await restarts[after]()
      for (const content of ['first', 'second', 'third']) {
        await say(ada, content)
        expect((await listener.next('new_message')).data.content).toBe(content)
      }
      const late = await Socket.join(ada)
      expect(late.of('welcome')).toHaveLength(1)
      // The next tick is at most a minute away, whatever was armed before.
      const armed = await alarmIn()
      expect(armed).toBeLessThanOrEqual(minute)
      await ringUntil(async () => (await theRoom().state()).dirty === 0)
    })

    it('CLOCK-2 a refusal never names more than the window', async () => {
      const [ada, bo] = [await newPerson(), await newPerson()]
      await refusedSend(ada)
      testClock.setAhead(step)
      await restarts[after]()
      expect((await refusedSend(ada)).retry_after).toBeLessThanOrEqual(5)
      expect((await refusedSend(bo)).retry_after).toBeLessThanOrEqual(5)
    })
  })

  it('CLOCK-3 typing is passed on two seconds later', async () => {
    const [ada, bo] = [await newPerson(), await newPerson()]
    const [typist, listener] = [await Socket.join(ada), await Socket.join(bo)]
    typist.send('typing')
    await listener.next('user_typing')
    testClock.setAhead(step)
    await say(ada, 'here')
    testClock.setAhead(step + 2_001)
    typist.send('typing')
    await listener.next('user_typing')
  })

  it('CLOCK-4 someone who is gone leaves after the grace', async () => {
    const [ada, bo] = [await newPerson(), await newPerson()]
    const [leaver, listener] = [await Socket.join(ada), await Socket.join(bo)]
    await leaver.close()
    testClock.setAhead(step)
    await say(bo, 'still here')
    expect(await alarmIn()).toBeLessThanOrEqual(5_000)
    testClock.setAhead(step + 5_001)
    for (;;) {
      await runDurableObjectAlarm(theRoom())
      if (listener.of('user_left').some(({ data }) => data.user_id === ada.id)) break
      await listener.settle()
    }
  })
})

describe('the clock is set forward', () => {
  // A step back needs a real process, because here the platform's own alarms do not follow it.
  it.each(forward)('CLOCK-5 connections that ping stay (%d ms)', async (step) => {
    // The alarms of earlier tests have moved the room's time on; a new start has the current time.
    await evictDurableObject(theRoom())
    const listener = await Socket.join(await newPerson())
    listener.sendRaw('{"event":"ping","data":{}}')
    await listener.next('pong')
    let isClosed = false
    void listener.closed.then(() => {
      isClosed = true
    })
    testClock.setAhead(step)
    await runInDurableObject(theRoom(), (room) => room.alarm())
    await listener.settle()
    expect(isClosed).toBe(false)
  })
})

describe('the clock is set back', () => {
  it('CLOCK-7 nobody was last here in the future', async () => {
    const ada = await newPerson()
    const socket = await Socket.join(ada)
    testClock.setAhead(-60 * minute)
    await socket.close()
    testClock.setAhead(-50 * minute)
    const lastSeen = async () => {
      const [row] = await sql()`select last_seen from users where id = ${ada.id}`
      return row?.last_seen as string | null
    }
    await ringUntil(async () => (await lastSeen()) !== null)
    expect(Date.parse((await lastSeen()) as string)).toBeLessThanOrEqual(testClock.now())
  })
})

describe('the clock is set back, and the room restarts', () => {
  it.each(back)(
    'CLOCK-6 everyone who was here gets half a minute to return (%d ms)',
    async (step) => {
      const [ada, bo] = [await newPerson(), await newPerson()]
      await Socket.join(ada)
      const leaver = await Socket.join(bo)
      await leaver.close()
      testClock.setAhead(step)
      await abortAllDurableObjects()
      expect(await alarmIn()).toBeLessThanOrEqual(30_000)
      const returned = await Socket.join(ada)
      // Each wake-up of the room is a start, which must not begin the wait again.
      testClock.setAhead(step + 20_000)
      await evictDurableObject(theRoom())
      expect(await alarmIn()).toBeLessThanOrEqual(10_000)
      testClock.setAhead(step + 30_001)
      await runDurableObjectAlarm(theRoom())
      await returned.settle()
      expect(await (await call('/users/online')).json()).toEqual([
        { id: ada.id, username: ada.username },
      ])
    },
  )
})
