import { describe, expect, test } from 'vitest'
import type { ChatProblem } from '../../src/client/problem.ts'
import type { Told } from '../../src/client/wire.ts'
import { ada, bo, roster, Scene, settle } from './scene.ts'

const hour = 60 * 60_000

const sentTexts = (scene: Scene) => scene.socket.said('send_message').map(({ content }) => content)
const shown = (scene: Scene) =>
  scene.state.messages.map(({ content, state }) => `${content}: ${state}`)

/** The room accepts what was sent last, and tells everyone. */
async function accept(scene: Scene): Promise<void> {
  const { content = '', client_id } = scene.socket.said('send_message').at(-1) ?? {}
  await scene.tell(scene.room.say(content, ada, client_id))
}

async function refuse(scene: Scene, error: Partial<Told['error']>): Promise<void> {
  const { client_id } = scene.socket.said('send_message').at(-1) ?? {}
  const data = { message: 'No.', code: 'rate_limited' as const, client_id, ...error }
  await scene.tell({ event: 'error', data })
}

function storageOf(kept: Map<string, string>) {
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  }
}

describe('a message', () => {
  test('stands in the list at once, and becomes the accepted one under the same key', async () => {
    const scene = new Scene()
    await scene.enter()
    const sent = scene.client.send('hello')
    expect(shown(scene)).toEqual(['hello: sending'])
    const [optimistic] = scene.state.messages
    await accept(scene)
    const [accepted] = scene.state.messages
    expect(accepted).toMatchObject({ key: optimistic?.key, state: 'sent', user_id: ada.id })
    expect(await sent).toMatchObject({ id: accepted?.id, content: 'hello' })
    await scene.client.close()
  })

  test('of someone else with the same client_id is not ours', async () => {
    const scene = new Scene()
    await scene.enter()
    scene.client.send('mine')
    const { client_id } = scene.socket.said('send_message')[0] ?? {}
    await scene.tell(scene.room.say('theirs', bo, client_id))
    expect(shown(scene)).toEqual(['theirs: sent', 'mine: sending'])
  })

  test('waits for the one before it, so that none overtakes another', async () => {
    const scene = new Scene()
    await scene.enter()
    for (const text of ['one', 'two', 'three']) scene.client.send(text)
    expect(sentTexts(scene)).toEqual(['one'])
    await accept(scene)
    expect(sentTexts(scene)).toEqual(['one', 'two'])
    await accept(scene)
    expect(sentTexts(scene)).toEqual(['one', 'two', 'three'])
  })

  test('that was said before the first connect goes out when everything is there', async () => {
    const scene = new Scene()
    scene.client.send('early')
    scene.client.connect()
    await settle()
    scene.socket.open()
    scene.socket.tell(scene.welcome(), roster(ada))
    expect(sentTexts(scene)).toEqual([])
    scene.socket.tell(scene.synced)
    expect(sentTexts(scene)).toEqual(['early'])
  })

  test('is said again by its own id when the line was lost, in order, and never twice', async () => {
    const scene = new Scene()
    await scene.enter()
    const accepted = [scene.client.send('one'), scene.client.send('two')]
    const [first] = scene.socket.said('send_message')
    await scene.dropAndRetry()
    await scene.admit()
    expect(scene.socket.said('send_message')).toEqual([first])
    await accept(scene)
    await accept(scene)
    expect((await Promise.all(accepted)).map(({ content }) => content)).toEqual(['one', 'two'])
    expect(shown(scene)).toEqual(['one: sent', 'two: sent'])
  })

  test('that arrived before the line was lost is found in the replay', async () => {
    const scene = new Scene()
    await scene.enter()
    const sent = scene.client.send('one')
    const { client_id } = scene.socket.said('send_message')[0] ?? {}
    const { data } = scene.room.say('one', ada, client_id)
    await scene.dropAndRetry()
    await scene.admit({ event: 'new_message', data })
    expect(sentTexts(scene)).toEqual([])
    expect(shown(scene)).toEqual(['one: sent'])
    expect(await sent).toEqual(data)
  })

  test('that has been deleted since is answered, and not shown', async () => {
    const scene = new Scene()
    await scene.enter()
    const sent = scene.client.send('one')
    const { client_id } = scene.socket.said('send_message')[0] ?? {}
    const { data } = scene.room.say('one', ada, client_id)
    await scene.tell({ event: 'new_message', data: { ...data, content: '', is_deleted: true } })
    expect(await sent).toMatchObject({ is_deleted: true })
    expect(shown(scene)).toEqual([])
  })

  test('of which the room says nothing is said again after 20 seconds', async () => {
    const scene = new Scene()
    await scene.enter()
    scene.client.send('one')
    await scene.clock.pass(19_999)
    expect(sentTexts(scene)).toEqual(['one'])
    await scene.clock.pass(1)
    expect(sentTexts(scene)).toEqual(['one', 'one'])
  })

  test('can be sent while nobody listens to the promise', async () => {
    const scene = new Scene()
    await scene.enter()
    const unheard: unknown[] = []
    const listen = (reason: unknown) => unheard.push(reason)
    process.on('unhandledRejection', listen)
    scene.client.send('one')
    await refuse(scene, { code: 'invalid' })
    scene.client.retry(scene.state.messages[0]?.key ?? '')
    await refuse(scene, { code: 'invalid' })
    await settle()
    expect(shown(scene)).toEqual(['one: failed'])
    process.off('unhandledRejection', listen)
    expect(unheard).toEqual([])
  })
})

describe('a refusal', () => {
  test.each(['invalid', 'client_id_reused'] as const)(
    '%s fails the message for good, and those behind it go on',
    async (code) => {
      const scene = new Scene()
      await scene.enter()
      const sent = scene.client.send('bad')
      scene.client.send('good')
      await refuse(scene, { code, message: 'Not so.' })
      await expect(sent).rejects.toMatchObject({ code, message: 'Not so.' })
      expect(shown(scene)).toEqual(['bad: failed', 'good: sending'])
      expect(scene.state.messages[0]).toMatchObject({ problem: { code } })
      expect(sentTexts(scene)).toEqual(['bad', 'good'])
    },
  )

  test('names each field that is wrong, as a refused call does', async () => {
    const scene = new Scene()
    await scene.enter()
    const errors = { content: 'Must hold something visible.' }
    const problems: ChatProblem[] = []
    scene.client.on('error', (problem) => problems.push(problem))
    const sent = scene.client.send(' ')
    await refuse(scene, { code: 'invalid', errors })
    await expect(sent).rejects.toMatchObject({ code: 'invalid', errors })
    expect(scene.state.messages[0]).toMatchObject({ problem: { errors } })
    await refuse(scene, { code: 'invalid', errors: { token: 'Is empty.' }, client_id: undefined })
    expect(problems).toMatchObject([{ code: 'invalid', errors: { token: 'Is empty.' } }])
  })

  test('asks for at most a minute, whatever it is that answers', async () => {
    for (const retry_after_ms of [Number.MAX_VALUE, 1e15, 'soon' as never, -5]) {
      const scene = new Scene()
      await scene.enter()
      scene.client.send('one')
      await refuse(scene, { retry_after_ms })
      expect(scene.state.sendPausedUntil).toBeGreaterThan(scene.clock.now)
      await scene.clock.pass(60_000)
      expect(sentTexts(scene).length).toBeGreaterThanOrEqual(2)
      expect(sentTexts(scene).length).toBeLessThanOrEqual(5)
    }
  })

  test('for the rate waits as long as the room says, and nothing goes ahead', async () => {
    const scene = new Scene()
    await scene.enter()
    scene.client.send('one')
    scene.client.send('two')
    await refuse(scene, { code: 'rate_limited', retry_after_ms: 1200 })
    expect(scene.state.sendPausedUntil).toBe(scene.clock.now + 1200)
    await scene.clock.pass(1199)
    expect(sentTexts(scene)).toEqual(['one'])
    await scene.clock.pass(1)
    expect(sentTexts(scene)).toEqual(['one', 'one'])
    expect(scene.state.sendPausedUntil).toBeNull()
    await accept(scene)
    expect(sentTexts(scene)).toEqual(['one', 'one', 'two'])
  })

  test('that names no message is about the one on its way, where the room had a failure', async () => {
    const scene = new Scene()
    await scene.enter()
    scene.client.send('one')
    await refuse(scene, { code: 'unavailable', client_id: undefined })
    await scene.clock.pass(499)
    expect(sentTexts(scene)).toEqual(['one'])
    await scene.clock.pass(1)
    expect(sentTexts(scene)).toEqual(['one', 'one'])
  })

  test('by a room that is away is tried again, less and less often', async () => {
    const scene = new Scene({})
    scene.random = 1
    await scene.enter()
    scene.client.send('one')
    const waits: number[] = []
    for (let n = 1; n <= 8; n++) {
      await refuse(scene, { code: 'unavailable' })
      waits.push((scene.state.sendPausedUntil ?? 0) - scene.clock.now)
      await scene.clock.pass(waits.at(-1) ?? 0)
      expect(sentTexts(scene)).toHaveLength(n + 1)
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000])
    await accept(scene)
    scene.client.send('two')
    await refuse(scene, { code: 'unavailable' })
    expect(scene.state.sendPausedUntil).toBe(scene.clock.now + 1000)
  })

  test('of a frame that was no message is an event', async () => {
    const scene = new Scene()
    await scene.enter()
    const problems: ChatProblem[] = []
    scene.client.on('error', (problem) => problems.push(problem))
    scene.client.send('one')
    await scene.tell({ event: 'error', data: { code: 'unknown_event', message: 'What?' } })
    expect(problems).toMatchObject([{ code: 'unknown_event', message: 'What?' }])
    expect(shown(scene)).toEqual(['one: sending'])
  })
})

describe('the pace', () => {
  test('is that of the room: the sixth in five seconds waits by itself', async () => {
    const scene = new Scene()
    await scene.enter()
    for (let n = 1; n <= 7; n++) scene.client.send(`${n}`)
    for (let n = 1; n <= 5; n++) await accept(scene)
    expect(sentTexts(scene)).toEqual(['1', '2', '3', '4', '5'])
    expect(scene.state.sendPausedUntil).toBe(scene.clock.now + 5_000)
    await scene.clock.pass(4_999)
    expect(sentTexts(scene)).toHaveLength(5)
    await scene.clock.pass(1)
    expect(sentTexts(scene)).toEqual(['1', '2', '3', '4', '5', '6'])
  })

  test('has no countdown while nothing waits', async () => {
    const scene = new Scene()
    await scene.enter()
    for (let n = 1; n <= 5; n++) {
      scene.client.send(`${n}`)
      await accept(scene)
    }
    expect(scene.state.sendPausedUntil).toBeNull()
  })
})

test('a window that no room has makes nobody wait for longer than a minute', async () => {
  const scene = new Scene()
  scene.client.connect()
  await settle()
  scene.socket.open()
  scene.socket.tell(
    scene.welcome({ rate_limit: { max: 1, window_ms: 1e15 } }),
    roster(ada),
    scene.synced,
  )
  scene.client.send('one')
  scene.client.send('two')
  await accept(scene)
  await scene.clock.pass(60_000)
  expect(sentTexts(scene)).toEqual(['one', 'two', 'two', 'two'].slice(0, sentTexts(scene).length))
  expect(sentTexts(scene)).toContain('two')
})

test('a text whose frame the room would close the line for fails here', async () => {
  const scene = new Scene()
  await scene.enter()
  const sent = scene.client.send('é'.repeat(17_000))
  await expect(sent).rejects.toMatchObject({ code: 'too_large' })
  expect(sentTexts(scene)).toEqual([])
})

describe('a failed message', () => {
  test('is sent again as a new one, at the end', async () => {
    const scene = new Scene()
    await scene.enter()
    scene.client.send('bad')
    await refuse(scene, { code: 'invalid' })
    scene.client.send('other')
    await accept(scene)
    const [, failed] = scene.state.messages
    const again = scene.client.retry(failed?.key ?? '')
    expect(shown(scene)).toEqual(['other: sent', 'bad: sending'])
    const ids = scene.socket.said('send_message').map(({ client_id }) => client_id)
    expect(new Set(ids).size).toBe(3)
    await accept(scene)
    expect(await again).toMatchObject({ content: 'bad' })
  })

  test('can be taken back, and one that is being sent is not sent twice by a retry', async () => {
    const scene = new Scene()
    await scene.enter()
    const sent = scene.client.send('one')
    const [pending] = scene.state.messages
    expect(await scene.client.retry(pending?.key ?? '')).toBeUndefined()
    expect(sentTexts(scene)).toEqual(['one'])
    scene.client.discard(pending?.key ?? '')
    await expect(sent).rejects.toMatchObject({ code: 'discarded' })
    expect(shown(scene)).toEqual([])
  })
})

describe('after a reload of the page', () => {
  async function reloaded(kept: Map<string, string>, after = 0): Promise<Scene> {
    const scene = new Scene({ storage: storageOf(kept) })
    scene.clock.step(after)
    await scene.enter()
    return scene
  }

  async function leftBehind(...texts: string[]): Promise<[Map<string, string>, Scene]> {
    const kept = new Map<string, string>()
    const scene = await reloaded(kept)
    for (const text of texts) scene.client.send(text)
    scene.client.close()
    return [kept, scene]
  }

  test('pending messages go out under their ids, in order', async () => {
    const [kept, before] = await leftBehind('one', 'two')
    const scene = await reloaded(kept, 1_000)
    expect(scene.socket.said('send_message')).toEqual(before.socket.said('send_message'))
    await accept(scene)
    await accept(scene)
    expect(shown(scene)).toEqual(['one: sent', 'two: sent'])
    const later = await reloaded(kept, 2_000)
    expect(shown(later)).toEqual([])
  })

  test('what is in the history already is not shown twice', async () => {
    const [kept, before] = await leftBehind('one')
    const { client_id } = before.socket.said('send_message')[0] ?? {}
    const scene = new Scene({ storage: storageOf(kept) })
    scene.room.say('one', ada, client_id)
    await scene.enter()
    expect(shown(scene)).toEqual(['one: sent'])
    expect(sentTexts(scene)).toEqual([])
  })

  test('someone else sends and sees none of them; the first user does when back', async () => {
    const [kept] = await leftBehind('of Ada')
    const other = new Scene({ storage: storageOf(kept) })
    other.client.connect()
    await settle()
    other.socket.open()
    const { id: user_id, username } = bo
    other.socket.tell(other.welcome({ user_id, username }), roster(bo), other.synced)
    await settle()
    other.client.send('of Bo')
    expect(shown(other)).toEqual(['of Bo: sending'])
    expect(sentTexts(other)).toEqual(['of Bo'])
    const back = await reloaded(kept)
    expect(shown(back)).toEqual(['of Ada: sending'])
  })

  test('of two tabs each takes away only its own', async () => {
    const kept = new Map<string, string>()
    const [one, two] = [await reloaded(kept), await reloaded(kept)]
    one.client.send('of the first tab')
    two.client.send('of the second tab')
    await accept(one)
    const later = await reloaded(kept)
    expect(shown(later)).toEqual(['of the second tab: sending'])
  })

  test('a tab that comes back does not take over what another one has to say', async () => {
    const kept = new Map<string, string>()
    const [one, two] = [await reloaded(kept), await reloaded(kept)]
    one.client.send('of the first tab')
    await two.dropAndRetry()
    await two.admit()
    expect(shown(two)).toEqual([])
    two.client.send('of the second tab')
    await accept(two)
    expect(shown(await reloaded(kept))).toEqual(['of the first tab: sending'])
  })

  test('what is older than 23 hours waits for a person', async () => {
    const [kept] = await leftBehind('old')
    const within = await reloaded(new Map(kept), 23 * hour)
    expect(sentTexts(within)).toEqual(['old'])
    const late = await reloaded(kept, 23 * hour + 1)
    expect(shown(late)).toEqual(['old: failed'])
    expect(late.state.messages[0]).toMatchObject({ problem: { code: 'outdated' } })
    expect(sentTexts(late)).toEqual([])
  })

  test('a storage that throws costs an event, not the message', async () => {
    const broken = () => {
      throw new Error('full')
    }
    const scene = new Scene({ storage: { getItem: () => null, setItem: broken } })
    await scene.enter()
    const problems: ChatProblem[] = []
    scene.client.on('error', (problem) => problems.push(problem))
    scene.client.send('one')
    await settle()
    expect(problems).toMatchObject([{ code: 'storage' }])
    expect(sentTexts(scene)).toEqual(['one'])
  })
})

test('another user on the same page does not send what the first one said', async () => {
  const scene = new Scene()
  await scene.enter()
  const sent = scene.client.send('of Ada')
  scene.socket.drop()
  await scene.clock.pass(1_000)
  scene.socket.open()
  const { id: user_id, username } = bo
  scene.socket.tell(scene.welcome({ user_id, username }), roster(bo), scene.synced)
  await expect(sent).rejects.toMatchObject({ code: 'discarded' })
  expect(shown(scene)).toEqual([])
  expect(sentTexts(scene)).toEqual([])
})

test('what is no text is refused by the room, and holds nothing up', async () => {
  const scene = new Scene()
  await scene.enter()
  const sent = scene.client.send(undefined as never)
  scene.client.send('one')
  await refuse(scene, { code: 'invalid' })
  await expect(sent).rejects.toMatchObject({ code: 'invalid' })
  expect(sentTexts(scene)).toEqual([undefined, 'one'])
})

test('another user on the same page does not wait for what the first one did', async () => {
  const scene = new Scene()
  await scene.enter()
  for (let n = 1; n <= 5; n++) {
    scene.client.send(`${n}`)
    await accept(scene)
  }
  scene.client.send('6')
  await refuse(scene, { retry_after_ms: 30_000 })
  scene.client.close()
  scene.client.connect()
  await settle()
  scene.socket.open()
  const { id: user_id, username } = bo
  scene.socket.tell(scene.welcome({ user_id, username }), roster(bo), scene.synced)
  scene.client.send('of Bo')
  expect(sentTexts(scene)).toEqual(['of Bo'])
})
