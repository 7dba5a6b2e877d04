// Answers to requests of a client that was closed may come at any time. They must not change the
// state, whether the client is closed or is connecting again.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Message } from '../../src/client/contract.ts'
import { DelayedHarness } from './delayed-harness.ts'
import { ada, bo, roster, settle } from './harness.ts'

/** The work of the client at the moment of its close. */
const scenarios: { [name: string]: (delayed: DelayedHarness) => Promise<void> } = {
  'a first connect': async ({ harness }) => {
    harness.client.connect()
  },
  'a second try': async ({ harness }) => {
    const { answer } = harness
    harness.answer = () => {
      harness.answer = answer
      return { status: 503 }
    }
    harness.client.connect()
  },
  'a reconnect': async (delayed) => {
    await online(delayed)
    delayed.drop()
  },
  'a reload of the list': async (delayed) => {
    await online(delayed)
    await delayed.replaceLog()
  },
  'a reload of a long list': async (delayed) => {
    for (let n = 9; n <= 150; n++) delayed.harness.room.post(`${n}`)
    await online(delayed)
    delayed.harness.client.history()
    await settle()
    await delayed.finishConnect()
    await delayed.replaceLog()
  },
  'the renewal of a token': async (delayed) => {
    await online(delayed)
    const token_expires_at = new Date(delayed.harness.clock.now + 60_000).toISOString()
    await delayed.deliver({ event: 'token_expiring', data: { token_expires_at } })
  },
  'an older page': async (delayed) => {
    await online(delayed)
    delayed.harness.client.history()
  },
  'an edit': async (delayed) => {
    await online(delayed)
    delayed.harness.client.edit(delayed.harness.room.messages.at(-1)?.id ?? '', 'edited')
  },
  'a removal': async (delayed) => {
    await online(delayed)
    delayed.harness.client.remove(delayed.harness.room.messages.at(-1)?.id ?? '')
  },
}

/** Calls of the application, which are answered even if the client is closed. */
const callsOfApplication = ['an older page', 'an edit', 'a removal']

async function online(delayed: DelayedHarness): Promise<void> {
  delayed.harness.client.connect()
  await settle()
  await delayed.finishConnect()
}

/** Plays a scenario for so many steps, or to its end. */
async function playScenario(
  scenario: string,
  steps: number,
): Promise<{ delayed: DelayedHarness; steps: number }> {
  const delayed = new DelayedHarness({ pageSize: scenario.includes('long') ? 100 : 3 })
  for (let n = 1; n <= 8; n++) delayed.harness.room.post(`${n}`)
  await scenarios[scenario]?.(delayed)
  await settle()
  let done = 0
  while (done < steps && (await delayed.nextStep())) done++
  return { delayed, steps: done }
}

/** All frames that earlier sockets could still deliver. */
function lateFrames({ harness }: DelayedHarness, sockets: typeof harness.sockets): void {
  const { room } = harness
  const data = { ...(room.messages[0] as Message), id: 'z', content: 'never said', revision: 9 }
  for (const socket of sockets) {
    socket.open()
    socket.deliver(harness.welcome({ user_id: bo.id }), roster(ada, bo))
    socket.deliver({ event: 'new_message', data, seq: room.seq + 1 }, harness.synced)
    socket.drop(4409)
  }
}

function expectTrue({ harness }: DelayedHarness): void {
  const all = harness.room.messages.filter(({ is_deleted }) => !is_deleted)
  expect(harness.texts).toEqual(all.slice(-harness.texts.length).map(({ content }) => content))
  expect(harness.state).toMatchObject({
    status: 'online',
    problem: null,
    loaded: true,
    loadingOlder: false,
  })
  expect(harness.sockets.filter(({ closed }) => !closed)).toEqual([harness.socket])
}

describe.each(Object.keys(scenarios))('%s', (scenario) => {
  test('that was closed at any step changes nothing any more', async () => {
    for (let steps = 0; ; steps++) {
      const { delayed, steps: done } = await playScenario(scenario, steps)
      if (done < steps) break
      const { harness } = delayed
      harness.client.close()
      await settle()
      const calls = harness.calls.length
      const { loadingOlder: _, messages, ...before } = harness.state
      while (delayed.waiting > 0) await delayed.release()
      const sockets = [...harness.sockets]
      for (const socket of sockets) expect(socket.closed).toBe(true)
      lateFrames(delayed, sockets)
      await harness.clock.advance(120_000)
      expect(harness.state).toMatchObject(before)
      expect(harness.sockets).toHaveLength(sockets.length)
      if (!callsOfApplication.includes(scenario)) {
        expect(harness.state.messages).toBe(messages)
        // A page may still be requested when its token arrives, but nothing after it.
        expect(harness.calls.length).toBeLessThanOrEqual(calls + 1)
      }
      expect([harness.clock.waiting, harness.watching]).toEqual([0, 0])
    }
  })

  test.each(['resumes', 'reloads'])(
    'that was closed changes nothing of the next connect, which %s, whenever its answers come',
    async (way) => {
      for (let steps = 0; ; steps++) {
        let delay = 0
        for (; ; delay++) {
          const { delayed, steps: done } = await playScenario(scenario, steps)
          if (done < steps) break
          const { harness } = delayed
          const { room } = harness
          const count = room.messages.length
          const emitted: string[] = []
          harness.client.on('message', ({ content }) => emitted.push(content))
          harness.client.close()
          if (way === 'reloads') await delayed.replaceLog()
          const before = delayed.waiting
          const sockets = [...harness.sockets]
          const arrival = harness.client.connect()
          await settle()
          let made = 0
          while (made < delay && (await delayed.nextStep(before))) made++
          if (made < delay) break
          for (const text of ['one', 'two', 'three']) await delayed.deliver(harness.room.post(text))
          for (let n = 0; n < before; n++) await delayed.release()
          lateFrames(delayed, sockets)
          await delayed.finishConnect()
          expect(await arrival).toBe(true)
          expectTrue(delayed)
          await delayed.deliver(harness.room.post('last'))
          await harness.clock.advance(1_000)
          expectTrue(delayed)
          expect(harness.sockets.length).toBeLessThanOrEqual(sockets.length + 2)
          const news = room.messages.slice(count).map(({ content }) => content)
          expect(emitted).toEqual(news.slice(news.length - emitted.length))
        }
        if (delay === 0) break
      }
    },
  )
})

test('an edit that is answered after its message was deleted and the list reloaded', async () => {
  const { delayed } = await playScenario('a reconnect', 9)
  const { harness } = delayed
  const last = harness.room.messages.at(-1) as Message
  const edited = harness.client.edit(last.id, 'edited')
  await settle()
  await delayed.release()
  expect(delayed.waitsFor('PATCH')).toBe(true)
  await delayed.replaceLog()
  harness.room.remove(last)
  await delayed.finishConnect(1)
  await delayed.release()
  await edited
  expect(harness.texts).not.toContain('edited')
  expectTrue(delayed)
})

test('an older page can be requested again at once after the list was reloaded', async () => {
  const delayed = new DelayedHarness()
  const { harness } = delayed
  for (let n = 1; n <= 120; n++) harness.room.post(`${n}`)
  await online(delayed)
  const first = harness.client.history()
  await settle()
  await delayed.release()
  expect(delayed.waitsFor('GET')).toBe(true)
  await delayed.replaceLog()
  await delayed.finishConnect(1)
  expect(harness.state).toMatchObject({ status: 'online', loadingOlder: false, hasOlder: true })
  const before = harness.texts
  const older = harness.client.history()
  await settle()
  expect(harness.state.loadingOlder).toBe(true)
  // The earlier page arrives: it is not shown, and does not end the wait.
  await delayed.release()
  expect(await first).toBe(true)
  expect(harness.texts).toEqual(before)
  expect(harness.state.loadingOlder).toBe(true)
  await delayed.finishConnect()
  expect(await older).toBe(true)
  expect(harness.texts).toEqual(['18', '19', '20', ...before])
  expectTrue(delayed)
})

const steps = [
  'connect',
  'close',
  'answer',
  'advance',
  'say',
  'edit',
  'remove',
  'history',
  'own edit',
  'own removal',
  'drop',
  'lose',
  'signal',
  'pass',
] as const
type Step = (typeof steps)[number]

async function play(script: { step: Step; pick: number }[]): Promise<DelayedHarness> {
  const delayed = new DelayedHarness()
  const { harness } = delayed
  const { client, room } = harness
  for (let n = 1; n <= 8; n++) room.post(`${n}`)
  for (const [n, { step, pick }] of script.entries()) {
    const alive = room.messages.filter(({ is_deleted }) => !is_deleted)
    const target = alive[pick % alive.length]
    const shown = harness.state.messages[pick % harness.state.messages.length]?.id
    if (step === 'connect') client.connect()
    if (step === 'close') client.close()
    if (step === 'answer' && delayed.waiting > 0) await delayed.release(pick % delayed.waiting)
    if (step === 'advance') await delayed.nextStep()
    if (step === 'say') await delayed.deliver(room.post(`n${n}`))
    if (step === 'edit' && target) await delayed.deliver(room.edit(target, `e${n}`))
    if (step === 'remove' && target && alive.length > 6) await delayed.deliver(room.remove(target))
    if (step === 'history') client.history()
    if (step === 'own edit' && shown) client.edit(shown, `o${n}`)
    if (step === 'own removal' && shown && alive.length > 6) client.remove(shown)
    if (step === 'drop') delayed.drop()
    if (step === 'lose') await delayed.replaceLog()
    if (step === 'signal') harness.signal()
    if (step === 'pass') await harness.clock.advance(400)
    await settle()
  }
  client.connect()
  for (let n = 0; n < 20 && (harness.state.status !== 'online' || delayed.waiting > 0); n++) {
    await delayed.finishConnect()
    await harness.clock.advance(100)
    harness.signal()
    await settle()
  }
  return delayed
}

test('a client that connects and closes at random ends with the list of the room', async () => {
  const script = fc.array(fc.record({ step: fc.constantFrom(...steps), pick: fc.nat(50) }), {
    maxLength: 50,
  })
  await fc.assert(
    fc.asyncProperty(script, async (steps) => expectTrue(await play(steps))),
    { numRuns: 300 },
  )
})
