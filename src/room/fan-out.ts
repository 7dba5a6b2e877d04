// Tells everyone, in one order, with as few sends as possible: a frame that finds the line idle
// goes out at once; what comes while the line rests goes out together. A large crowd is told a part
// at a time, with a rest after each, so that what comes meanwhile is read, and joins the frames for
// those whose turn is still to come. Work that will tell everyone can wait for the rest's end as
// well: then all of it costs the log one commit. It never awaits.

import { Buffer } from 'node:buffer'
import type { RoomFrame } from '../contract/frames.ts'
import { gapAfter, gapAfterReplays } from '../domain/pace.ts'
import type { Clock } from './clock.ts'
import type { Seat, Seats } from './seats.ts'
import { type Batch, batchOf, type Encoded, tellBatch } from './sends.ts'

type Pending = Encoded & { event: RoomFrame['event']; bytes: number }

/** How many sockets were told; how many of them got several frames in one send. */
type Told = { sockets: number; together: number }

/** Each socket is visited once, and then knows the line at least up to the frame `to`. */
type Round = { seats: Iterator<Seat>; to: number }

/** More than this does not wait, so that frames which nobody has judged yet stay within 13 MiB. */
const waitingMax = 200
/** How many sockets are told at a time: some 20 ms of sends. */
const partMax = 500
/** How many sends may go into telling plain sockets of everyone who comes or goes, one by one. */
const passageSendsMax = 1_000

type Uses = {
  /** Runs before anyone is told, or let in. */
  before: () => void
  /** Lets in as many of these as may be told at once, and gives the bytes that they were told. */
  admit: (newcomers: Iterable<Seat>) => number
  /** Runs when so many bytes have been sent to each socket. */
  sent: (bytes: number) => void
  /** Runs after so many bytes were told to newcomers, in all. */
  told: (bytes: number) => void
  /** Who is here now, as a frame. */
  roster: () => string
}

export class FanOut {
  readonly #seats: Seats
  readonly #clock: Clock
  readonly #uses: Uses
  /** What someone is still to be told; the first one is the frame number `#first` of this start. */
  #frames: Pending[] = []
  #first = 0
  /** Of batches that are longer to plain sockets, what they are longer by; since a round ended. */
  #moreBytes = 0
  #round: Round | null = null
  #waiting: (() => void)[] = []
  #isWorking = false
  #restUntil = 0
  #timer: ReturnType<typeof setTimeout> | null = null

  constructor(seats: Seats, clock: Clock, uses: Uses) {
    this.#seats = seats
    this.#clock = clock
    this.#uses = uses
  }

  /** Tells everyone: now if the line is idle, else when it has rested. */
  tell(frame: RoomFrame): void {
    this.#queue(frame, null)
  }

  /** The same, but the plain sockets of the person it is about are spared. */
  tellOfPerson(frame: RoomFrame, userId: string): void {
    this.#queue(frame, userId)
  }

  /** Runs work that tells everyone: now if the line is idle, else when it has rested. */
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

  /** Lets waiting newcomers in: now if the line is idle, else when it has rested. */
  admitSoon(): void {
    if (this.#seats.newcomers.size > 0) this.#go()
  }

  /** Lets this newcomer in, before any other. */
  admitNow(newcomer: Seat): void {
    this.#uses.before()
    this.#admit([newcomer])
  }

  /** Tells everyone everything now, then lets the newcomers in. */
  flush(): void {
    this.#tellNext(Number.POSITIVE_INFINITY)
  }

  #queue(frame: RoomFrame, about: string | null): void {
    const json = JSON.stringify(frame)
    this.#frames.push({ json, bytes: Buffer.byteLength(json), about, event: frame.event })
    this.#go()
  }

  #go(): void {
    if (this.#isWorking) return
    const now = this.#clock.now()
    if (now >= this.#restUntil) this.#tellNext(partMax)
    else this.#timer ??= setTimeout(() => this.#tellNext(partMax), this.#restUntil - now)
  }

  /** Tells the next so many, lets newcomers in, and rests. */
  #tellNext(socketsMax: number): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.catchUp()
    this.#uses.before()
    const { newcomers } = this.#seats
    const { sockets, together } = this.#broadcast(socketsMax)
    const waiting = newcomers.size
    const bytes = waiting > 0 ? this.#admit(newcomers) : 0
    const admitted = waiting - newcomers.size
    if (sockets + admitted > 0) {
      const gap = gapAfter(together + admitted)
      this.#restUntil = this.#clock.now() + Math.max(gap, gapAfterReplays(bytes))
    }
    if (this.#frames.length > 0 || newcomers.size > 0) this.#go()
  }

  /** They know all that is in the line: they are told how things are now. */
  #admit(newcomers: Iterable<Seat>): number {
    for (const seat of newcomers) seat.toldTo = this.#end
    const bytes = this.#uses.admit(newcomers)
    this.#uses.told(bytes)
    return bytes
  }

  /** Tells so many sockets, those first whose turn it is, what they do not know yet. */
  #broadcast(socketsMax: number): Told {
    const end = this.#end
    const batches = new Map<number, Batch>()
    const told = { sockets: 0, together: 0 }
    while (told.sockets < socketsMax && this.#frames.length > 0) {
      this.#round ??= { seats: this.#seats.all()[Symbol.iterator](), to: end }
      const { value: seat, done } = this.#round.seats.next()
      if (done) {
        this.#endRound(this.#round)
        continue
      }
      if (seat.waiting || seat.toldTo === end) continue
      const batch = batches.get(seat.toldTo) ?? this.#batchAfter(seat.toldTo)
      batches.set(seat.toldTo, batch)
      tellBatch(seat, batch)
      const sends = seat.batching ? 1 : batch.plain.length
      if (sends < end - seat.toldTo) told.together++
      seat.toldTo = end
      told.sockets++
    }
    return told
  }

  #batchAfter(toldTo: number): Batch {
    const frames = this.#frames.slice(toldTo - this.#first)
    const batch = batchOf(frames, this.#forPlain(frames))
    this.#moreBytes += Math.max(0, batch.plainBytes - batch.bytes)
    return batch
  }

  /** Of a crowd plain sockets hear who is here now: each one of it would cost N² sends. */
  #forPlain(frames: Pending[]): Encoded[] {
    const others = frames.filter(({ event }) => event !== 'user_joined' && event !== 'user_left')
    const passages = frames.length - others.length
    if (passages < 2 || passages * this.#seats.plainCount <= passageSendsMax) return frames
    return [{ json: this.#uses.roster(), about: null }, ...others]
  }

  /** Whom the round found knows all up to its frame, and so does who came since. */
  #endRound({ to }: Round): void {
    this.#round = null
    const known = this.#frames.splice(0, to - this.#first)
    this.#first = to
    const bytes = known.reduce((sum, { bytes }) => sum + bytes, this.#moreBytes)
    this.#moreBytes = 0
    this.#uses.sent(bytes)
  }

  /** The number that the next frame will have. */
  get #end(): number {
    return this.#first + this.#frames.length
  }
}
