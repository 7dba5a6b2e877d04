// Tells everyone, in one order, with as few sends as possible: a frame that finds the line idle
// goes out at once; what comes while the line rests goes out together. Work that will tell everyone
// can wait for its turn as well: then all of it costs the log one commit. It never awaits.

import { Buffer } from 'node:buffer'
import type { RoomFrame } from '../contract/frames.ts'
import { gapAfter, gapAfterReplays } from '../domain/pace.ts'
import { journalFault, traits } from '../journal.ts'
import type { Seat, Seats } from './seats.ts'

type Pending = {
  json: string
  /** The user that the frame is about: their plain sockets do not get it. */
  about: string | null
}

/** More than this does not wait, so that frames which nobody has judged yet stay within 13 MiB. */
const waitingMax = 200

type Uses = {
  /** Runs before anyone is told, or let in. */
  before: () => void
  /** Lets in as many of these as may be told at once; runs when all before has been told. */
  admit: (newcomers: Iterable<Seat>) => number
  /** Runs after a broadcast of so many bytes to each socket. */
  sent: (bytes: number) => void
  /** Runs after so many bytes were told to newcomers, in all. */
  told: (bytes: number) => void
}

export class FanOut {
  readonly #seats: Seats
  readonly #uses: Uses
  #pending: Pending[] = []
  #waiting: (() => void)[] = []
  #isWorking = false
  #restUntil = 0
  #timer: ReturnType<typeof setTimeout> | null = null

  constructor(seats: Seats, uses: Uses) {
    this.#seats = seats
    this.#uses = uses
  }

  /** Tells everyone: now if the line is idle, else with the next batch. */
  tell(frame: RoomFrame): void {
    this.#queue(frame, null)
  }

  /** The same, but the plain sockets of the person it is about are spared. */
  tellOfPerson(frame: RoomFrame, userId: string): void {
    this.#queue(frame, userId)
  }

  /** Runs work that tells everyone: now if the line is idle, else just before the next batch. */
  inTurn(work: () => void): void {
    this.#waiting.push(work)
    if (this.#waiting.length >= waitingMax) this.catchUp()
    this.#go()
  }

  /** Runs what waits for its turn, so that what is done now comes after it. */
  catchUp(): void {
    const works = this.#waiting
    this.#waiting = []
    this.#isWorking = true
    try {
      for (const work of works) work()
    } finally {
      this.#isWorking = false
    }
  }

  /** Lets waiting newcomers in: now if the line is idle, else with the next batch. */
  admitSoon(): void {
    if (this.#seats.newcomers.size > 0) this.#go()
  }

  #queue(frame: RoomFrame, about: string | null): void {
    this.#pending.push({ json: JSON.stringify(frame), about })
    this.#go()
  }

  #go(): void {
    if (this.#isWorking) return
    const now = Date.now()
    if (now >= this.#restUntil) this.flush()
    else this.#timer ??= setTimeout(() => this.flush(), this.#restUntil - now)
  }

  /** Lets this newcomer in, before any other, when those who are in know what is pending. */
  admitNow(newcomer: Seat): void {
    this.#uses.before()
    this.#tellPending()
    this.#uses.told(this.#uses.admit([newcomer]))
  }

  /** Sends what is pending to those who are in, then lets the newcomers in. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.catchUp()
    this.#uses.before()
    const { newcomers, count, batching } = this.#seats
    const frames = this.#pending.length
    const sockets = frames > 0 ? count : newcomers.size
    if (sockets === 0) {
      // Nothing is to be told, or nobody is here.
      this.#pending = []
      return
    }
    const together = Math.max(frames, newcomers.size) > 1 ? Math.min(sockets, batching) : 0
    const gap = gapAfter(sockets, together)
    this.#tellPending()
    const told = newcomers.size > 0 ? this.#uses.admit(newcomers) : 0
    this.#uses.told(told)
    const rest = Math.max(gap, gapAfterReplays(told))
    this.#restUntil = Date.now() + rest
    if (newcomers.size > 0) this.#timer = setTimeout(() => this.flush(), rest)
  }

  #tellPending(): void {
    const batch = this.#pending
    this.#pending = []
    if (batch.length > 0) this.#broadcast(batch)
  }

  #broadcast(batch: Pending[]): void {
    const together = encodeTogether(batch.map(({ json }) => json))
    const bytes = Buffer.byteLength(together)
    for (const seat of this.#seats.all()) {
      if (seat.waiting) continue
      seat.sentBytes += bytes
      if (seat.batching) deliver(seat, together)
      else for (const { json, about } of batch) if (about !== seat.member.id) deliver(seat, json)
    }
    this.#uses.sent(bytes)
  }
}

/** Sends encoded frames to one socket only, outside of the line. Gives their bytes, as `reply` does. */
export function replyEncoded(seat: Seat, frames: string[]): number {
  const together = encodeTogether(frames)
  const bytes = Buffer.byteLength(together)
  seat.sentBytes += bytes
  if (seat.batching) deliver(seat, together)
  else for (const json of frames) deliver(seat, json)
  return bytes
}

export function reply(seat: Seat, frame: RoomFrame): number {
  return replyEncoded(seat, [JSON.stringify(frame)])
}

function encodeTogether(frames: string[]): string {
  return frames.length === 1 ? frames.join() : `[${frames.join(',')}]`
}

function deliver({ socket }: Seat, text: string): void {
  try {
    socket.send(text)
  } catch (error) {
    // One socket must not cost the others theirs. A closing one is still listed, and throws; asking
    // each before costs a tenth of a send. Of others the sweep finds it.
    if (socket.readyState === WebSocket.OPEN) journalFault('send_failed', traits(error))
  }
}
