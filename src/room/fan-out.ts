// Tells everyone, in one order, with as few sends as possible: a frame that finds the line idle
// goes out at once; what comes while the line rests goes out together. It never awaits.

import type { RoomFrame } from '../contract/frames.ts'
import { gapAfter } from '../domain/pace.ts'
import type { Seat, Seats } from './seats.ts'

type Pending = {
  json: string
  /** The user that the frame is about: their plain sockets do not get it. */
  about: string | null
}

export class FanOut {
  readonly #seats: Seats
  /** Lets newcomers in; runs when everything before them has been told. */
  readonly #admit: () => void
  #pending: Pending[] = []
  #restUntil = 0
  #timer: ReturnType<typeof setTimeout> | null = null

  constructor(seats: Seats, admit: () => void) {
    this.#seats = seats
    this.#admit = admit
  }

  /** Tells everyone: now if the line is idle, else with the next batch. */
  tell(frame: RoomFrame): void {
    this.#pending.push({ json: JSON.stringify(frame), about: null })
    this.#go()
  }

  /** The same, but the plain sockets of the person it is about are spared. */
  tellOfPerson(frame: RoomFrame, userId: string): void {
    this.#pending.push({ json: JSON.stringify(frame), about: userId })
    this.#go()
  }

  /** Newcomers wait: lets them in now if the line is idle, else with the next batch. */
  admitSoon(): void {
    this.#go()
  }

  #go(): void {
    const now = Date.now()
    if (now >= this.#restUntil) this.flush()
    else this.#timer ??= setTimeout(() => this.flush(), this.#restUntil - now)
  }

  /** Sends what is pending to those who are in, then lets the newcomers in. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    const batch = this.#pending
    this.#pending = []
    const { batching, plain } = this.#seats.kinds
    this.#restUntil = Date.now() + gapAfter({ batching, plain, frames: Math.max(1, batch.length) })
    if (batch.length > 0) this.#broadcast(batch)
    if (this.#seats.newcomers.size > 0) this.#admit()
  }

  #broadcast(batch: Pending[]): void {
    const together = encodeTogether(batch.map(({ json }) => json))
    for (const seat of this.#seats.all()) {
      if (seat.waiting) continue
      if (seat.batching) deliver(seat, together)
      else for (const { json, about } of batch) if (about !== seat.member.id) deliver(seat, json)
    }
  }
}

function encodeTogether(frames: string[]): string {
  return frames.length === 1 ? (frames[0] as string) : `[${frames.join(',')}]`
}

/** Sends frames to one socket only, outside of the line. */
export function reply(seat: Seat, ...frames: RoomFrame[]): void {
  const encoded = frames.map((frame) => JSON.stringify(frame))
  if (seat.batching) deliver(seat, encodeTogether(encoded))
  else for (const json of encoded) deliver(seat, json)
}

function deliver({ socket }: Seat, text: string): void {
  // A closing socket is still listed, and throws.
  if (socket.readyState === WebSocket.OPEN) socket.send(text)
}
