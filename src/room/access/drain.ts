// Asks all clients to reconnect, as before a deploy. Each client chooses its own moment, and old
// connections that are still open at the deadline are closed. The deadline is in SQLite, because
// the room may hibernate before it.

import type { CloseCode } from '../../contract/close-codes.ts'
import { reconnectMaxMs } from '../../contract/routes/admin.ts'
import type { Broadcaster } from '../broadcast/broadcaster.ts'
import { atMostNow, type Clock, dueWithin } from '../clock/clock.ts'
import type { Connection, ConnectionRegistry } from '../connections/registry.ts'
import type { Meta } from '../log/meta.ts'

type Uses = {
  clock: Clock
  meta: Meta
  connections: ConnectionRegistry
  broadcaster: Broadcaster
  /** Closes a connection from the room's side. */
  close: (connection: Connection, code: CloseCode) => void
}

export class Drain {
  readonly #uses: Uses

  constructor(uses: Uses) {
    this.#uses = uses
    const { meta, clock } = uses
    if (this.nextDue === null) return
    const now = clock.now()
    meta.set('sent_away_at', atMostNow(meta.number('sent_away_at'), now))
    meta.set('close_stayed_at', dueWithin(reconnectMaxMs, this.nextDue, now))
  }

  /** When the remaining connections are closed, in milliseconds; null: no drain is running. */
  get nextDue(): number | null {
    return this.#uses.meta.number('close_stayed_at') || null
  }

  /** A later call replaces an earlier one. */
  begin(withinMs: number): void {
    const { clock, meta, connections, broadcaster } = this.#uses
    const now = clock.now()
    meta.set('sent_away_at', now)
    meta.set('close_stayed_at', now + withinMs)
    // Events that are pending at an admission are skipped for the joining connections, so those are
    // admitted first.
    if (connections.joining.size > 0) broadcaster.broadcastPending()
    broadcaster.broadcast({ event: 'reconnect', data: { after_ms: withinMs } })
  }

  /** To be called when the alarm fires. At the deadline it closes the remaining connections. */
  alarmFired(now: number): void {
    const { meta, connections, broadcaster, close } = this.#uses
    const due = this.nextDue
    if (due === null || due > now) return
    // These connections get all events up to now before they are closed.
    broadcaster.broadcastPending()
    const sentAwayAt = meta.number('sent_away_at')
    for (const connection of [...connections.all()])
      if (connection.connectedAt <= sentAwayAt) close(connection, 1012)
    meta.set('close_stayed_at', 0)
  }
}
