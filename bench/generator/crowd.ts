// Sockets of many people, who behave as the contract asks: they ping, and they read.

import { WebSocket } from 'ws'
import { canonicalPing, canonicalPong } from '../../src/contract/frames.ts'
import type { Door } from '../subject/subject.ts'
import { Ledger } from './ledger.ts'
import type { Dialect } from './orders.ts'
import { say } from './speech.ts'

const connectsAtOnce = 25
const heartbeatMs = 30_000
const pingAfterBytes = 256 * 1024
const quietMs = 1_000
const pong = Buffer.from(canonicalPong)

type Person = { socket: WebSocket; unproven: number; pinged: boolean }

export class Crowd {
  readonly ledger: Ledger
  readonly #dialect: Dialect
  readonly #people: Person[] = []
  #heardAt = 0
  #heartbeat: ReturnType<typeof setInterval> | undefined
  #leaving = false

  constructor(dialect: Dialect, sockets: number) {
    this.#dialect = dialect
    this.ledger = new Ledger(sockets, { ordersItself: dialect !== 'bare' })
  }

  /** Everyone is in, and the room has nothing more to say about it. */
  async enter(doors: Door[], sockets: number): Promise<void> {
    for (let first = 0; first < sockets; first += connectsAtOnce) {
      const places = Array.from({ length: Math.min(connectsAtOnce, sockets - first) })
      await Promise.all(
        places.map((_, n) => this.#join(first + n, doors[(first + n) % doors.length] as Door)),
      )
    }
    while (performance.now() - this.#heardAt < quietMs)
      await new Promise((resolve) => setTimeout(resolve, quietMs / 10))
    if (this.#dialect !== 'bare') this.#keepAlive()
  }

  /** Each message comes from the next person. */
  speak(due: number): void {
    const number = this.ledger.expect(due)
    const open = ({ socket }: Person) => socket.readyState === WebSocket.OPEN
    const next = this.#people[number % this.#people.length]
    const speaker = next && open(next) ? next : this.#people.find(open)
    speaker?.socket.send(say(this.#dialect, number))
  }

  async leave(): Promise<void> {
    this.#leaving = true
    clearInterval(this.#heartbeat)
    for (const { socket } of this.#people) socket.terminate()
  }

  async #join(place: number, { url, subprotocols }: Door): Promise<void> {
    const socket = new WebSocket(url, subprotocols, {
      perMessageDeflate: false,
      skipUTF8Validation: true,
    })
    const person: Person = { socket, unproven: 0, pinged: false }
    this.#people[place] = person
    socket.on('message', (data) => this.#hear(person, place, data as Buffer))
    socket.on('close', (code) => {
      if (!this.#leaving) this.ledger.close(place, code)
    })
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve)
      socket.once('error', reject)
    })
    socket.on('error', () => {})
  }

  #hear(person: Person, place: number, data: Buffer): void {
    const now = performance.now()
    this.#heardAt = now
    if (data.length === pong.length && data.equals(pong)) {
      person.pinged = false
      return
    }
    person.unproven += data.length
    if (person.unproven >= pingAfterBytes && !person.pinged && this.#dialect === 'chat.v1')
      this.#ping(person)
    this.ledger.take(place, data, now)
  }

  #ping(person: Person): void {
    person.pinged = true
    person.unproven = 0
    if (person.socket.readyState === WebSocket.OPEN) person.socket.send(canonicalPing)
  }

  /** One after the other, so that the pings don't come as a wave. */
  #keepAlive(): void {
    let next = 0
    this.#heartbeat = setInterval(() => {
      const person = this.#people[next++ % this.#people.length]
      if (person) this.#ping(person)
    }, heartbeatMs / this.#people.length)
  }
}
