// Sockets of many people, who behave as the contract asks: they ping, and they read.

import type { Door } from '../subject/subject.ts'
import { Ledger } from './ledger.ts'
import type { Dialect } from './orders.ts'
import { type Speech, speeches } from './speech.ts'
import { TextSocket } from './text-socket.ts'

const connectsAtOnce = 25
const heartbeatMs = 30_000
const pingAfterBytes = 256 * 1024
const quietMs = 1_000

type Person = { socket: TextSocket; unproven: number; pinged: boolean }

export class Crowd {
  readonly ledger: Ledger
  readonly #speech: Speech
  readonly #people: Person[] = []
  #heardAt = 0
  #isIn = false
  #heartbeat: ReturnType<typeof setInterval> | undefined

  constructor(dialect: Dialect, sockets: number) {
    this.#speech = speeches[dialect]
    this.ledger = new Ledger(this.#speech, sockets)
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
    this.#isIn = true
    if (this.#speech.ping !== null) this.#keepAlive()
  }

  /** Each message comes from the next person. */
  speak(due: number): void {
    const number = this.ledger.expect(due)
    const next = this.#people[number % this.#people.length]
    const speaker = next?.socket.isOpen ? next : this.#people.find(({ socket }) => socket.isOpen)
    speaker?.socket.send(this.#speech.say(number))
  }

  async leave(): Promise<void> {
    clearInterval(this.#heartbeat)
    for (const { socket } of this.#people) socket.terminate()
  }

  async #join(place: number, { url, subprotocols }: Door): Promise<void> {
    const socket = new TextSocket(url, subprotocols, {
      text: (text) => this.#hear(person, place, text),
      closed: (code) => this.ledger.close(place, code),
    })
    const person: Person = { socket, unproven: 0, pinged: false }
    this.#people[place] = person
    await socket.opened
    if (this.#speech.greeting !== null) socket.send(this.#speech.greeting)
  }

  #hear(person: Person, place: number, text: Buffer): void {
    const now = performance.now()
    const { ping, pong, asked, answer } = this.#speech
    this.#heardAt = now
    if (text.length === asked.length && text.equals(asked)) {
      person.socket.send(answer)
      return
    }
    if (text.length === pong.length && text.equals(pong)) {
      person.pinged = false
      return
    }
    person.unproven += text.length
    if (person.unproven >= pingAfterBytes && !person.pinged && ping !== null) this.#ping(person)
    // Before that it is the end of what an earlier crowd said.
    if (this.#isIn) this.ledger.take(place, text, now)
  }

  #ping(person: Person): void {
    const { ping } = this.#speech
    person.pinged = true
    person.unproven = 0
    if (ping !== null && person.socket.isOpen) person.socket.send(ping)
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
