// A well-behaved client must report everything that a room can do wrong. The room here is a stand-in.

import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { Metrics } from '../harness/metrics.ts'
import { Random } from '../harness/random.ts'
import { ConsistencyChecker } from '../kit/consistency-checker.ts'
import type { Account } from './accounts.ts'
import { Findings } from './findings.ts'
import { LeakDetector } from './leak-detector.ts'
import { WellBehavedClient } from './well-behaved-client.ts'

const account: Account = {
  id: 'ada-id',
  username: 'ada',
  email: 'ada@well-behaved.example',
  password: 'Kq9~',
  token: 'token',
  sessionId: '',
  refreshToken: '',
}
const never = () => null
const roomFrames = new Map(
  ['welcome', 'synced', 'new_message', 'message_edited', 'message_deleted', 'error', 'pong'].map(
    (event) => [event, never],
  ),
)

type Sent = { event: string; data?: object; seq?: number }

const message = (id: string, change: object = {}) => ({
  ...{ id, user_id: 'bob-id', username: 'bob', content: `Qm3~text ${id}`, revision: 1 },
  ...{ updated_at: null, is_deleted: false, ...change },
})
const newMessage = (seq: number, id: string, change: object = {}): Sent => ({
  event: 'new_message',
  data: message(id, change),
  seq,
})

let server: WebSocketServer | undefined
afterEach(() => {
  server?.close()
})

/**
 * The rules that the client reports after these frames.
 * @param code with which the room closes the connection; null: it does not
 */
async function findingsAfter(
  frames: Sent[],
  { code = null as number | null } = {},
): Promise<string[]> {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  const findings = new Findings()
  const wellBehaved = new WellBehavedClient({
    port: (server.address() as AddressInfo).port,
    account,
    batching: true,
    isOwner: false,
    random: new Random(1),
    rules: {
      contract: { roomFrames },
      names: new Map([
        ['ada-id', 'ada'],
        ['bob-id', 'bob'],
      ]),
      appointed: new Set(),
      leaks: new LeakDetector(),
    },
    checker: new ConsistencyChecker(),
    findings,
    metrics: new Metrics(),
  })
  const connected = once(server, 'connection') as Promise<[WebSocket]>
  const live = wellBehaved.connect()
  const [socket] = await connected
  const send = (frame: Sent) => socket.send(JSON.stringify({ data: {}, ...frame }))
  send({ event: 'welcome', data: { user_id: 'ada-id', username: 'ada', epoch: 'e' } })
  send({ event: 'synced', seq: 0 })
  for (const frame of frames) send(frame)
  if (code !== null) socket.close(code)
  await live
  if (code === null) wellBehaved.leave()
  await once(socket, 'close')
  return findings.all().map(({ rule }) => rule)
}

test('a room that keeps the protocol gives no finding', async () => {
  const edited = { message_id: 'a1', content: 'Qm3~text more', revision: 2, updated_at: 'now' }
  const frames: Sent[] = [
    newMessage(1, 'a1'),
    { event: 'message_edited', data: edited, seq: 2 },
    { event: 'message_deleted', data: { message_id: 'a1', revision: 3 }, seq: 3 },
    newMessage(4, 'a2'),
  ]
  expect(await findingsAfter(frames)).toEqual([])
})

describe('is reported:', () => {
  test.each<[string, Sent[], string]>([
    ['a lost event', [newMessage(1, 'a1'), newMessage(3, 'a3')], 'the protocol is broken'],
    ['a doubled event', [newMessage(1, 'a1'), newMessage(1, 'a1')], 'the protocol is broken'],
    ['falling ids', [newMessage(1, 'a2'), newMessage(2, 'a1')], 'the protocol is broken'],
    ['another’s name', [newMessage(1, 'a1', { username: 'ada' })], 'new_message signs bob as ada'],
    [
      'a message in its name',
      [newMessage(1, 'a1', { user_id: 'ada-id', username: 'ada' })],
      'a message was doubled or invented',
    ],
    [
      'a message of an unknown user',
      [newMessage(1, 'a1', { user_id: 'eve-id' })],
      'new_message is of someone who has no account',
    ],
    [
      'a forged revision',
      [newMessage(1, 'a1', { revision: 1_000_000 })],
      'it accepted what only the service may set',
    ],
    ['an unknown event', [{ event: 'surprise' }], 'surprise: an unknown event'],
    ['a refusal', [{ event: 'error', data: { code: 'invalid' } }], 'a frame is refused'],
  ])('%s', async (_name, frames, rule) => {
    expect(await findingsAfter(frames)).toContain(rule)
  })

  test('the end of its connection', async () => {
    expect(await findingsAfter([], { code: 4408 })).toEqual(['its connection was closed'])
  })
})
