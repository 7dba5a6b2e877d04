// Compares every delivery with the one order that all receivers must share, which is the order of
// the first arrivals. Counts what is lost, doubled or out of order, and measures latency.

import { countIn, type Faults, noFaults } from './commands.ts'
import type { Batch } from './frame-reader.ts'
import { Histogram } from './histogram.ts'

/** More than a receiver can get. */
const closed = 2 ** 31 - 1

export class DeliveryChecker {
  latency = new Histogram()
  deliveries = 0
  webSocketMessages = 0
  lastArrival = 0
  faults: Faults = noFaults()
  readonly #isOrdered: boolean
  /** The due time of each message, by its number. NaN: its latency is not measured. */
  readonly #dues: number[] = []
  /** Numbers of the messages in the order of their first arrival, and each one's place in it. */
  readonly #order: number[] = []
  readonly #places: number[] = []
  /** The next place of each receiver, and the places that it has skipped so far. */
  readonly #next: number[] = []
  readonly #skipped = new Map<number, Set<number>>()
  #refused = 0
  #lastId = ''
  #isOpen = false
  #isMeasured: (receiver: number) => boolean = () => true

  /** @param isOrdered the ids of messages must rise */
  constructor(isOrdered: boolean) {
    this.#isOrdered = isOrdered
  }

  /** Gives the number of the next receiver. Earlier messages are not expected at it. */
  addReceiver(): number {
    return this.#next.push(this.#order.length) - 1
  }

  /** Begins a report. Deliveries before the first report belong to an earlier crowd. */
  begin(isMeasured: (receiver: number) => boolean = () => true): void {
    this.#isOpen = true
    this.#isMeasured = isMeasured
    this.latency = new Histogram()
    this.deliveries = 0
    this.webSocketMessages = 0
    this.lastArrival = 0
  }

  /** Gives the number of the next message. */
  expect(due: number): number {
    this.#isOpen = true
    return this.#dues.push(due) - 1
  }

  takeFaults(): Faults {
    const { faults } = this
    this.faults = noFaults()
    return faults
  }

  /** Every receiver has every message. */
  get isSettled(): boolean {
    const expected = this.#expected()
    return this.#skipped.size === 0 && this.#next.every((next) => next >= expected)
  }

  take(receiver: number, batch: Batch, now: number): void {
    if (!this.#isOpen || batch.messages.length === 0) return
    const from = this.#next[receiver] as number
    const { placed } = batch
    let dues: number[]
    if (placed?.from === from) {
      dues = placed.dues
      this.#next[receiver] = from + dues.length
    } else dues = this.#place(receiver, batch)
    if (this.#isMeasured(receiver))
      for (const due of dues) if (!Number.isNaN(due)) this.latency.add(now - due)
    this.deliveries += dues.length
    this.webSocketMessages++
    this.lastArrival = now
  }

  refuse(code: string): void {
    countIn(this.faults.refused, code)
    this.#refused++
  }

  /** Nothing more is expected at this receiver. */
  close(receiver: number): void {
    this.#next[receiver] = closed
    this.#skipped.delete(receiver)
  }

  /** Counts what has not arrived as lost, and no longer expects it. */
  giveUp(): void {
    const expected = this.#expected()
    for (const skipped of this.#skipped.values()) this.faults.lost += skipped.size
    this.#skipped.clear()
    for (const [receiver, next] of this.#next.entries()) {
      this.faults.lost += Math.max(0, expected - next)
      this.#next[receiver] = Math.max(expected, next)
    }
  }

  #place(receiver: number, batch: Batch): number[] {
    const from = this.#next[receiver] as number
    let isContiguous = true
    const dues = batch.messages.map(({ number, id }, n) => {
      if (this.#places[number] === undefined) this.#append(number, id)
      const place = this.#places[number] as number
      isContiguous &&= place === from + n
      this.#advance(receiver, place)
      return this.#dues[number] ?? Number.NaN
    })
    if (isContiguous) batch.placed = { from, dues }
    return dues
  }

  /** No receiver had this message before. */
  #append(number: number, id: string): void {
    const isUnknown = this.#dues[number] === undefined
    if (isUnknown || (this.#isOrdered && id <= this.#lastId)) this.faults.disordered++
    this.#places[number] = this.#order.push(number) - 1
    this.#lastId = id
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
    // It arrived after its successor.
    this.faults.disordered++
    if (skipped.size === 0) this.#skipped.delete(receiver)
  }

  #skip(receiver: number, place: number): void {
    const skipped = this.#skipped.get(receiver)
    if (skipped) skipped.add(place)
    else this.#skipped.set(receiver, new Set([place]))
  }

  #expected(): number {
    return this.#dues.length - this.#refused
  }
}
