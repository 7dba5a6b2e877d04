// The load generator's WebSocket client reads every text whole, however the network splits it.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { type WebSocket, WebSocketServer } from 'ws'
import { TextSocket } from '../load-generator/text-socket.ts'

const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
after(() => {
  for (const client of server.clients) client.terminate()
  server.close()
})

/** A client, the server's end of it, and the texts that the client received before `end`. */
async function connect() {
  if (server.address() === null) await once(server, 'listening')
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const received: string[] = []
  const ended = Promise.withResolvers<string[]>()
  const closed = Promise.withResolvers<number>()
  const accepted = once(server, 'connection') as Promise<[WebSocket]>
  const address = { url, subprotocols: [], localAddress: '127.0.0.1' }
  const client = new TextSocket(address, {
    text(text) {
      if (String(text) === 'end') ended.resolve(received)
      else received.push(String(text))
    },
    closed: closed.resolve,
  })
  await client.opened
  const [peer] = await accepted
  return { client, peer, received: ended.promise, closed: closed.promise }
}

test('texts of every length arrive whole and in order, also at two sockets at the same time', async () => {
  const pairs = [await connect(), await connect()]
  const lengths = [0, 1, 125, 126, 65_535, 65_536, 2_000_000, 7, 700_000, 3]
  const texts = (offset: number) =>
    lengths.map((length, n) => String.fromCharCode(97 + n + offset).repeat(length))
  for (const n of lengths.keys())
    for (const [offset, { peer }] of pairs.entries()) peer.send(texts(offset)[n] ?? '')
  for (const { peer } of pairs) peer.send('end')
  for (const [offset, { received }] of pairs.entries())
    assert.deepEqual(await received, texts(offset))
})

test('short and long texts of the client arrive, and the code of a close comes back', async () => {
  const { client, peer, closed } = await connect()
  for (const text of ['äöü', 'x'.repeat(5_000)]) {
    client.send(text)
    assert.equal(String((await once(peer, 'message'))[0]), text)
  }
  peer.close(4_321)
  assert.equal(await closed, 4_321)
  assert.equal(client.isOpen, false)
})

test('a connection that is cut counts as 1006', async () => {
  const { peer, closed } = await connect()
  peer.terminate()
  assert.equal(await closed, 1006)
})
