// Holds every delivery against the one order that all receivers must share. The first receiver to
// get a WebSocket message has it parsed; the others must get the same bytes, or are parsed, too.

import { Histogram } from './histogram.ts'
import type { Faults } from './orders.ts'
import { type Frame, numberIn, type Speech } from './speech.ts'

type Told = { raw: Buffer; dues: number[] }

/** More than anyone can receive. */
const gone = 2 ** 31 - 1

export class Ledger {
  latency = new Histogram()
  deliveries = 0
  webSocketMessages = 0
  lastArrival = 0
  faults: Faults = noFaults()
  readonly #speech: Speech
  /** When each message was due, by its number. */
  readonly #dues: number[] = []
  /** Numbers of the messages in the order of their first arrival, and each one's place in it. */
  readonly #order: number[] = []
  readonly #places: number[] = []
  /** The next place of each receiver, and the places that it has skipped so far. */
  readonly #next: Int32Array
  readonly #skipped = new Map<number, Set<number>>()
  #told = new Map<number, Told>()
  #refused = 0
  #lastId = ''
  #lastSeq: number | null = null

  constructor(speech: Speech, receivers: number) {
    this.#speech = speech
    this.#next = new Int32Array(receivers)
  }

  /** Begins a report; what was told before it is settled. */
  begin(): void {
    this.latency = new Histogram()
    this.deliveries = 0
    this.webSocketMessages = 0
    this.lastArrival = 0
    this.faults = noFaults()
    this.#told = new Map()
  }

  /** Gives the number of the next message. */
  expect(due: number): number {
    return this.#dues.push(due) - 1
  }

  /** Everyone has everything. */
  get settled(): boolean {
    const expected = this.#expected()
    return this.#skipped.size === 0 && this.#next.every((next) => next >= expected)
  }

  /** @param raw is read before this returns, and not kept */
  take(receiver: number, raw: Buffer, now: number): void {
    const from = this.#next[receiver] as number
    const told = this.#told.get(from)
    const dues = told?.raw.equals(raw) ? this.#pass(receiver, told.dues) : this.#read(receiver, raw)
    if (dues.length === 0) return
    for (const due of dues) this.latency.add(now - due)
    this.deliveries += dues.length
    this.webSocketMessages++
    this.lastArrival = now
  }

  /** A socket was closed by the subject: nothing more is expected of it. */
  close(receiver: number, code: number): void {
    this.#next[receiver] = gone
    this.#skipped.delete(receiver)
    this.faults.closed[code] = (this.faults.closed[code] ?? 0) + 1
  }

  /** What has not come will not come: counts it, and forgets that it was expected. */
  giveUp(): void {
    const expected = this.#expected()
    for (const skipped of this.#skipped.values()) this.faults.lost += skipped.size
    this.#skipped.clear()
    for (const [receiver, next] of this.#next.entries()) {
      this.faults.lost += Math.max(0, expected - next)
      this.#next[receiver] = Math.max(expected, next)
    }
  }

  #pass(receiver: number, dues: number[]): number[] {
    this.#next[receiver] = (this.#next[receiver] as number) + dues.length
    return dues
  }

  #read(receiver: number, raw: Buffer): number[] {
    const from = this.#next[receiver] as number
    const dues: number[] = []
    let isInLine = true
    for (const frame of this.#speech.read(raw.toString())) {
      if (frame.event === 'error') this.#refuse(frame.data.code ?? 'none')
      if (frame.event !== 'new_message') continue
      const number = numberIn(frame.data.content)
      if (this.#places[number] === undefined) this.#lengthen(number, frame)
      const place = this.#places[number] as number
      isInLine &&= place === from + dues.length
      this.#advance(receiver, place)
      dues.push(this.#dues[number] ?? Number.NaN)
    }
    if (isInLine && dues.length > 0) this.#told.set(from, { raw: Buffer.from(raw), dues })
    return dues
  }

  /** Nobody has had this message yet. */
  #lengthen(number: number, { data: { id }, seq }: Frame): void {
    const isUnknown = this.#dues[number] === undefined
    const isHole = this.#lastSeq !== null && seq !== this.#lastSeq + 1
    if (isUnknown || (this.#speech.isOrdered && (id <= this.#lastId || isHole)))
      this.faults.disordered++
    this.#places[number] = this.#order.push(number) - 1
    this.#lastId = id
    this.#lastSeq = seq ?? null
  }

  #advance(receiver: number, place: number): void {
    const next = this.#next[receiver] as number
    if (place >= next) {
      for (let missing = next; missing < place; missing++) this.#skip(receiver, missing)
      this.#next[receiver] = place + 1
      return
    }
    const skipped = this.#skipped.get(receiver)
    if (!skipped?.delete(place)) {
      this.faults.doubled++
      return
    }
    // It came after all, behind what follows it at the others.
    this.faults.disordered++
    if (skipped.size === 0) this.#skipped.delete(receiver)
  }

  #skip(receiver: number, place: number): void {
    const skipped = this.#skipped.get(receiver)
    if (skipped) skipped.add(place)
    else this.#skipped.set(receiver, new Set([place]))
  }

  #refuse(code: string): void {
    this.faults.refused[code] = (this.faults.refused[code] ?? 0) + 1
    this.#refused++
  }

  #expected(): number {
    return this.#dues.length - this.#refused
  }
}

function noFaults(): Faults {
  return { lost: 0, doubled: 0, disordered: 0, refused: {}, closed: {} }
}
