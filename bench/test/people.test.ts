// The people find each fault of a room that has one, live or in a replay, and none where there is none.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { WebSocketServer } from 'ws'
import { type People, startPeople } from '../people/people.ts'

type Fault = 'none' | 'live drop' | 'live double' | 'replay drop' | 'replay double'

const persons = 2
const lostAfterMs = 300
const newest = 6

let people: People
before(() => {
  people = startPeople()
})
after(() => people.stop())

function message(number: number, seq?: number) {
  const id = `019a9d5e-2c1b-7a40-8f00-${String(number).padStart(12, '0')}`
  return { event: 'new_message', data: { id, content: `number ${number}` }, seq }
}

const live: Record<Fault, number[]> = {
  none: [1, 2, 3],
  'live drop': [1, 3],
  'live double': [1, 2, 2, 3],
  'replay drop': [1, 2, 3],
  'replay double': [1, 2, 3],
}
const replayed: Record<Fault, number[]> = {
  none: [4, 5, 6],
  'live drop': [4, 5, 6],
  'live double': [4, 5, 6],
  'replay drop': [4, 6],
  'replay double': [3, 4, 5, 6],
}

/** Three messages come while they are there, three while they are away. */
async function startFaultyRoom(fault: Fault) {
  const server = new WebSocketServer({
    host: '127.0.0.1',
    port: 0,
    handleProtocols: () => 'chat.v1',
  })
  server.on('connection', (socket, { url }) => {
    const resumed = new URL(url ?? '', 'http://room').searchParams.has('since')
    const frames = [
      { event: 'welcome', data: { user_id: 'someone', epoch: 'epoch', resumed } },
      { event: 'users_online', data: { count: 1, users: [] } },
      ...(resumed ? replayed[fault].map((number) => message(number)) : []),
      { event: 'synced', data: {}, seq: resumed ? newest : 0 },
    ]
    socket.send(JSON.stringify(frames))
    if (!resumed)
      for (const number of live[fault]) socket.send(JSON.stringify(message(number, number)))
  })
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { url: `ws://127.0.0.1:${port}/ws/chat`, stop: () => server.close() }
}

async function verdictOn(fault: Fault) {
  const { url, stop } = await startFaultyRoom(fault)
  try {
    const doors = Array.from({ length: persons }, () => ({ url, subprotocols: ['chat.v1'] }))
    await people.ask('arrive', { doors, atOnce: persons })
    await people.ask('settle', { messages: 3, lostAfterMs })
    await people.ask('cut', {})
    const { resumed } = await people.ask('comeBack', {})
    assert.equal(resumed, persons)
    const { lost, doubled, holes } = await people.ask('settle', { messages: newest, lostAfterMs })
    return { lost, doubled, holes }
  } finally {
    await people.ask('leave', {})
    stop()
  }
}

test('a good room has no fault', async () => {
  assert.deepEqual(await verdictOn('none'), { lost: 0, doubled: 0, holes: 0 })
})

test('a live message that never comes is lost, and leaves a hole', async () => {
  assert.deepEqual(await verdictOn('live drop'), { lost: persons, doubled: 0, holes: persons })
})

test('a live message that comes twice is doubled', async () => {
  const { lost, doubled } = await verdictOn('live double')
  assert.deepEqual({ lost, doubled }, { lost: 0, doubled: persons })
})

test('a message that a replay leaves out is lost', async () => {
  assert.deepEqual(await verdictOn('replay drop'), { lost: persons, doubled: 0, holes: 0 })
})

test('a message that a replay tells again is doubled', async () => {
  assert.deepEqual(await verdictOn('replay double'), { lost: 0, doubled: persons, holes: 0 })
})
