// Puts everyone through a reconnect, as before a deploy: all are told, come back at a moment of their
// own, and whoever stayed is closed when the time is up. Kept in SQLite: the room may sleep meanwhile.

import type { CloseCode } from '../../contract/close-codes.ts'
import { reconnectMaxMs } from '../../contract/routes/admin.ts'
import type { Broadcaster } from '../broadcast/broadcaster.ts'
import { type Clock, dueWithin, pastTime } from '../clock/clock.ts'
import type { Connection, ConnectionRegistry } from '../connections/registry.ts'
import type { Meta } from '../log/meta.ts'

type Uses = {
  clock: Clock
  meta: Meta
  connections: ConnectionRegistry
  broadcaster: Broadcaster
  /** Ends a seat of ours. */
  close: (connection: Connection, code: CloseCode) => void
}

export class Drain {
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
    const { clock, meta, connections, broadcaster } = this.#uses
    const now = clock.now()
    meta.set('sent_away_at', now)
    meta.set('close_stayed_at', now + withinMs)
    if (connections.joining.size > 0) broadcaster.flush()
    broadcaster.tell({ event: 'reconnect', data: { after_ms: withinMs } })
  }

  /** The alarm rang. */
  rang(now: number): void {
    const { meta, connections, broadcaster, close } = this.#uses
    const due = this.nextDue
    if (due === null || due > now) return
    // Whatever was told by now, they hear.
    broadcaster.flush()
    const sentAwayAt = meta.number('sent_away_at')
    for (const connection of [...connections.all()])
      if (connection.connectedAt <= sentAwayAt) close(connection, 1012)
    meta.set('close_stayed_at', 0)
  }
}
