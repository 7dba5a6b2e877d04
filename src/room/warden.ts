// Ends sessions, puts people out and erases them: their sockets close at once, and no token of
// theirs is taken again. What they said until then was said. Keeps accounts out that do harm.

import type { Remains } from '../contract/routes/accounts.ts'
import { erasureFrame } from '../domain/message.ts'
import { journal } from '../journal.ts'
import type { Attendance } from './attendance.ts'
import type { Clock } from './clock.ts'
import type { Departures } from './departures.ts'
import type { FanOut } from './fan-out.ts'
import type { Log } from './log.ts'
import type { Outbox } from './outbox.ts'
import { OversizedFrames } from './oversized.ts'
import type { Retries } from './retries.ts'
import type { Revocations } from './revocations.ts'
import type { Seat, Seats } from './seats.ts'

type Uses = {
  clock: Clock
  storage: DurableObjectStorage
  revocations: Revocations
  seats: Seats
  attendance: Attendance
  log: Log
  retries: Retries
  departures: Departures
  outbox: Outbox
  fanOut: FanOut
  /** Runs after each write to the log. */
  onWrite: () => void
}

export class Warden {
  readonly #uses: Uses
  readonly #oversized = new OversizedFrames()

  constructor(uses: Uses) {
    this.#uses = uses
  }

  /** Those of whom no other socket is left get the grace of any close. */
  revoke(sessionIds: readonly string[]): void {
    const { revocations, seats, attendance, fanOut } = this.#uses
    fanOut.catchUp()
    revocations.revoke(sessionIds)
    const ended = new Set<string | null>(sessionIds)
    for (const seat of [...seats.all()]) if (ended.has(seat.sessionId)) attendance.expel(seat, 4401)
  }

  bar(userId: string): void {
    const { clock, revocations, attendance, fanOut } = this.#uses
    fanOut.catchUp()
    revocations.bar(userId)
    attendance.putOut(userId, clock.now())
  }

  /** A frame over the limit ends its connection; too many bytes in such frames, their account's. */
  refuseOversized(seat: Seat, size: number): void {
    const { clock, revocations, seats, attendance } = this.#uses
    const { id } = seat.member
    attendance.expel(seat, 1009)
    if (!this.#oversized.count(id, size, clock.now())) return
    journal('turned_away', { user_id: id, why: 'frames over the limit' })
    revocations.turnAway([id])
    for (const other of [...seats.ofUser(id)]) attendance.expel(other, 4429)
  }

  /** Clients that know nothing of erasures hear that the person left. */
  erase(userId: string, remains: Remains): void {
    const { clock, storage, log, retries, departures, outbox, fanOut, onWrite } = this.#uses
    this.bar(userId)
    const erasure = storage.transactionSync(() => {
      retries.forget(userId)
      departures.forget(userId)
      return log.erase(userId, remains, clock.wall())
    })
    if (!erasure) return
    outbox.noteRewrite()
    onWrite()
    fanOut.tell({ ...erasureFrame(userId, erasure.remains), seq: erasure.seq })
  }
}
