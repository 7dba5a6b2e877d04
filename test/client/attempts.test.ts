// Answers to what a client asked before it was closed may come at any time. They must change nothing:
// neither of a closed client nor of one that is on its way in again.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Message } from '../../src/client/wire.ts'
import { ada, bo, roster, settle } from './scene.ts'
import { Stage } from './stage.ts'

/** What is on its way when the client is closed. */
const stories: { [name: string]: (stage: Stage) => Promise<void> } = {
  'a first connect': async ({ scene }) => {
    scene.client.connect()
  },
  'a second try': async ({ scene }) => {
    const { answer } = scene
    scene.answer = () => {
      scene.answer = answer
      return { status: 503 }
    }
    scene.client.connect()
  },
  'a reconnect': async (stage) => {
    await online(stage)
    stage.drop()
  },
  'a list that is loaded anew': async (stage) => {
    await online(stage)
    await stage.lose()
  },
  'a long list that is loaded anew': async (stage) => {
    for (let n = 9; n <= 150; n++) stage.scene.room.say(`${n}`)
    await online(stage)
    stage.scene.client.history()
    await settle()
    await stage.comeIn()
    await stage.lose()
  },
  'the renewal of a token': async (stage) => {
    await online(stage)
    const token_expires_at = new Date(stage.scene.clock.now + 60_000).toISOString()
    await stage.tell({ event: 'token_expiring', data: { token_expires_at } })
  },
  'an older page': async (stage) => {
    await online(stage)
    stage.scene.client.history()
  },
  'an edit': async (stage) => {
    await online(stage)
    stage.scene.client.edit(stage.scene.room.messages.at(-1)?.id ?? '', 'edited')
  },
  'a removal': async (stage) => {
    await online(stage)
    stage.scene.client.remove(stage.scene.room.messages.at(-1)?.id ?? '')
  },
}

/** Calls of the application itself, which are answered whether the client is open or closed. */
const askedFor = ['an older page', 'an edit', 'a removal']

async function online(stage: Stage): Promise<void> {
  stage.scene.client.connect()
  await settle()
  await stage.comeIn()
}

/** A story that has gone on for so many steps; fewer where it has no more. */
async function played(story: string, steps: number): Promise<{ stage: Stage; steps: number }> {
  const stage = new Stage({ pageSize: story.includes('long') ? 100 : 3 })
  for (let n = 1; n <= 8; n++) stage.scene.room.say(`${n}`)
  await stories[story]?.(stage)
  await settle()
  let done = 0
  while (done < steps && (await stage.advance())) done++
  return { stage, steps: done }
}

/** Everything that sockets of before could still say. */
function lateFrames({ scene }: Stage, sockets: typeof scene.sockets): void {
  const { room } = scene
  const data = { ...(room.messages[0] as Message), id: 'z', content: 'never said', revision: 9 }
  for (const socket of sockets) {
    socket.open()
    socket.tell(scene.welcome({ user_id: bo.id }), roster(ada, bo))
    socket.tell({ event: 'new_message', data, seq: room.seq + 1 }, scene.synced)
    socket.drop(4409)
  }
}

function expectTrue({ scene }: Stage): void {
  const all = scene.room.messages.filter(({ is_deleted }) => !is_deleted)
  expect(scene.texts).toEqual(all.slice(-scene.texts.length).map(({ content }) => content))
  expect(scene.state).toMatchObject({
    status: 'online',
    problem: null,
    loaded: true,
    loadingOlder: false,
  })
  expect(scene.sockets.filter(({ closed }) => !closed)).toEqual([scene.socket])
}

describe.each(Object.keys(stories))('%s', (story) => {
  test('that was called off changes nothing any more, wherever it was', async () => {
    for (let steps = 0; ; steps++) {
      const { stage, steps: done } = await played(story, steps)
      if (done < steps) break
      const { scene } = stage
      scene.client.close()
      await settle()
      const calls = scene.calls.length
      const { loadingOlder: _, messages, ...before } = scene.state
      while (stage.waiting > 0) await stage.letGo()
      const sockets = [...scene.sockets]
      for (const socket of sockets) expect(socket.closed).toBe(true)
      lateFrames(stage, sockets)
      await scene.clock.pass(120_000)
      expect(scene.state).toMatchObject(before)
      expect(scene.sockets).toHaveLength(sockets.length)
      if (!askedFor.includes(story)) {
        expect(scene.state.messages).toBe(messages)
        // A page whose token was on its way is still asked for; nothing follows it.
        expect(scene.calls.length).toBeLessThanOrEqual(calls + 1)
      }
      expect([scene.clock.waiting, scene.watching]).toEqual([0, 0])
    }
  })

  test.each(['resumes', 'loads anew'])(
    'that was called off changes nothing of the next one, which %s, whenever it comes',
    async (way) => {
      for (let steps = 0; ; steps++) {
        let late = 0
        for (; ; late++) {
          const { stage, steps: done } = await played(story, steps)
          if (done < steps) break
          const { scene } = stage
          const { room } = scene
          const count = room.messages.length
          const told: string[] = []
          scene.client.on('message', ({ content }) => told.push(content))
          scene.client.close()
          if (way === 'loads anew') await stage.lose()
          const before = stage.waiting
          const sockets = [...scene.sockets]
          const arrival = scene.client.connect()
          await settle()
          let made = 0
          while (made < late && (await stage.advance(before))) made++
          if (made < late) break
          for (const text of ['one', 'two', 'three']) await stage.tell(scene.room.say(text))
          for (let n = 0; n < before; n++) await stage.letGo()
          lateFrames(stage, sockets)
          await stage.comeIn()
          expect(await arrival).toBe(true)
          expectTrue(stage)
          await stage.tell(scene.room.say('last'))
          await scene.clock.pass(1_000)
          expectTrue(stage)
          expect(scene.sockets.length).toBeLessThanOrEqual(sockets.length + 2)
          const news = room.messages.slice(count).map(({ content }) => content)
          expect(told).toEqual(news.slice(news.length - told.length))
        }
        if (late === 0) break
      }
    },
  )
})

test('an edit that is answered after its message was deleted, and the list loaded anew', async () => {
  const { stage } = await played('a reconnect', 9)
  const { scene } = stage
  const last = scene.room.messages.at(-1) as Message
  const edited = scene.client.edit(last.id, 'edited')
  await settle()
  await stage.letGo()
  expect(stage.waitsFor('PATCH')).toBe(true)
  await stage.lose()
  scene.room.remove(last)
  await stage.comeIn(1)
  await stage.letGo()
  await edited
  expect(scene.texts).not.toContain('edited')
  expectTrue(stage)
})

test('an older page of a list that was loaded anew is asked for again at once', async () => {
  const stage = new Stage()
  const { scene } = stage
  for (let n = 1; n <= 120; n++) scene.room.say(`${n}`)
  await online(stage)
  const first = scene.client.history()
  await settle()
  await stage.letGo()
  expect(stage.waitsFor('GET')).toBe(true)
  await stage.lose()
  await stage.comeIn(1)
  expect(scene.state).toMatchObject({ status: 'online', loadingOlder: false, hasOlder: true })
  const before = scene.texts
  const older = scene.client.history()
  await settle()
  expect(scene.state.loadingOlder).toBe(true)
  // The page of before comes: it is neither shown, nor is it the end of the wait.
  await stage.letGo()
  expect(await first).toBe(true)
  expect(scene.texts).toEqual(before)
  expect(scene.state.loadingOlder).toBe(true)
  await stage.comeIn()
  expect(await older).toBe(true)
  expect(scene.texts).toEqual(['18', '19', '20', ...before])
  expectTrue(stage)
})

type Step =
  | 'connect'
  | 'close'
  | 'answer'
  | 'advance'
  | 'say'
  | 'edit'
  | 'remove'
  | 'history'
  | 'own edit'
  | 'own removal'
  | 'drop'
  | 'lose'
  | 'signal'
  | 'pass'

const names: Step[] = [
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
]

async function play(script: { step: Step; pick: number }[]): Promise<Stage> {
  const stage = new Stage()
  const { scene } = stage
  const { client, room } = scene
  for (let n = 1; n <= 8; n++) room.say(`${n}`)
  for (const [n, { step, pick }] of script.entries()) {
    const alive = room.messages.filter(({ is_deleted }) => !is_deleted)
    const target = alive[pick % alive.length]
    const shown = scene.state.messages[pick % scene.state.messages.length]?.id
    if (step === 'connect') client.connect()
    if (step === 'close') client.close()
    if (step === 'answer' && stage.waiting > 0) await stage.letGo(pick % stage.waiting)
    if (step === 'advance') await stage.advance()
    if (step === 'say') await stage.tell(room.say(`n${n}`))
    if (step === 'edit' && target) await stage.tell(room.edit(target, `e${n}`))
    if (step === 'remove' && target && alive.length > 6) await stage.tell(room.remove(target))
    if (step === 'history') client.history()
    if (step === 'own edit' && shown) client.edit(shown, `o${n}`)
    if (step === 'own removal' && shown && alive.length > 6) client.remove(shown)
    if (step === 'drop') stage.drop()
    if (step === 'lose') await stage.lose()
    if (step === 'signal') scene.signal()
    if (step === 'pass') await scene.clock.pass(400)
    await settle()
  }
  client.connect()
  for (let n = 0; n < 20 && (scene.state.status !== 'online' || stage.waiting > 0); n++) {
    await stage.comeIn()
    await scene.clock.pass(100)
    scene.signal()
    await settle()
  }
  return stage
}

test('a client that is opened and closed at will ends with the room’s own list', async () => {
  const script = fc.array(fc.record({ step: fc.constantFrom(...names), pick: fc.nat(50) }), {
    maxLength: 50,
  })
  await fc.assert(
    fc.asyncProperty(script, async (steps) => expectTrue(await play(steps))),
    { numRuns: 300 },
  )
})
