// The honest notice whatever a room could do to them. The room here is made up, and does it.

import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { Figures } from '../faults/figures.ts'
import { Random } from '../faults/random.ts'
import { Witness } from '../faults/witness.ts'
import { Findings } from './findings.ts'
import { Honest } from './honest.ts'
import { Leaks } from './leaks.ts'
import type { Person } from './people.ts'

const person: Person = {
  id: 'ada-id',
  username: 'ada',
  email: 'ada@honest.example',
  password: 'Kq9~',
  token: 'token',
  sessionId: null,
  refreshToken: null,
}
const never = () => null
const roomFrames = new Map(
  ['welcome', 'synced', 'new_message', 'message_edited', 'message_deleted', 'error', 'pong'].map(
    (event) => [event, never],
  ),
)

type Told = { event: string; data?: object; seq?: number }

const message = (id: string, change: object = {}) => ({
  ...{ id, user_id: 'bob-id', username: 'bob', content: `Qm3~says ${id}`, revision: 1 },
  ...{ updated_at: null, is_deleted: false, ...change },
})
const said = (seq: number, id: string, change: object = {}): Told => ({
  event: 'new_message',
  data: message(id, change),
  seq,
})

let server: WebSocketServer | undefined
afterEach(() => {
  server?.close()
})

/** What an honest person finds wrong who is told this, and then put out or not. */
async function found(told: Told[], { code = null as number | null } = {}): Promise<string[]> {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  const findings = new Findings()
  const honest = new Honest({
    port: (server.address() as AddressInfo).port,
    person,
    batching: true,
    random: new Random(1),
    rules: {
      contract: { roomFrames },
      names: new Map([
        ['ada-id', 'ada'],
        ['bob-id', 'bob'],
      ]),
      leaks: new Leaks(),
    },
    witness: new Witness(),
    findings,
    figures: new Figures(),
  })
  const connected = once(server, 'connection') as Promise<[WebSocket]>
  const come = honest.come()
  const [socket] = await connected
  const tell = (frame: Told) => socket.send(JSON.stringify({ data: {}, ...frame }))
  tell({ event: 'welcome', data: { user_id: 'ada-id', username: 'ada', epoch: 'e' } })
  tell({ event: 'synced', seq: 0 })
  for (const frame of told) tell(frame)
  if (code !== null) socket.close(code)
  await come
  if (code === null) honest.leave()
  await once(socket, 'close')
  return findings.all().map(({ rule }) => rule)
}

test('a room that keeps the rules is not blamed', async () => {
  const edited = { message_id: 'a1', content: 'Qm3~says more', revision: 2, updated_at: 'now' }
  const told: Told[] = [
    said(1, 'a1'),
    { event: 'message_edited', data: edited, seq: 2 },
    { event: 'message_deleted', data: { message_id: 'a1', revision: 3 }, seq: 3 },
    said(4, 'a2'),
  ]
  expect(await found(told)).toEqual([])
})

describe('is blamed', () => {
  test.each<[string, Told[], string]>([
    ['an event left out', [said(1, 'a1'), said(3, 'a3')], 'the order is broken'],
    ['an event told twice', [said(1, 'a1'), said(1, 'a1')], 'the order is broken'],
    ['ids that fall', [said(1, 'a2'), said(2, 'a1')], 'the order is broken'],
    ['another’s name', [said(1, 'a1', { username: 'ada' })], 'new_message signs bob as ada'],
    [
      'words put into its mouth',
      [said(1, 'a1', { user_id: 'ada-id', username: 'ada' })],
      'a message was doubled or invented',
    ],
    [
      'someone who is not there',
      [said(1, 'a1', { user_id: 'eve-id' })],
      'new_message is of someone who has no account',
    ],
    [
      'a forged revision',
      [said(1, 'a1', { revision: 1_000_000 })],
      'it took what only the service may set',
    ],
    ['an unknown event', [{ event: 'surprise' }], 'surprise: an unknown event'],
    ['a refusal', [{ event: 'error', data: { code: 'invalid' } }], 'an honest frame is refused'],
  ])('%s', async (_name, told, rule) => {
    expect(await found(told)).toContain(rule)
  })

  test('the end of its socket', async () => {
    expect(await found([], { code: 4408 })).toEqual(['an honest socket was lost'])
  })
})
