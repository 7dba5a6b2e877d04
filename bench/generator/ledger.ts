// Holds every delivery against the one order that all receivers must share. The first receiver to
// get a WebSocket message has it parsed; the others must get the same bytes, or are parsed, too.

import { Histogram } from './histogram.ts'
import type { Faults } from './orders.ts'
import { numberIn } from './speech.ts'

type Told = { raw: Buffer; dues: number[] }

type Frame = {
  event: string
  seq?: number
  data: { id: string; content: string; code?: string }
}

/** More than anyone can receive. */
const gone = 2 ** 31 - 1

export class Ledger {
  latency = new Histogram()
  deliveries = 0
  webSocketMessages = 0
  lastArrival = 0
  faults: Faults = noFaults()
  /** When each message was due, by its number. */
  readonly #dues: number[] = []
  /** Numbers of the messages in the order of their arrival, and each message's place in it. */
  readonly #order: number[] = []
  readonly #places: number[] = []
  readonly #received: Int32Array
  readonly #ordersItself: boolean
  #told = new Map<number, Told>()
  #refused = 0
  #lastId = ''
  #lastSeq: number | null = null

  /** @param ordersItself the subject gives ids and `seq`, which must rise */
  constructor(receivers: number, { ordersItself }: { ordersItself: boolean }) {
    this.#received = new Int32Array(receivers)
    this.#ordersItself = ordersItself
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

  get sent(): number {
    return this.#dues.length
  }

  /** Gives the number of the next message. */
  expect(due: number): number {
    return this.#dues.push(due) - 1
  }

  /** Everyone has everything. */
  get settled(): boolean {
    const expected = this.#expected()
    return this.#received.every((received) => received >= expected)
  }

  take(receiver: number, raw: Buffer, now: number): void {
    const from = this.#received[receiver] as number
    const told = this.#told.get(from)
    const dues = told?.raw.equals(raw) ? told.dues : this.#read(from, raw)
    if (dues.length === 0) return
    if (!told) this.#told.set(from, { raw, dues })
    for (const due of dues) this.latency.add(now - due)
    this.#received[receiver] = from + dues.length
    this.deliveries += dues.length
    this.webSocketMessages++
    this.lastArrival = now
  }

  /** A socket was closed by the subject: nothing more is expected of it. */
  close(receiver: number, code: number): void {
    this.#received[receiver] = gone
    this.faults.closed[code] = (this.faults.closed[code] ?? 0) + 1
  }

  /** What has not come will not come: counts it, and forgets that it was expected. */
  giveUp(): void {
    const expected = this.#expected()
    for (const received of this.#received) this.faults.lost += Math.max(0, expected - received)
  }

  #read(from: number, raw: Buffer): number[] {
    const parsed: Frame | Frame[] = JSON.parse(raw.toString())
    const dues: number[] = []
    for (const { event, data, seq } of Array.isArray(parsed) ? parsed : [parsed]) {
      if (event === 'error') this.#refuse(data.code ?? 'none')
      if (event !== 'new_message') continue
      const number = numberIn(data.content)
      const place = from + dues.length
      if (place === this.#order.length) this.#lengthen(number, data.id, seq)
      else if (this.#order[place] !== number) this.faults.disordered++
      dues.push(this.#dues[number] ?? Number.NaN)
    }
    return dues
  }

  #lengthen(number: number, id: string, seq: number | undefined): void {
    if (this.#places[number] !== undefined) this.faults.doubled++
    const unknown = this.#dues[number] === undefined
    const hole = this.#lastSeq !== null && seq !== this.#lastSeq + 1
    if (unknown || (this.#ordersItself && (id <= this.#lastId || hole))) this.faults.disordered++
    this.#places[number] = this.#order.push(number) - 1
    this.#lastId = id
    this.#lastSeq = seq ?? null
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
