// Ends sessions, puts people out and erases them: their sockets close at once, and no token of
// theirs is taken again. What they said until then was said.

import type { Remains } from '../contract/routes/accounts.ts'
import { erasureFrame } from '../domain/message.ts'
import type { Attendance } from './attendance.ts'
import type { Clock } from './clock.ts'
import type { Departures } from './departures.ts'
import type { FanOut } from './fan-out.ts'
import type { Log } from './log.ts'
import type { Outbox } from './outbox.ts'
import type { Retries } from './retries.ts'
import type { Revocations } from './revocations.ts'
import type { Seats } from './seats.ts'

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
