// Asks all clients to reconnect, as before a deploy. Each client chooses its own moment, and old
// connections that are still open at the deadline are closed. The deadline is in SQLite, because
// the room may hibernate before it.

import { reconnectMaxMs } from '../../contract/values.ts'
import type { Alarm } from '../clock/alarm.ts'
import { atMostNow, type Clock, dueWithin } from '../clock/clock.ts'
import type { ConnectionCloser } from '../connections/closer.ts'
import type { ConnectionRegistry } from '../connections/registry.ts'
import type { Meta } from '../log/meta.ts'
import { accepted } from '../sequencer/command.ts'
import type { Sequencer } from '../sequencer/sequencer.ts'

type Uses = {
  clock: Clock
  meta: Meta
  alarm: Pick<Alarm, 'set'>
  connections: ConnectionRegistry
  closer: ConnectionCloser
  sequencer: Sequencer
}

export class Drain {
  readonly #uses: Uses

  constructor(uses: Uses) {
    this.#uses = uses
    const { meta, clock } = uses
    if (this.#deadline === 0) return
    const now = clock.now()
    meta.set('sent_away_at', atMostNow(meta.number('sent_away_at'), now))
    this.#setDeadline(dueWithin(reconnectMaxMs, this.#deadline, now))
  }

  /** When the remaining connections are closed, in milliseconds; 0: no drain is running. */
  get #deadline(): number {
    return this.#uses.meta.number('close_stayed_at')
  }

  #setDeadline(at: number): void {
    const { meta, alarm } = this.#uses
    meta.set('close_stayed_at', at)
    alarm.set('end_drain', at || null)
  }

  /** A later call replaces an earlier one. */
  begin(withinMs: number): void {
    const { clock, meta, connections, sequencer } = this.#uses
    const now = clock.now()
    meta.set('sent_away_at', now)
    this.#setDeadline(now + withinMs)
    // Events that are pending at an admission are skipped for the joining connections, so those are
    // admitted first.
    if (connections.joining.size > 0) sequencer.broadcastNow()
    sequencer.now(() => ({
      ...accepted(null),
      events: [{ event: 'reconnect', data: { after_ms: withinMs } }],
    }))
  }

  /** To be called when the alarm fires. At the deadline it closes the remaining connections. */
  alarmFired(now: number): void {
    const { meta, connections, closer, sequencer } = this.#uses
    if (this.#deadline === 0 || this.#deadline > now) return
    // These connections get all events up to now before they are closed.
    sequencer.broadcastNow()
    const sentAwayAt = meta.number('sent_away_at')
    for (const connection of [...connections.all()])
      if (connection.connectedAt <= sentAwayAt) closer.close(connection, 1012)
    this.#setDeadline(0)
  }
}
