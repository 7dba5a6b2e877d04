// Puts everyone through a reconnect, as before a deploy: all are told, come back at a moment of their
// own, and whoever stayed is closed when the time is up. Kept in SQLite: the room may sleep meanwhile.

import type { CloseCode } from '../contract/close-codes.ts'
import { reconnectMaxMs } from '../contract/routes/admin.ts'
import { type Clock, dueWithin, pastTime } from './clock.ts'
import type { FanOut } from './fan-out.ts'
import type { Meta } from './meta.ts'
import type { Seat, Seats } from './seats.ts'

type Uses = {
  clock: Clock
  meta: Meta
  seats: Seats
  fanOut: FanOut
  /** Ends a seat of ours. */
  expel: (seat: Seat, code: CloseCode) => void
}

export class Reconnection {
  readonly #uses: Uses

  constructor(uses: Uses) {
    this.#uses = uses
    const { meta, clock } = uses
    if (this.nextDue === null) return
    const now = clock.now()
    meta.set('sent_away_at', pastTime(meta.number('sent_away_at'), now))
    meta.set('close_stayed_at', dueWithin(reconnectMaxMs, this.nextDue, now))
  }

  /** When those are closed who stayed, in milliseconds; null: nobody was told to go. */
  get nextDue(): number | null {
    return this.#uses.meta.number('close_stayed_at') || null
  }

  /** A later call takes the place of an earlier one. */
  begin(withinMs: number): void {
    const { clock, meta, seats, fanOut } = this.#uses
    const now = clock.now()
    meta.set('sent_away_at', now)
    meta.set('close_stayed_at', now + withinMs)
    if (seats.newcomers.size > 0) fanOut.flush()
    fanOut.tell({ event: 'reconnect', data: { after_ms: withinMs } })
  }

  /** The alarm rang. */
  rang(now: number): void {
    const { meta, seats, fanOut, expel } = this.#uses
    const due = this.nextDue
    if (due === null || due > now) return
    // Whatever was told by now, they hear.
    fanOut.flush()
    const sentAwayAt = meta.number('sent_away_at')
    for (const seat of [...seats.all()]) if (seat.connectedAt <= sentAwayAt) expel(seat, 1012)
    meta.set('close_stayed_at', 0)
  }
}
