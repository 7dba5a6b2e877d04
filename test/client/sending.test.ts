import { describe, expect, test } from 'vitest'
import {
  ada,
  bo,
  Harness,
  leftBehind,
  memoryStorage,
  problemsOf,
  reloaded,
  roster,
  settle,
  unhandledDuring,
} from './harness.ts'
import { live, roomChanged } from './moderation-frames.ts'

const hour = 60 * 60_000

const shown = (harness: Harness) =>
  harness.state.messages.map(({ content, state }) => `${content}: ${state}`)

describe('a message', () => {
  test('is in the list at once, and keeps its key when it is accepted', async () => {
    const harness = await Harness.online()
    const sent = harness.client.send('hello')
    expect(shown(harness)).toEqual(['hello: sending'])
    const [optimistic] = harness.state.messages
    await harness.accept()
    const [accepted] = harness.state.messages
    expect(accepted).toMatchObject({ key: optimistic?.key, state: 'sent', user_id: ada.id })
    expect(await sent).toMatchObject({ id: accepted?.id, content: 'hello' })
    await harness.client.close()
  })

  test('of another user with the same client_id is not an own one', async () => {
    const harness = await Harness.online()
    harness.client.send('mine')
    const { client_id } = harness.socket.sentData('send_message')[0] ?? {}
    await harness.deliver(harness.room.post('theirs', bo, client_id))
    expect(shown(harness)).toEqual(['theirs: sent', 'mine: sending'])
  })

  test('waits for the one before it', async () => {
    const harness = await Harness.online()
    for (const text of ['one', 'two', 'three']) harness.client.send(text)
    expect(harness.sentTexts).toEqual(['one'])
    await harness.accept()
    expect(harness.sentTexts).toEqual(['one', 'two'])
    await harness.accept()
    expect(harness.sentTexts).toEqual(['one', 'two', 'three'])
  })

  test('that was sent before the first connect goes out when the client is online', async () => {
    const harness = new Harness()
    harness.client.send('early')
    await harness.openSocket()
    harness.socket.deliver(harness.welcome(), roster(ada))
    expect(harness.sentTexts).toEqual([])
    harness.socket.deliver(harness.synced)
    expect(harness.sentTexts).toEqual(['early'])
  })

  test('is sent again with the same id after a lost connection, in order, and accepted once', async () => {
    const harness = await Harness.online()
    const accepted = [harness.client.send('one'), harness.client.send('two')]
    const [first] = harness.socket.sentData('send_message')
    await harness.reconnect()
    expect(harness.socket.sentData('send_message')).toEqual([first])
    await harness.accept()
    await harness.accept()
    expect((await Promise.all(accepted)).map(({ content }) => content)).toEqual(['one', 'two'])
    expect(shown(harness)).toEqual(['one: sent', 'two: sent'])
  })

  test('that was accepted before the connection was lost is found in the replay', async () => {
    const harness = await Harness.online()
    const sent = harness.client.send('one')
    const { client_id } = harness.socket.sentData('send_message')[0] ?? {}
    const { data } = harness.room.post('one', ada, client_id)
    await harness.reconnect({ event: 'new_message', data })
    expect(harness.sentTexts).toEqual([])
    expect(shown(harness)).toEqual(['one: sent'])
    expect(await sent).toEqual(data)
  })

  test('that was deleted meanwhile is answered, and not shown', async () => {
    const harness = await Harness.online()
    const sent = harness.client.send('one')
    const { client_id } = harness.socket.sentData('send_message')[0] ?? {}
    const { data } = harness.room.post('one', ada, client_id)
    await harness.deliver({
      event: 'new_message',
      data: { ...data, content: '', is_deleted: true },
    })
    expect(await sent).toMatchObject({ is_deleted: true })
    expect(shown(harness)).toEqual([])
  })

  test('without an answer is sent again after 20 seconds', async () => {
    const harness = await Harness.online()
    harness.client.send('one')
    await harness.clock.advance(19_999)
    expect(harness.sentTexts).toEqual(['one'])
    await harness.clock.advance(1)
    expect(harness.sentTexts).toEqual(['one', 'one'])
  })

  test('can be sent without using the promise', async () => {
    const harness = await Harness.online()
    const unhandled = await unhandledDuring(async () => {
      harness.client.send('one')
      await harness.refuse({ code: 'invalid' })
      harness.client.retry(harness.state.messages[0]?.key ?? '')
      await harness.refuse({ code: 'invalid' })
    })
    expect(shown(harness)).toEqual(['one: failed'])
    expect(unhandled).toEqual([])
  })
})

describe('a refusal', () => {
  test.each([
    ...(['invalid', 'client_id_reused', 'muted', 'posting_closed'] as const),
    ...(['content_refused', 'banned'] as const),
  ])('%s fails the message, and the next ones are sent', async (code) => {
    const harness = await Harness.online()
    const sent = harness.client.send('bad')
    harness.client.send('good')
    await harness.refuse({ code, message: 'Not so.' })
    await expect(sent).rejects.toMatchObject({ code, message: 'Not so.' })
    expect(shown(harness)).toEqual(['bad: failed', 'good: sending'])
    expect(harness.state.messages[0]).toMatchObject({ problem: { code } })
    expect(harness.sentTexts).toEqual(['bad', 'good'])
  })

  test('has the errors of each field, like a refused call', async () => {
    const harness = await Harness.online()
    const errors = { content: 'Must hold something visible.' }
    const problems = problemsOf(harness.client)
    const sent = harness.client.send(' ')
    await harness.refuse({ code: 'invalid', errors })
    await expect(sent).rejects.toMatchObject({ code: 'invalid', errors })
    expect(harness.state.messages[0]).toMatchObject({ problem: { errors } })
    await harness.refuse({ code: 'invalid', errors: { token: 'Is empty.' }, client_id: undefined })
    expect(problems).toMatchObject([{ code: 'invalid', errors: { token: 'Is empty.' } }])
  })

  test('that will end says when, and the text can be sent again then', async () => {
    const harness = await Harness.online()
    const sent = harness.client.send('one')
    await harness.refuse({ code: 'muted', retry_after_ms: 90_000 })
    await expect(sent).rejects.toMatchObject({ code: 'muted', retryAfterMs: 90_000 })
    const [failed] = harness.state.messages
    expect(failed).toMatchObject({ content: 'one', problem: { retryAfterMs: 90_000 } })
    await harness.clock.advance(90_000)
    expect(harness.sentTexts).toEqual(['one'])
    harness.client.retry(failed?.key ?? '')
    await harness.accept()
    expect(shown(harness)).toEqual(['one: sent'])
  })

  test('for slow mode waits as long as the room says, and the next messages wait too', async () => {
    const harness = await Harness.online()
    harness.client.send('one')
    harness.client.send('two')
    await harness.refuse({ code: 'slow_mode', retry_after_ms: 110_000 })
    expect(shown(harness)).toEqual(['one: sending', 'two: sending'])
    expect(harness.state.sendPausedUntil).toBe(harness.clock.now + 110_000)
    await harness.clock.advance(109_999)
    expect(harness.sentTexts).toEqual(['one'])
    await harness.clock.advance(1)
    expect(harness.sentTexts).toEqual(['one', 'one'])
    await harness.accept()
    await harness.refuse({ code: 'slow_mode', retry_after_ms: 120_000 })
    await harness.clock.advance(120_000)
    await harness.accept()
    expect(shown(harness)).toEqual(['one: sent', 'two: sent'])
  })

  test.each([
    ['is turned off', { slow_mode_ms: 0 }, 2],
    ['gets shorter', { slow_mode_ms: 5_000 }, 2],
    ['stays', { slow_mode_ms: 120_000, announcement: 'Hello' }, 1],
    [
      'ends for a new moderator',
      {
        slow_mode_ms: 120_000,
        staff: [{ user_id: ada.id, username: 'Ada', role: 'moderator' as const }],
      },
      2,
    ],
  ])('for a slow mode that %s: %o', async (_what, changes, times) => {
    const harness = await Harness.online()
    await harness.deliver(live(harness, roomChanged({ slow_mode_ms: 120_000 })))
    harness.client.send('one')
    await harness.refuse({ code: 'slow_mode', retry_after_ms: 110_000 })
    await harness.deliver(live(harness, roomChanged({ ...changes, revision: 2 })))
    expect(harness.sentTexts).toEqual(Array(times).fill('one'))
  })

  test('for slow mode pauses for at most two minutes', async () => {
    const harness = await Harness.online()
    harness.client.send('one')
    await harness.refuse({ code: 'slow_mode', retry_after_ms: 1e15 })
    expect(harness.state.sendPausedUntil).toBe(harness.clock.now + 120_000)
  })

  test('of a typing frame is not about the message on its way', async () => {
    const harness = await Harness.online()
    const problems = problemsOf(harness.client)
    harness.client.send('one')
    for (const code of ['rate_limited', 'muted'] as const)
      await harness.refuse({ code, event: 'typing', client_id: undefined, retry_after_ms: 900 })
    expect(problems).toMatchObject([{ code: 'rate_limited' }, { code: 'muted' }])
    expect(harness.state.sendPausedUntil).toBeNull()
    expect(shown(harness)).toEqual(['one: sending'])
  })

  test('pauses for at most a minute, whatever it asks for', async () => {
    for (const retry_after_ms of [Number.MAX_VALUE, 1e15, 'soon' as never, -5]) {
      const harness = await Harness.online()
      harness.client.send('one')
      await harness.refuse({ retry_after_ms })
      expect(harness.state.sendPausedUntil).toBeGreaterThan(harness.clock.now)
      await harness.clock.advance(60_000)
      expect(harness.sentTexts.length).toBeGreaterThanOrEqual(2)
      expect(harness.sentTexts.length).toBeLessThanOrEqual(5)
    }
  })

  test('for the rate limit waits as long as the room says, and no other message overtakes it', async () => {
    const harness = await Harness.online()
    harness.client.send('one')
    harness.client.send('two')
    await harness.refuse({ code: 'rate_limited', retry_after_ms: 1200 })
    expect(harness.state.sendPausedUntil).toBe(harness.clock.now + 1200)
    await harness.clock.advance(1199)
    expect(harness.sentTexts).toEqual(['one'])
    await harness.clock.advance(1)
    expect(harness.sentTexts).toEqual(['one', 'one'])
    expect(harness.state.sendPausedUntil).toBeNull()
    await harness.accept()
    expect(harness.sentTexts).toEqual(['one', 'one', 'two'])
  })

  test('without a client_id is about the message on its way, if the room has failed', async () => {
    const harness = await Harness.online()
    harness.client.send('one')
    await harness.refuse({ code: 'unavailable', client_id: undefined })
    await harness.clock.advance(499)
    expect(harness.sentTexts).toEqual(['one'])
    await harness.clock.advance(1)
    expect(harness.sentTexts).toEqual(['one', 'one'])
  })

  test('by an unavailable room is retried with growing waits', async () => {
    const harness = new Harness({})
    harness.random = 1
    await harness.goOnline()
    harness.client.send('one')
    const waits: number[] = []
    for (let n = 1; n <= 8; n++) {
      await harness.refuse({ code: 'unavailable' })
      waits.push((harness.state.sendPausedUntil ?? 0) - harness.clock.now)
      await harness.clock.advance(waits.at(-1) ?? 0)
      expect(harness.sentTexts).toHaveLength(n + 1)
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000])
    await harness.accept()
    harness.client.send('two')
    await harness.refuse({ code: 'unavailable' })
    expect(harness.state.sendPausedUntil).toBe(harness.clock.now + 1000)
  })

  test('of another frame is an error event', async () => {
    const harness = await Harness.online()
    const problems = problemsOf(harness.client)
    harness.client.send('one')
    await harness.deliver({ event: 'error', data: { code: 'unknown_event', message: 'What?' } })
    expect(problems).toMatchObject([{ code: 'unknown_event', message: 'What?' }])
    expect(shown(harness)).toEqual(['one: sending'])
  })
})

describe('the rate limit', () => {
  test('of the room is kept: the sixth message in five seconds waits', async () => {
    const harness = await Harness.online()
    for (let n = 1; n <= 7; n++) harness.client.send(`${n}`)
    for (let n = 1; n <= 5; n++) await harness.accept()
    expect(harness.sentTexts).toEqual(['1', '2', '3', '4', '5'])
    expect(harness.state.sendPausedUntil).toBe(harness.clock.now + 5_000)
    await harness.clock.advance(4_999)
    expect(harness.sentTexts).toHaveLength(5)
    await harness.clock.advance(1)
    expect(harness.sentTexts).toEqual(['1', '2', '3', '4', '5', '6'])
  })

  test('shows no pause while no message waits', async () => {
    const harness = await Harness.online()
    for (let n = 1; n <= 5; n++) {
      harness.client.send(`${n}`)
      await harness.accept()
    }
    expect(harness.state.sendPausedUntil).toBeNull()
  })
})

test('a window that is too long makes messages wait for a minute at most', async () => {
  const harness = new Harness()
  await harness.openSocket()
  harness.socket.deliver(
    harness.welcome({ rate_limit: { max: 1, window_ms: 1e15 } }),
    roster(ada),
    harness.synced,
  )
  harness.client.send('one')
  harness.client.send('two')
  await harness.accept()
  await harness.clock.advance(60_000)
  expect(harness.sentTexts).toEqual(['one', 'two', 'two', 'two'].slice(0, harness.sentTexts.length))
  expect(harness.sentTexts).toContain('two')
})

test('a text whose frame would be too large fails without being sent', async () => {
  const harness = await Harness.online()
  const sent = harness.client.send('é'.repeat(17_000))
  await expect(sent).rejects.toMatchObject({ code: 'too_large' })
  expect(harness.sentTexts).toEqual([])
})

describe('a failed message', () => {
  test('is sent again as a new message, at the end', async () => {
    const harness = await Harness.online()
    harness.client.send('bad')
    await harness.refuse({ code: 'invalid' })
    harness.client.send('other')
    await harness.accept()
    const [, failed] = harness.state.messages
    const again = harness.client.retry(failed?.key ?? '')
    expect(shown(harness)).toEqual(['other: sent', 'bad: sending'])
    const ids = harness.socket.sentData('send_message').map(({ client_id }) => client_id)
    expect(new Set(ids).size).toBe(3)
    await harness.accept()
    expect(await again).toMatchObject({ content: 'bad' })
  })

  test('can be discarded, and a retry does not send a pending message twice', async () => {
    const harness = await Harness.online()
    const sent = harness.client.send('one')
    const [pending] = harness.state.messages
    expect(await harness.client.retry(pending?.key ?? '')).toBeUndefined()
    expect(harness.sentTexts).toEqual(['one'])
    harness.client.discard(pending?.key ?? '')
    await expect(sent).rejects.toMatchObject({ code: 'discarded' })
    expect(shown(harness)).toEqual([])
  })
})

describe('after a reload of the page', () => {
  test('pending messages are sent with their ids, in order', async () => {
    const [kept, before] = await leftBehind('one', 'two')
    const harness = await reloaded(kept, 1_000)
    expect(harness.socket.sentData('send_message')).toEqual(before.socket.sentData('send_message'))
    await harness.accept()
    await harness.accept()
    expect(shown(harness)).toEqual(['one: sent', 'two: sent'])
    const later = await reloaded(kept, 2_000)
    expect(shown(later)).toEqual([])
  })

  test('a message that is in the history is not shown twice', async () => {
    const [kept, before] = await leftBehind('one')
    const { client_id } = before.socket.sentData('send_message')[0] ?? {}
    const harness = new Harness({ storage: memoryStorage(kept) })
    harness.room.post('one', ada, client_id)
    await harness.goOnline()
    expect(shown(harness)).toEqual(['one: sent'])
    expect(harness.sentTexts).toEqual([])
  })

  test('another user neither sends nor sees them, and the first user does later', async () => {
    const [kept] = await leftBehind('of Ada')
    const other = new Harness({ storage: memoryStorage(kept) })
    other.client.connect()
    await settle()
    await other.admitAs(bo)
    other.client.send('of Bo')
    expect(shown(other)).toEqual(['of Bo: sending'])
    expect(other.sentTexts).toEqual(['of Bo'])
    const back = await reloaded(kept)
    expect(shown(back)).toEqual(['of Ada: sending'])
  })

  test('each of two tabs removes only its own messages from the storage', async () => {
    const kept = new Map<string, string>()
    const [one, two] = [await reloaded(kept), await reloaded(kept)]
    one.client.send('of the first tab')
    two.client.send('of the second tab')
    await one.accept()
    const later = await reloaded(kept)
    expect(shown(later)).toEqual(['of the second tab: sending'])
  })

  test('a tab that reconnects does not take over the messages of another tab', async () => {
    const kept = new Map<string, string>()
    const [one, two] = [await reloaded(kept), await reloaded(kept)]
    one.client.send('of the first tab')
    await two.reconnect()
    expect(shown(two)).toEqual([])
    two.client.send('of the second tab')
    await two.accept()
    expect(shown(await reloaded(kept))).toEqual(['of the first tab: sending'])
  })

  test('a message older than 23 hours is not sent automatically', async () => {
    const [kept] = await leftBehind('old')
    const within = await reloaded(new Map(kept), 23 * hour)
    expect(within.sentTexts).toEqual(['old'])
    const late = await reloaded(kept, 23 * hour + 1)
    expect(shown(late)).toEqual(['old: failed'])
    expect(late.state.messages[0]).toMatchObject({ problem: { code: 'outdated' } })
    expect(late.sentTexts).toEqual([])
  })

  test.each([
    ['not JSON', '[{"key":"1"'],
    ['no list', '{}'],
    ['nothing', 'null'],
    ['a list of something else', '[null,7,"x",{},{"key":"1"},{"key":"1","content":7}]'],
  ])('a stored value that is %s is no message, and is overwritten', async (_, damaged) => {
    const [kept] = await leftBehind('one')
    const [storageKey = ''] = kept.keys()
    const harness = await reloaded(new Map([[storageKey, damaged]]))
    expect(shown(harness)).toEqual([])
    const written = new Map([[storageKey, damaged]])
    const writing = await reloaded(written)
    writing.client.send('two')
    expect(writing.sentTexts).toEqual(['two'])
    expect(shown(await reloaded(written))).toEqual(['two: sending'])
  })

  test('a storage that throws causes an error event, and the message is sent', async () => {
    const broken = () => {
      throw new Error('full')
    }
    const harness = await Harness.online({ storage: { getItem: () => null, setItem: broken } })
    const problems = problemsOf(harness.client)
    harness.client.send('one')
    await settle()
    expect(problems).toMatchObject([{ code: 'storage' }])
    expect(harness.sentTexts).toEqual(['one'])
  })
})

test('another user on the same page does not send the messages of the first one', async () => {
  const harness = await Harness.online()
  const sent = harness.client.send('of Ada')
  await harness.dropAndRetry()
  await harness.admitAs(bo)
  await expect(sent).rejects.toMatchObject({ code: 'discarded' })
  expect(shown(harness)).toEqual([])
  expect(harness.sentTexts).toEqual([])
})

test('content that is no text is refused by the room, and does not block the next message', async () => {
  const harness = await Harness.online()
  const sent = harness.client.send(undefined as never)
  harness.client.send('one')
  await harness.refuse({ code: 'invalid' })
  await expect(sent).rejects.toMatchObject({ code: 'invalid' })
  expect(harness.sentTexts).toEqual([undefined, 'one'])
})

test('another user on the same page does not wait for the rate limit of the first one', async () => {
  const harness = await Harness.online()
  for (let n = 1; n <= 5; n++) {
    harness.client.send(`${n}`)
    await harness.accept()
  }
  harness.client.send('6')
  await harness.refuse({ retry_after_ms: 30_000 })
  harness.client.close()
  harness.client.connect()
  await settle()
  await harness.admitAs(bo)
  harness.client.send('of Bo')
  expect(harness.sentTexts).toEqual(['of Bo'])
})
