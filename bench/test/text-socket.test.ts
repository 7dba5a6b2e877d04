// The generator's WebSocket client takes any text whole, however the network cuts it.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { type WebSocket, WebSocketServer } from 'ws'
import { TextSocket } from '../generator/text-socket.ts'

const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
after(() => {
  for (const client of server.clients) client.terminate()
  server.close()
})

/** A client and the server's end of it. What it heard until it heard `end`. */
async function meet() {
  await (server.address() === null ? once(server, 'listening') : null)
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const heard: string[] = []
  const ended = Promise.withResolvers<void>()
  const closed = Promise.withResolvers<number>()
  const accepted = once(server, 'connection') as Promise<[WebSocket]>
  const client = new TextSocket(url, [], {
    text(text) {
      if (String(text) === 'end') ended.resolve()
      else heard.push(String(text))
    },
    closed: closed.resolve,
  })
  await client.opened
  const [theirs] = await accepted
  return { client, theirs, heard, ended: ended.promise, closed: closed.promise }
}

test('texts of every length arrive whole and in order', async () => {
  const { theirs, heard, ended } = await meet()
  const lengths = [0, 1, 125, 126, 65_535, 65_536, 2_000_000, 7, 700_000, 3]
  const texts = lengths.map((length, n) => String.fromCharCode(97 + n).repeat(length))
  for (const text of texts) theirs.send(text)
  theirs.send('end')
  await ended
  assert.deepEqual(heard, texts)
})

test('two sockets that hear at once do not mix', async () => {
  const pairs = [await meet(), await meet()]
  for (let n = 0; n < 20; n++)
    for (const [place, { theirs }] of pairs.entries()) theirs.send(`${place}`.repeat(100_000 + n))
  for (const { theirs } of pairs) theirs.send('end')
  for (const [place, { heard, ended }] of pairs.entries()) {
    await ended
    const expected = Array.from({ length: 20 }, (_, n) => `${place}`.repeat(100_000 + n))
    assert.deepEqual(heard, expected)
  }
})

test('what the client says arrives, long or short, and the code of a close comes back', async () => {
  const { client, theirs, closed } = await meet()
  const said: string[] = []
  const all = new Promise<void>((resolve) =>
    theirs.on('message', (text) => {
      if (said.push(String(text)) === 2) resolve()
    }),
  )
  client.send('äöü')
  client.send('x'.repeat(5_000))
  await all
  assert.deepEqual(said, ['äöü', 'x'.repeat(5_000)])
  theirs.close(4_321)
  assert.equal(await closed, 4_321)
  assert.equal(client.isOpen, false)
})

test('a server that goes without a word counts as 1006', async () => {
  const { theirs, closed } = await meet()
  theirs.terminate()
  assert.equal(await closed, 1006)
})
