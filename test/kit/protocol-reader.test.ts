import { describe, expect, test } from 'vitest'
import { type Delivery, ProtocolReader } from './protocol-reader.ts'

type Sent = { event: string; data?: object; seq?: number }

const welcome = (resumed = false): Sent => ({
  event: 'welcome',
  data: { user_id: 'ada', epoch: 'e', resumed },
})
const synced: Sent = { event: 'synced', seq: 4 }
const message = (id: string, seq?: number, change: object = {}): Sent => ({
  event: 'new_message',
  data: { id, user_id: 'bob', content: 'hello', revision: 1, is_deleted: false, ...change },
  ...(seq !== undefined && { seq }),
})
const restricted = (user_id: string, ban: object | null): Sent => ({
  event: 'restricted',
  data: { user_id, mute: null, ban },
})
const marked = (message_id: string): Sent => ({ event: 'read_marked', data: { message_id } })
const presence = (event: string, user_id: string): Sent => ({ event, data: { user_id } })
const online = (count: number, ...ids: string[]): Sent => ({
  event: 'users_online',
  data: { count, users: ids.map((id) => ({ id })) },
})

function read(frames: Sent[], { batching = false } = {}) {
  const deliveries: Delivery[] = []
  const violations: string[] = []
  const reader = new ProtocolReader({
    userId: 'ada',
    batching,
    onFrame: (_frame, delivery) => deliveries.push(delivery),
    onViolation: (sentence) => violations.push(sentence),
  })
  for (const frame of frames) reader.read(JSON.stringify({ data: {}, ...frame }))
  return { reader, deliveries, violations }
}

const violationsOf = (...frames: Sent[]) => read(frames).violations
const violationsLive = (...frames: Sent[]) => violationsOf(welcome(), synced, ...frames)

describe('what keeps the protocol', () => {
  test('is delivered as replay, live event or reply', () => {
    const { reader, deliveries, violations } = read([
      ...[welcome(true), online(2, 'ada', 'bob'), message('a1'), synced],
      ...[message('a2', 5), presence('user_left', 'bob'), message('a1'), message('a3', 6)],
    ])
    expect(violations).toEqual([])
    expect(deliveries.slice(2)).toEqual(['replay', 'replay', 'live', 'reply', 'reply', 'live'])
    expect(reader).toMatchObject({ state: 'live', epoch: 'e', resumed: true, seq: 6 })
  })

  test('is an array for clients of chat.v1', () => {
    const { reader } = read([], { batching: true })
    reader.read(
      JSON.stringify([welcome(), synced, message('a1', 5)].map((f) => ({ data: {}, ...f }))),
    )
    expect(reader.seq).toBe(5)
  })

  test('is the state of the room, without a number for a new connection', () => {
    const { reader, violations } = read([
      ...[welcome(true), { event: 'room_changed' }, { event: 'messages_purged' }, synced],
      ...[
        { event: 'room_changed', seq: 5 },
        { event: 'messages_purged', seq: 6 },
      ],
    ])
    expect([violations, reader.seq]).toEqual([[], 6])
  })

  test('is a ban instead of a welcome', () => {
    const { reader, violations, deliveries } = read([restricted('ada', {})])
    expect([violations, reader.state, deliveries]).toEqual([[], 'refused', ['replay']])
  })

  test('is a users_online that lists only some of a crowd', () => {
    expect(
      violationsLive(
        online(9, 'bob'),
        presence('user_left', 'eve'),
        presence('user_joined', 'bob'),
      ),
    ).toEqual([])
  })
})

describe('is reported:', () => {
  test.each<[string, string[], RegExp]>([
    ['a lost event', violationsLive(message('a1', 5), message('a3', 7)), /seq 7 came after 5/],
    ['a doubled event', violationsLive(message('a1', 5), message('a1', 5)), /seq 5 came after 5/],
    ['falling ids', violationsLive(message('a2', 5), message('a1', 6)), /a1 came after a2/],
    ['a frame before the welcome', violationsOf(synced, welcome()), /synced while the conn/],
    ['a second welcome', violationsOf(welcome(), welcome()), /welcome while the connection/],
    ['a live event before synced', violationsOf(welcome(true), message('a1', 4)), /seq 4 came bef/],
    ['a replay without a resume', violationsOf(welcome(), message('a1')), /does not resume/],
    ['a synced without seq', violationsOf(welcome(), { event: 'synced' }), /synced has no seq/],
    ['a second synced', violationsLive(synced), /synced came twice/],
    [
      'a text of a deleted message',
      violationsLive(message('a1', 5, { is_deleted: true })),
      /the deleted a1 has a text/,
    ],
    ['an own frame', violationsLive(presence('user_typing', 'ada')), /its own user_typing/],
    [
      'a join of an online user',
      violationsLive(online(1, 'bob'), presence('user_joined', 'bob')),
      /bob joined and was online/,
    ],
    [
      'a leave of an offline user',
      violationsLive(online(0), presence('user_left', 'bob')),
      /bob left and was not/,
    ],
    ['a change of the room without seq', violationsLive({ event: 'room_changed' }), /has no seq/],
    [
      'a lost change of the room',
      violationsLive(message('a1', 5), { event: 'messages_purged', seq: 7 }),
      /seq 7 came after 5/,
    ],
    ['a ban of somebody else', violationsOf(restricted('bob', {})), /no ban of this client/],
    ['no ban before the welcome', violationsOf(restricted('ada', null)), /no ban of this client/],
    ['a welcome after a ban', violationsOf(restricted('ada', {}), welcome()), /came after a ban/],
    [
      'a marker that goes back',
      violationsLive(marked('a2'), marked('a1')),
      /went back from a2 to a1/,
    ],
    ['an unknown event', violationsLive({ event: 'surprise' }), /surprise is an unknown event/],
  ])('%s', (_name, violations, expected) => {
    expect(violations).toContainEqual(expect.stringMatching(expected))
  })

  test('a message that is not JSON, an array to a plain client, an empty array', () => {
    const plain = read([])
    plain.reader.read('{')
    plain.reader.read(JSON.stringify([{ data: {}, ...welcome() }]))
    const batching = read([], { batching: true })
    batching.reader.read('[]')
    expect([...plain.violations, ...batching.violations]).toEqual([
      'a message is not JSON',
      'a plain client received an array',
      'an array is empty',
    ])
  })
})

test('nothing is delivered after a gap', () => {
  const { reader, deliveries } = read([welcome(), synced, message('a2', 6), message('a3', 7)])
  expect(reader.state).toBe('broken')
  expect(deliveries).toHaveLength(2)
})
