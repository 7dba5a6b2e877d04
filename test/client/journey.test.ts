// A client and a room on a line that delays, breaks and loses, by scripts that fast-check invents:
// at the end both agree, and nothing was lost, doubled or told out of order.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Frame, Message } from '../../src/client/wire.ts'
import { ada, roster, Scene, type ScriptedSocket, settle } from './scene.ts'

/** Serves the sockets of a scene as the room does. What it says arrives when it is delivered. */
class Service {
  /** Texts of the client, as they were accepted. */
  readonly accepted: string[] = []
  readonly #scene: Scene
  #socket: ScriptedSocket | null = null
  #onTheWay: Frame[][] = []
  #read = 0

  constructor(scene: Scene) {
    this.#scene = scene
  }

  broadcast(frame: Frame): void {
    if (this.#socket) this.#onTheWay.push([frame])
  }

  /** Hears what the client has sent. */
  hear(mood: 'willing' | 'refusing'): void {
    const { room } = this.#scene
    const sends = this.#socket?.said('send_message') ?? []
    for (const { content, client_id = '' } of sends.slice(this.#read)) {
      const earlier = room.messages.find((message) => message.client_id === client_id)
      const error = { code: 'rate_limited' as const, message: 'Slow.', retry_after_ms: 700 }
      if (earlier) this.broadcast({ event: 'new_message', data: earlier })
      else if (mood === 'refusing')
        this.broadcast({ event: 'error', data: { ...error, client_id } })
      else {
        this.accepted.push(content)
        this.broadcast(room.say(content, ada, client_id))
      }
    }
    this.#read = sends.length
  }

  deliver(count: number): void {
    for (const frames of this.#onTheWay.splice(0, count)) this.#socket?.tell(...frames)
  }

  /** What is on its way either way is lost. */
  drop(): void {
    this.#socket?.drop()
    this.#socket = null
    this.#onTheWay = []
  }

  /** Lets in who waits at the door. */
  admit(memory: 'good' | 'bad'): void {
    const { room, sockets } = this.#scene
    const socket = sockets.at(-1)
    if (!socket || socket.closed || socket === this.#socket) return
    this.#socket = socket
    this.#read = 0
    const from = socket.address.searchParams
    const resumed = memory === 'good' && from.get('epoch') === room.epoch
    const replay = resumed ? room.replay(Number(from.get('since'))) : []
    socket.open()
    const { synced } = this.#scene
    this.#onTheWay = [[this.#scene.welcome({ resumed }), roster(ada), ...replay, synced]]
  }
}

const moves = [
  'send', 'hear', 'refuse', 'others', 'edit', 'remove', 'deliver', 'drop', 'wait', 'admit', 'forget',
  'history',
] as const // biome-ignore format: a list of words
type Move = { move: (typeof moves)[number]; pick: number }

async function travel(script: Move[]) {
  const scene = new Scene({ pageSize: 3 })
  const { client, room } = scene
  const service = new Service(scene)
  for (let n = 0; n < 8; n++) room.say(`before ${n}`)
  const told: string[] = []
  client.on('message', ({ id }) => told.push(id))
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
    if (move === 'hear') service.hear('willing')
    if (move === 'refuse') service.hear('refusing')
    if (move === 'others') service.broadcast(room.say(`other ${room.seq}`))
    if (move === 'edit' && target) service.broadcast(room.edit(target, `edit ${room.seq}`))
    if (move === 'remove' && target) service.broadcast(room.remove(target))
    if (move === 'deliver') service.deliver(pick % 5)
    if (move === 'drop') service.drop()
    if (move === 'wait') await scene.clock.pass(pick * 200)
    if (move === 'admit') service.admit(pick % 4 ? 'good' : 'bad')
    if (move === 'forget') room.epoch = `after ${room.seq}`
    if (move === 'history') client.history()
    await settle()
  }

  let rounds = 0
  const isSettled = () =>
    client.state.status === 'online' && client.state.messages.every(({ state }) => state === 'sent')
  while (!isSettled() && rounds++ < 100) {
    service.admit('good')
    service.deliver(100)
    await settle()
    service.hear('willing')
    service.deliver(100)
    await scene.clock.pass(1_000)
  }
  service.deliver(100)
  await settle()
  while (await client.history());
  return { scene, service, told, sends, isSettled }
}

const scripts = fc.array(fc.record({ move: fc.constantFrom(...moves), pick: fc.nat(40) }), {
  minLength: 10,
  maxLength: 80,
})

test('whatever the line does, both sides agree in the end', async () => {
  await fc.assert(
    fc.asyncProperty(scripts, async (script) => {
      const { scene, service, told, sends, isSettled } = await travel(script)
      const { client, room } = scene
      expect(isSettled()).toBe(true)

      const texts = sends.map(({ text }) => text)
      expect(service.accepted).toEqual(texts)
      const answers = await Promise.all(sends.map(({ accepted }) => accepted))
      expect(answers.map(({ client_id }) => client_id)).toEqual(
        room.messages.flatMap((message) => message.client_id ?? []),
      )

      const alive = room.messages.filter(({ is_deleted }) => !is_deleted)
      expect(scene.texts).toEqual(alive.map(({ content }) => content))
      expect(new Set(client.state.messages.map(({ key }) => key)).size).toBe(alive.length)

      expect(told).toEqual(told.toSorted())
      const news = alive.filter(({ content }) => /^(mine|other)/.test(content)).map(({ id }) => id)
      expect(told).toEqual(expect.arrayContaining(news))
      expect(new Set(told).size).toBe(told.length)
    }),
    { numRuns: 200 },
  )
})
