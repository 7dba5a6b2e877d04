// The people of one process: they come, talk, are cut off and come back, and what they hear is
// counted.

import { performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { Histogram } from '../generator/histogram.ts'
import type { Door } from '../subject/subject.ts'
import { createHearing } from './hearing.ts'
import type { Arrival, Compression, Knowledge, Verdict } from './orders.ts'
import { Person } from './person.ts'
import { Speech } from './speech.ts'

const heartbeatMs = 30_000
const lookMs = 5
/** What has not come when nothing came for so long does not come. */
const usuallyLostAfterMs = 10_000
/** One local address has 28,000 ports. */
const personsAnAddress = 5_000

export class Crowd {
  readonly people: Person[] = []
  readonly #read = createHearing()
  #closed: Record<string, number> = {}
  #arrivedAt = 0
  #receivedAt = 0
  #sends = 0
  #bytes = 0
  #wireBytesBefore = 0
  readonly speech = new Speech(this.people)
  readonly #heartbeat: ReturnType<typeof setInterval>
  #nextPing = 0

  constructor() {
    this.#heartbeat = setInterval(() => this.#pingSome(), 1_000)
  }

  add(doors: Door[], compression: Compression = 'not offered'): Person[] {
    const added = doors.map((door, n) => {
      const from = `127.0.0.${1 + Math.floor((this.people.length + n) / personsAnAddress)}`
      return new Person(door, from, compression, {
        read: this.#read,
        heard: (messages) => this.speech.heard(messages),
        received: (bytes) => this.#receive(bytes),
        refused: (code) => this.speech.refuse(code),
        closed: (code) => countIn(this.#closed, code),
      })
    })
    this.people.push(...added)
    return added
  }

  async connect(people: Person[], atOnce: number): Promise<Arrival> {
    const synced = new Histogram()
    const refused: Record<string, number> = {}
    const loop = performance.eventLoopUtilization()
    this.#sends = 0
    this.#bytes = 0
    this.#arrivedAt = performance.now()
    const waiting = people.values()
    const connectInTurn = async () => {
      for (const person of waiting) {
        const outcome = await person.connect()
        if (outcome === 'synced') synced.add(performance.now() - this.#arrivedAt)
        else countIn(refused, outcome)
      }
    }
    await Promise.all(Array.from({ length: atOnce }, connectInTurn))
    const { utilization: busy } = performance.eventLoopUtilization(loop)
    const turnedAway = Object.values(refused).reduce((sum, count) => sum + count, 0)
    return {
      arrived: people.length - turnedAway,
      refused,
      resumed: people.filter(({ resumed }) => resumed).length,
      compressed: people.filter(({ isCompressed }) => isCompressed).length,
      syncedMs: synced.buckets(),
      sends: this.#sends,
      bytes: this.#bytes,
      busy,
    }
  }

  talk(rate: number, contentBytes: number): void {
    this.#wireBytesBefore = this.#wireBytes
    this.speech.begin(rate, contentBytes)
  }

  async learn(online: number): Promise<Knowledge> {
    const ignorant = () => this.people.filter((person) => person.online !== online).length
    await this.#until(() => ignorant() === 0)
    const seconds = ignorant() === 0 ? (performance.now() - this.#arrivedAt) / 1000 : null
    return { seconds, sends: this.#sends, bytes: this.#bytes, ignorant: ignorant() }
  }

  async settle(messages: number, lostAfterMs?: number): Promise<Verdict> {
    const missing = () => this.people.map((person) => Math.max(0, messages - person.messages))
    await this.#until(() => missing().every((count) => count === 0), lostAfterMs)
    const sum = (of: (person: Person) => number) => this.people.reduce((n, one) => n + of(one), 0)
    const surplus = sum((person) => Math.max(0, person.messages - messages))
    return {
      lost: missing().reduce((n, count) => n + count, 0),
      doubled: surplus + sum(({ doubled }) => doubled),
      holes: sum(({ holes }) => holes),
      closed: this.#closed,
      wireBytes: this.#wireBytes - this.#wireBytesBefore,
      talk: this.speech.report,
    }
  }

  leave(): void {
    clearInterval(this.#heartbeat)
    for (const person of this.people) person.cut()
  }

  get #wireBytes(): number {
    return this.people.reduce((bytes, person) => bytes + person.wireBytes, 0)
  }

  #receive(bytes: number): void {
    this.#receivedAt = performance.now()
    this.#sends++
    this.#bytes += bytes
  }

  async #until(isDone: () => boolean, lostAfterMs = usuallyLostAfterMs): Promise<void> {
    const from = performance.now()
    while (!isDone() && performance.now() - Math.max(from, this.#receivedAt) < lostAfterMs)
      await delay(lookMs)
  }

  /** Spread over the time, so that the pings don't come as a wave. */
  #pingSome(): void {
    const share = Math.ceil((this.people.length * 1_000) / heartbeatMs)
    for (let n = 0; n < share; n++) this.people[this.#nextPing++ % this.people.length]?.ping()
  }
}

export function countIn(counts: Record<string, number>, what: string | number): void {
  counts[what] = (counts[what] ?? 0) + 1
}
