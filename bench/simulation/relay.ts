// An object that takes the room's frames in and passes them on as the room does: at once if its line
// is idle, else together. It keeps what it passed on, so that whoever comes back resumes from it.

import { gapAfter } from '../../src/domain/pace.ts'
import type { Clock } from './clock.ts'

/** CPU of one send, as measured; so the last one told hears this much later for each before. */
const sendMs = 0.03

export type Uses = { clock: Clock; chance: () => number }

/** Whoever is told: another relay, or a client. */
export type Listener = {
  /** One send: the events up to this `seq`, from the one after `from`. */
  hear(from: number, to: number): void
}

type Place = {
  listener: Listener
  /** One way to it. */
  latencyMs: number
  /** Where among all sockets of its relay it is told, from 0 to 1. */
  turn: number
  /** What was sent to it. */
  toldSeq: number
}

export class Relay implements Listener {
  readonly #uses: Uses
  /** Sockets that are simulated by their number alone. */
  readonly #others: number
  readonly #places = new Set<Place>()
  readonly #waiting: { since: number; enter: () => void }[] = []
  #head = 0
  #flushedHead = 0
  #restUntil = 0
  #isTimed = false
  #isDead = false
  sends = 0
  received = 0

  constructor(uses: Uses, others: number) {
    this.#uses = uses
    this.#others = others
  }

  get head(): number {
    return this.#head
  }

  get isDead(): boolean {
    return this.#isDead
  }

  /** What was on its way is lost with it. */
  die(): void {
    this.#isDead = true
    this.#places.clear()
  }

  /** Tells all after `since`, then all that is new. Whoever knows more waits until it is here. */
  admit(listener: Listener, since: number, latencyMs: number): void {
    const enter = () => {
      const place = { listener, latencyMs, turn: this.#uses.chance(), toldSeq: since }
      this.#places.add(place)
      this.#tell(place, 0)
    }
    if (since <= this.#head) enter()
    else this.#waiting.push({ since, enter })
  }

  hear(from: number, to: number): void {
    if (this.#isDead || to <= this.#head) return
    if (from > this.#head) throw new Error('A relay was told with a hole')
    this.#head = to
    this.received++
    for (const one of this.#waiting.splice(0))
      if (one.since <= to) one.enter()
      else this.#waiting.push(one)
    const { clock } = this.#uses
    if (this.#isTimed) return
    if (clock.now() >= this.#restUntil) {
      this.#flush()
      return
    }
    this.#isTimed = true
    clock.after(this.#restUntil - clock.now(), () => {
      this.#isTimed = false
      this.#flush()
    })
  }

  #flush(): void {
    if (this.#isDead) return
    const sockets = this.#places.size + this.#others
    const together = this.#head - this.#flushedHead > 1 ? sockets : 0
    this.#restUntil = this.#uses.clock.now() + gapAfter({ sockets, together })
    this.#flushedHead = this.#head
    this.sends += this.#others
    for (const place of this.#places) this.#tell(place, place.turn * sockets * sendMs)
  }

  #tell(place: Place, waitMs: number): void {
    const { toldSeq: from, listener, latencyMs } = place
    const to = this.#head
    if (to === from) return
    place.toldSeq = to
    this.sends++
    // The rest after a flush is longer than the last one waits: no send overtakes another.
    this.#uses.clock.after(waitMs + latencyMs, () => {
      if (!this.#isDead && this.#places.has(place)) listener.hear(from, to)
    })
  }
}
