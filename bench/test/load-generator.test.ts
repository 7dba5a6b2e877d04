// The load generator finds each fault of a server that has one, live or in a replay, and none where
// there is none.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { type WebSocket, WebSocketServer } from 'ws'
import { textOf } from '../load-generator/message-text.ts'
import { type LoadGenerator, startLoadGenerator } from '../load-generator/start.ts'

const lostAfterMs = 300

let generator: LoadGenerator
before(() => {
  generator = startLoadGenerator()
})
after(() => generator.stop())

async function listen(onConnection: (socket: WebSocket, resumes: boolean) => void) {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  server.on('connection', (socket, { url }) => onConnection(socket, /since=/.test(url ?? '')))
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `ws://127.0.0.1:${port}/`,
    stop() {
      for (const client of server.clients) client.terminate()
      server.close()
    },
  }
}

const sockets = 5
const messages = 40

type Fault = 'none' | 'drop' | 'double' | 'swap' | 'close'

/** A server that passes texts on, and treats one receiver badly once. */
async function reportOn(fault: Fault, victim: number) {
  const receivers: WebSocket[] = []
  let count = 0
  let heldBack: Buffer | null = null
  const { url, stop } = await listen((socket) => {
    receivers.push(socket)
    socket.on('message', (text: Buffer) => {
      const isFaulty = count++ === messages / 2
      for (const [n, receiver] of receivers.entries()) {
        const send = (data: Buffer) => receiver.send(data, { binary: false })
        const own = n === victim && isFaulty ? fault : 'none'
        if (own === 'close') receiver.close(4000)
        if (own === 'swap') heldBack = text
        if (own === 'none' || own === 'double') send(text)
        if (own === 'double') send(text)
        if (own === 'none' && n === victim && heldBack) {
          send(heldBack)
          heldBack = null
        }
      }
    })
  })
  try {
    const endpoints = [{ url, subprotocols: [] }]
    await generator.call('connect', { dialect: 'bare', endpoints, sockets })
    await generator.call('startLoad', { rate: messages })
    return await generator.call('finishLoad', { messages, lostAfterMs })
  } finally {
    await generator.call('disconnect')
    stop()
  }
}

const faultless = { lost: 0, doubled: 0, disordered: 0, refused: {}, closed: {} }

test('a good server has no fault, and every delivery is counted', async () => {
  const { sent, deliveries, faults } = await reportOn('none', 0)
  assert.deepEqual({ sent, deliveries }, { sent: messages, deliveries: messages * sockets })
  assert.deepEqual(faults, faultless)
})

for (const victim of [0, sockets - 1])
  test(`each fault at receiver ${victim} is found`, async () => {
    assert.deepEqual((await reportOn('drop', victim)).faults, { ...faultless, lost: 1 })
    assert.deepEqual((await reportOn('double', victim)).faults, { ...faultless, doubled: 1 })
    assert.ok((await reportOn('swap', victim)).faults.disordered > 0)
    assert.deepEqual((await reportOn('close', victim)).faults.closed, { 4000: 1 })
  })

/** A room that by default sends messages 0 to 2 live and 3 to 5 in a replay. */
async function faultsOfRoom({ live = [0, 1, 2], replay = [3, 4, 5] }) {
  const message = (number: number, seq?: number) => {
    const id = `019a9d5e-2c1b-7a40-8f00-${String(number).padStart(12, '0')}`
    return { event: 'new_message', data: { id, content: textOf(number, 20) }, seq }
  }
  const liveReceived = Promise.withResolvers<void>()
  const { url, stop } = await listen((socket, resumed) => {
    const frames = [
      { event: 'welcome', data: { user_id: 'someone', epoch: 'epoch', resumed } },
      { event: 'users_online', data: { count: 1, users: [] } },
      ...(resumed ? replay.map((number) => message(number)) : []),
      { event: 'synced', data: {}, seq: resumed ? 6 : 0 },
    ]
    socket.send(JSON.stringify(frames))
    let count = 0
    socket.on('message', (text) => {
      if (!String(text).includes('send_message') || ++count < 6) return
      for (const number of live) socket.send(JSON.stringify(message(number, number + 1)))
      socket.once('pong', () => liveReceived.resolve())
      socket.ping()
    })
  })
  try {
    const endpoints = [{ url, subprotocols: [] }]
    await generator.call('connect', { dialect: 'plain', endpoints, group: 'all' })
    await generator.call('startLoad', { rate: 100 })
    const load = generator.call('finishLoad', { messages: 6, lostAfterMs })
    await liveReceived.promise
    await generator.call('cut', 'all')
    const { resumed } = await generator.call('reconnect', 'all')
    assert.equal(resumed, 1)
    return (await load).faults
  } finally {
    await generator.call('disconnect')
    stop()
  }
}

test('a good room has no fault', async () => {
  assert.deepEqual(await faultsOfRoom({}), faultless)
})

test('a live message that is missing is lost, and leaves a gap in seq', async () => {
  const faults = await faultsOfRoom({ live: [0, 2] })
  assert.deepEqual(faults, { ...faultless, lost: 1, disordered: 1 })
})

test('a live message that is repeated is doubled', async () => {
  assert.equal((await faultsOfRoom({ live: [0, 1, 1, 2] })).doubled, 1)
})

test('a message that a replay leaves out is lost', async () => {
  assert.deepEqual(await faultsOfRoom({ replay: [3, 5] }), { ...faultless, lost: 1 })
})

test('a message that a replay repeats is doubled', async () => {
  assert.deepEqual(await faultsOfRoom({ replay: [2, 3, 4, 5] }), { ...faultless, doubled: 1 })
})
