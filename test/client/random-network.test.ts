// Random scripts on a network that delays, breaks and loses: at the end the client and the room agree,
// and no message was lost, doubled or emitted out of order.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Frame, Message } from '../../src/client/contract.ts'
import { ada, type FakeSocket, Harness, roster, settle } from './harness.ts'

/** A service whose frames are queued until the script delivers or loses them. */
class UnreliableService {
  /** The accepted texts of the client, in order. */
  readonly accepted: string[] = []
  readonly #harness: Harness
  #socket: FakeSocket | null = null
  #queued: Frame[][] = []
  #read = 0

  constructor(harness: Harness) {
    this.#harness = harness
  }

  broadcast(frame: Frame): void {
    if (this.#socket) this.#queued.push([frame])
  }

  /** Processes the frames that the client has sent. */
  processSent(reaction: 'accept' | 'refuse'): void {
    const { room } = this.#harness
    const sends = this.#socket?.sentData('send_message') ?? []
    for (const { content, client_id = '' } of sends.slice(this.#read)) {
      const earlier = room.messages.find((message) => message.client_id === client_id)
      const error = { code: 'rate_limited' as const, message: 'Slow.', retry_after_ms: 700 }
      if (earlier) this.broadcast({ event: 'new_message', data: earlier })
      else if (reaction === 'refuse')
        this.broadcast({ event: 'error', data: { ...error, client_id } })
      else {
        this.accepted.push(content)
        this.broadcast(room.post(content, ada, client_id))
      }
    }
    this.#read = sends.length
  }

  deliverQueued(count: number): void {
    for (const frames of this.#queued.splice(0, count)) this.#socket?.deliver(...frames)
  }

  /** Closes the socket, and loses all frames on their way in both directions. */
  drop(): void {
    this.#socket?.drop()
    this.#socket = null
    this.#queued = []
  }

  /** Admits a socket that waits. */
  admit(resume: 'possible' | 'impossible'): void {
    const { room, sockets } = this.#harness
    const socket = sockets.at(-1)
    if (!socket || socket.closed || socket === this.#socket) return
    this.#socket = socket
    this.#read = 0
    const from = socket.address.searchParams
    const resumed = resume === 'possible' && from.get('epoch') === room.epoch
    const replay = resumed ? room.replay(Number(from.get('since'))) : []
    socket.open()
    const { synced } = this.#harness
    this.#queued = [[this.#harness.welcome({ resumed }), roster(ada), ...replay, synced]]
  }
}

const moves = [
  'send', 'accept', 'refuse', 'others', 'edit', 'remove', 'deliver', 'drop', 'wait', 'admit', 'forget',
  'history',
] as const // biome-ignore format: a list of words
type Move = { move: (typeof moves)[number]; pick: number }

async function runScript(script: Move[]) {
  const harness = new Harness({ pageSize: 3 })
  const { client, room } = harness
  const service = new UnreliableService(harness)
  for (let n = 0; n < 8; n++) room.post(`before ${n}`)
  const emitted: string[] = []
  client.on('message', ({ id }) => emitted.push(id))
  const sends: { text: string; accepted: Promise<Message> }[] = []

  client.connect()
  await settle()
  for (const { move, pick } of script) {
    const alive = room.messages.filter(({ is_deleted }) => !is_deleted)
    const target = alive[pick % alive.length]
    if (move === 'send') {
      const text = `mine ${sends.length}`
      sends.push({ text, accepted: client.send(text) })
    }
    if (move === 'accept') service.processSent('accept')
    if (move === 'refuse') service.processSent('refuse')
    if (move === 'others') service.broadcast(room.post(`other ${room.seq}`))
    if (move === 'edit' && target) service.broadcast(room.edit(target, `edit ${room.seq}`))
    if (move === 'remove' && target) service.broadcast(room.remove(target))
    if (move === 'deliver') service.deliverQueued(pick % 5)
    if (move === 'drop') service.drop()
    if (move === 'wait') await harness.clock.advance(pick * 200)
    if (move === 'admit') service.admit(pick % 4 ? 'possible' : 'impossible')
    if (move === 'forget') room.epoch = `after ${room.seq}`
    if (move === 'history') client.history()
    await settle()
  }

  let rounds = 0
  const isSettled = () =>
    client.state.status === 'online' && client.state.messages.every(({ state }) => state === 'sent')
  while (!isSettled() && rounds++ < 100) {
    service.admit('possible')
    service.deliverQueued(100)
    await settle()
    service.processSent('accept')
    service.deliverQueued(100)
    await harness.clock.advance(1_000)
  }
  service.deliverQueued(100)
  await settle()
  while (await client.history());
  return { harness, service, emitted, sends, isSettled }
}

const scripts = fc.array(fc.record({ move: fc.constantFrom(...moves), pick: fc.nat(40) }), {
  minLength: 10,
  maxLength: 80,
})

test('after any script, the client and the room agree', async () => {
  await fc.assert(
    fc.asyncProperty(scripts, async (script) => {
      const { harness, service, emitted, sends, isSettled } = await runScript(script)
      const { client, room } = harness
      expect(isSettled()).toBe(true)

      const texts = sends.map(({ text }) => text)
      expect(service.accepted).toEqual(texts)
      const answers = await Promise.all(sends.map(({ accepted }) => accepted))
      expect(answers.map(({ client_id }) => client_id)).toEqual(
        room.messages.flatMap((message) => message.client_id ?? []),
      )

      const alive = room.messages.filter(({ is_deleted }) => !is_deleted)
      expect(harness.texts).toEqual(alive.map(({ content }) => content))
      expect(new Set(client.state.messages.map(({ key }) => key)).size).toBe(alive.length)

      expect(emitted).toEqual(emitted.toSorted())
      const news = alive.filter(({ content }) => /^(mine|other)/.test(content)).map(({ id }) => id)
      expect(emitted).toEqual(expect.arrayContaining(news))
      expect(new Set(emitted).size).toBe(emitted.length)
    }),
    { numRuns: 200 },
  )
})
