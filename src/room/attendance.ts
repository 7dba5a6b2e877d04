// Who comes and who goes, and that everyone hears of it: of a person's first socket, and of the end
// of the last one when its grace is over.

import type { CloseCode } from '../contract/close-codes.ts'
import type { Member } from '../contract/entities.ts'
import type { Clock } from './clock.ts'
import type { FanOut } from './fan-out.ts'
import type { Outbox } from './outbox.ts'
import { grace, type Presence } from './presence.ts'
import type { Readers } from './readers.ts'
import type { Reflection } from './reflection.ts'
import { close, type Seat, type Seats } from './seats.ts'

type Uses = {
  clock: Clock
  seats: Seats
  presence: Presence
  readers: Readers
  fanOut: FanOut
  reflection: Reflection
  outbox: Outbox
  /** Runs when someone is about to go. */
  onLeaving: () => void
}

export class Attendance {
  readonly #uses: Uses

  constructor(uses: Uses) {
    this.#uses = uses
  }

  /** A socket of theirs opened. */
  arrive(member: Member): void {
    const { clock, presence, fanOut, reflection } = this.#uses
    if (!presence.arrive(member)) return
    const { id, username } = member
    fanOut.tellOfPerson({ event: 'user_joined', data: { user_id: id, username } }, id)
    reflection.expect(clock.now())
  }

  /** The platform says that a socket has ended. */
  gone(socket: WebSocket): void {
    const { seats, readers } = this.#uses
    readers.gone(socket)
    seats.existing.remove(socket)
    const seat = seats.of(socket)
    if (seat) this.#leave(seat, grace.afterClose)
  }

  /** We end a socket. */
  expel(seat: Seat, code: CloseCode): void {
    const { clock, readers } = this.#uses
    close(seat.socket, code)
    readers.closed(seat, clock.now())
    // Whoever is told to come again may take the time that a restart would give them.
    this.#leave(seat, code === 1012 ? grace.afterRestart : grace.afterClose)
  }

  /** They go at once, with all their sockets. */
  putOut(userId: string, now: number): void {
    const { seats, presence } = this.#uses
    for (const seat of [...seats.ofUser(userId)]) this.expel(seat, 4403)
    const member = presence.depart(userId, now)
    if (member) this.#farewell(member, now)
  }

  /** Lets those go whose grace is over. */
  dismiss(now: number): void {
    for (const member of this.#uses.presence.dismiss(now)) this.#farewell(member, now)
  }

  /** Holds who is here against the sockets that exist: closes are not always reported. */
  reconcile(now: number): void {
    const { seats, presence } = this.#uses
    for (const seat of seats.deserted()) this.#leave(seat, grace.afterClose)
    seats.recount()
    for (const { member } of seats.all()) this.arrive(member)
    presence.reconcile((userId) => seats.ofUser(userId).size > 0, now)
  }

  #leave(seat: Seat, graceMs: number): void {
    const { clock, seats, presence, onLeaving } = this.#uses
    if (!seats.leave(seat)) return
    presence.loseTouch(seat.member.id, clock.now(), graceMs)
    onLeaving()
  }

  #farewell({ id, username }: Member, now: number): void {
    const { fanOut, reflection, outbox } = this.#uses
    fanOut.tellOfPerson({ event: 'user_left', data: { user_id: id, username } }, id)
    reflection.expect(now)
    outbox.expect(now)
  }
}
