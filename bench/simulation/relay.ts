// An object that takes the room's frames in and passes them on as the room does: at once if its line
// is idle, else together, to a part of its sockets at a time. It keeps what it passed on, so that
// whoever comes back resumes from it.

import { gapAfter } from '../../src/domain/pacing.ts'
import type { Clock } from './clock.ts'

/** CPU of one send, as measured; so the last one told hears this much later for each before. */
const sendMs = 0.03
/** As in the room. */
const partMax = 500

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
  /** Up to where each part was told, and the part whose turn it is. */
  readonly #toldTo: number[] = []
  #next = 0
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
    this.#go()
  }

  #go(): void {
    const { clock } = this.#uses
    if (this.#isTimed || this.#isDead) return
    if (clock.now() >= this.#restUntil) {
      this.#tellPart()
      return
    }
    this.#isTimed = true
    clock.after(this.#restUntil - clock.now(), () => {
      this.#isTimed = false
      this.#tellPart()
    })
  }

  #tellPart(): void {
    if (this.#isDead) return
    const sockets = this.#places.size + this.#others
    const parts = Math.ceil(sockets / partMax)
    const turns = Array.from({ length: parts }, (_, n) => (this.#next + n) % parts)
    const isBehind = (part: number) => (this.#toldTo[part] ?? 0) < this.#head
    const part = turns.find(isBehind)
    if (part === undefined) return

    const frames = this.#head - (this.#toldTo[part] ?? 0)
    const size = sockets / parts
    const gap = gapAfter(frames > 1 ? size : 0)
    this.#restUntil = this.#uses.clock.now() + gap
    this.#toldTo[part] = this.#head
    this.#next = part + 1
    this.sends += this.#others / parts
    for (const place of this.#places) {
      const turn = place.turn * parts - part
      if (turn >= 0 && turn < 1) this.#tell(place, turn * size * sendMs)
    }
    if (turns.some(isBehind)) this.#go()
  }

  #tell(place: Place, waitMs: number): void {
    const { toldSeq: from, listener, latencyMs } = place
    const to = this.#head
    if (to === from) return
    place.toldSeq = to
    this.sends++
    // Each waits as long every time: no send overtakes another.
    this.#uses.clock.after(waitMs + latencyMs, () => {
      if (!this.#isDead && this.#places.has(place)) listener.hear(from, to)
    })
  }
}
