import { describe, expect, test } from 'vitest'
import type { Member, Message } from '../../src/client/contract.ts'
import { type Answer, ada, bo, Harness, problem, settle } from './harness.ts'
import { live, purged } from './moderation-frames.ts'

const marks = (harness: Harness) =>
  harness.socket.sentData('mark_read').map(({ message_id }) => message_id)

/** `m1` to `m10` by Bo, of which Ada has read some. The client has the newest `pageSize`. */
async function online(read = 6, pageSize = 50) {
  const harness = new Harness({ pageSize })
  for (let n = 1; n <= 10; n++) harness.room.post(`m${n}`)
  const at = (n: number) => harness.room.messages[n - 1] as Message
  harness.lastReadId = read ? at(read).id : null
  await harness.goOnline()
  const marker = () => harness.state.readMarker
  const unread = () => [marker()?.unread, marker()?.mentions]
  return { harness, client: harness.client, room: harness.room, at, marker, unread }
}

const mention = { mentions: [ada.id] }

describe('the read marker', () => {
  test('CLIENT-11 The read marker is loaded once after each connect, and null before.', async () => {
    const { harness, at, marker } = await online()
    expect(marker()).toEqual({ lastReadId: at(6).id, unread: 4, mentions: 0 })
    expect(harness.readCalls).toBe(1)
    expect(marker()).toBe(marker())
    await harness.reconnect()
    expect(harness.readCalls).toBe(2)
    expect(new Harness().state.readMarker).toBeNull()
  })

  test('without a mark nothing counts', async () => {
    const { harness, room, marker } = await online(0)
    await harness.deliver(room.post('new'))
    expect(marker()).toEqual({ lastReadId: null, unread: 0, mentions: 0 })
  })

  test('CLIENT-12 Live events keep its numbers right: messages of others, mentions, deletions, purges, and messages of a replay.', async () => {
    const { harness, room, at, unread } = await online()
    await harness.deliver(room.post('mine', ada, undefined, { mentions_room: true }))
    expect(unread()).toEqual([4, 0])
    const named = room.post('Ada', bo, undefined, mention)
    await harness.deliver(named, room.post('all', bo, undefined, { mentions_room: true }))
    expect(unread()).toEqual([6, 2])
    await harness.deliver(room.remove(named.data), room.remove(at(2)))
    expect(unread()).toEqual([5, 1])
    await harness.deliver(live(harness, purged(at(7), at(8))))
    expect(unread()).toEqual([3, 1])
    await harness.drop()
    const since = room.seq
    room.post('in the gap', bo, undefined, mention)
    await harness.clock.advance(1_000)
    await harness.admit(...room.replay(since))
    expect(unread()).toEqual([4, 2])
    expect(harness.readCalls).toBe(2)
  })

  test('counts to 100', async () => {
    const { harness, room, unread } = await online()
    for (let n = 0; n < 120; n++) await harness.deliver(room.post(`n${n}`, bo, undefined, mention))
    expect(unread()).toEqual([100, 100])
    expect(harness.readCalls).toBe(1)
  })

  test('a mark of another connection of the user raises it, and never lowers it', async () => {
    const { harness, at, marker } = await online()
    const marked = (n: number) => ({
      event: 'read_marked' as const,
      data: { message_id: at(n).id },
    })
    await harness.deliver(marked(8))
    expect(marker()).toMatchObject({ lastReadId: at(8).id, unread: 2 })
    await harness.deliver(marked(3))
    expect(marker()).toMatchObject({ lastReadId: at(8).id, unread: 2 })
    harness.client.markRead(at(8).id)
    expect(marks(harness)).toEqual([])
  })

  test('a later answer of the service never lowers it', async () => {
    const { harness, client, at, marker } = await online()
    client.markRead(at(9).id)
    await harness.reconnect()
    expect(marker()).toMatchObject({ lastReadId: at(9).id, unread: 1 })
  })

  test('belongs to its user', async () => {
    const { harness, marker } = await online()
    await harness.dropAndRetry()
    const other: Member = { ...bo, id: '2d5c9a52-6f0e-4d0b-9a43-0f6a5f1f2f33' }
    harness.answerReadState = () => ({
      status: 200,
      body: { last_read_id: null, unread: 0, mentions: 0 },
    })
    await harness.admitAs(other)
    expect(marker()).toEqual({ lastReadId: null, unread: 0, mentions: 0 })
  })
})

describe('marking', () => {
  test('CLIENT-13 A mark shows at once, is sent at most every 2 seconds, and only if it rises.', async () => {
    const { harness, client, room, at, marker } = await online()
    client.markRead(at(7).id)
    expect(marker()).toMatchObject({ lastReadId: at(7).id, unread: 3 })
    client.markRead(at(8).id)
    client.markRead(at(5).id)
    client.markRead()
    await settle()
    expect(marks(harness)).toEqual([at(7).id])
    expect(marker()).toMatchObject({ lastReadId: at(10).id, unread: 0 })
    await harness.clock.advance(2_000)
    expect(marks(harness)).toEqual([at(7).id, at(10).id])
    client.markRead()
    await harness.clock.advance(10_000)
    expect(marks(harness)).toHaveLength(2)
    await harness.deliver(room.post('m11'))
    client.markRead()
    expect(marks(harness)).toEqual([at(7).id, at(10).id, at(11).id])
  })

  test('CLIENT-14 A mark that was not sent, or may have been lost, is sent after the next connect.', async () => {
    const { harness, client, at } = await online()
    client.markRead(at(7).id)
    client.markRead(at(8).id)
    await harness.reconnect()
    expect(marks(harness)).toEqual([at(8).id])
    harness.lastReadId = at(8).id
    await harness.drop()
    client.markRead(at(9).id)
    await harness.clock.advance(1_000)
    await harness.admit()
    expect(marks(harness)).toEqual([at(9).id])
    harness.lastReadId = at(9).id
    await harness.reconnect()
    expect(marks(harness)).toEqual([])
  })

  test('CLIENT-22 A mark that waits is sent at once on a flush, and before a close.', async () => {
    const { harness, client, at } = await online()
    client.markRead(at(7).id)
    client.markRead(at(8).id)
    client.flushMark()
    expect(marks(harness)).toEqual([at(7).id, at(8).id])
    client.flushMark()
    client.markRead(at(9).id)
    client.close()
    expect(marks(harness)).toEqual([at(7).id, at(8).id, at(9).id])
    expect(harness.clock.waiting).toBe(0)
  })

  test('before the marker is loaded it counts afterwards', async () => {
    const harness = new Harness()
    const { data } = harness.room.post('one')
    const answer = Promise.withResolvers<Answer>()
    harness.answerReadState = () => answer.promise
    await harness.goOnline()
    harness.client.markRead()
    expect([harness.state.readMarker, marks(harness)]).toEqual([null, []])
    const body = { last_read_id: null, unread: 0, mentions: 0 }
    answer.resolve({ status: 200, body })
    await settle()
    expect(harness.state.readMarker).toMatchObject({ lastReadId: data.id })
    expect(marks(harness)).toEqual([data.id])
  })

  test('of nothing is no mark', async () => {
    const harness = await Harness.online()
    harness.client.markRead()
    expect(marks(harness)).toEqual([])
  })

  test('leaves no timer behind after a close', async () => {
    const { harness, client, at } = await online(1, 3)
    client.markRead(at(2).id)
    client.close()
    expect(harness.clock.waiting).toBe(0)
  })
})

describe('what is below the list', () => {
  test('CLIENT-15 Where the list does not reach the marker, the numbers of the service count for what is below it.', async () => {
    const { harness, client, room, at, unread } = await online(2, 3)
    expect(unread()).toEqual([8, 0])
    await harness.clock.advance(30_000)
    await harness.deliver(room.post('Ada', bo, undefined, mention))
    expect(unread()).toEqual([9, 1])
    await client.history()
    expect(unread()).toEqual([9, 1])
    await harness.deliver(room.remove(at(10)))
    while (await client.history());
    expect(unread()).toEqual([8, 1])
    await harness.clock.advance(60_000)
    expect(harness.readCalls).toBe(1)
  })

  test('CLIENT-16 It is asked for again where an event may or may not be in the numbers, and when what it had counted is deleted or read.', async () => {
    const { harness, client, room, at, unread } = await online(2, 3)
    await harness.deliver(room.remove(at(4)))
    await harness.deliver(room.purge(at(5), at(6)))
    await harness.clock.advance(300_000)
    expect([unread(), harness.readCalls]).toEqual([[5, 0], 2])

    client.markRead(at(3).id)
    harness.lastReadId = at(3).id
    await harness.clock.advance(300_000)
    expect([unread(), harness.readCalls]).toEqual([[4, 0], 3])
    await harness.clock.advance(300_000)
    await harness.deliver(room.remove(at(2)), room.remove(at(9)))
    await harness.clock.advance(300_000)
    expect([unread(), harness.readCalls]).toEqual([[3, 0], 3])
  })

  test('an event that comes shortly before or after the answer may be in its numbers', async () => {
    const { harness, room, at, unread } = await online(2, 3)
    await harness.clock.advance(30_000)
    harness.answerReadState = async () => {
      harness.answerReadState = undefined
      await harness.deliver(room.post('during'))
      return { status: 200, body: room.readState(ada.id, at(2).id) }
    }
    await harness.reconnect()
    await harness.clock.advance(300_000)
    expect([unread(), harness.readCalls]).toEqual([[9, 0], 3])

    const late = room.post('after the answer')
    harness.answerReadState = () => ({ status: 200, body: room.readState(ada.id, at(2).id) })
    room.seq--
    await harness.reconnect()
    room.seq++
    await harness.deliver(late)
    await harness.clock.advance(300_000)
    expect([unread(), harness.readCalls]).toEqual([[10, 0], 5])
  })

  test('an answer for an older mark than the present one is asked for again', async () => {
    const { harness, client, at, unread } = await online(2, 3)
    client.markRead(at(4).id)
    await harness.clock.advance(30_000)
    harness.lastReadId = at(4).id
    await harness.clock.advance(300_000)
    expect(unread()).toEqual([6, 0])
  })

  test('100 or more stay that, without a question for each new message', async () => {
    const harness = new Harness({ pageSize: 3 })
    for (let n = 0; n < 120; n++) harness.room.post(`m${n}`)
    harness.lastReadId = harness.room.messages[0]?.id ?? null
    harness.answerReadState = async () => {
      await harness.deliver(harness.room.post('during'))
      return { status: 200, body: harness.room.readState(ada.id, harness.lastReadId) }
    }
    await harness.goOnline()
    await harness.clock.advance(60_000)
    expect(harness.state.readMarker).toMatchObject({ unread: 100, mentions: 0 })
    expect(harness.readCalls).toBe(1)
  })
})

describe('a failed question', () => {
  test('is repeated with growing waits, at least as long as the service asks', async () => {
    const harness = new Harness()
    harness.answerReadState = () => problem(503, 'unavailable', { retry_after: 5 })
    await harness.goOnline()
    await harness.clock.advance(4_900)
    expect(harness.readCalls).toBe(1)
    harness.answerReadState = undefined
    await harness.clock.advance(200)
    expect(harness.state.readMarker).not.toBeNull()
    expect(harness.readCalls).toBe(2)
  })

  test('is not repeated for a service that has no such call', async () => {
    const harness = new Harness()
    harness.answerReadState = () => problem(404, 'not_found')
    await harness.goOnline()
    harness.room.post('one')
    harness.client.markRead()
    await harness.clock.advance(60_000)
    expect([harness.readCalls, harness.state.readMarker, marks(harness)]).toEqual([1, null, []])
  })

  test('of an earlier connection changes nothing', async () => {
    const { harness, at, marker } = await online()
    const answer = Promise.withResolvers<Answer>()
    harness.answerReadState = () => answer.promise
    await harness.reconnect()
    harness.answerReadState = undefined
    await harness.reconnect()
    const body = { last_read_id: at(10).id, unread: 0, mentions: 0 }
    answer.resolve({ status: 200, body })
    await settle()
    expect(marker()).toMatchObject({ lastReadId: at(6).id })
  })
})
