// Deletes purged messages in Postgres, in small steps. A purge is done when Postgres has every row from
// before it and shows none of its messages. How far it has come is stored with the purge.

import type { Alarm } from '../clock/alarm.ts'
import type { Clock } from '../clock/clock.ts'
import type { Purges } from '../log/purges/purges.ts'
import type { ModerationArchive } from '../ports.ts'
import type { Outbox } from './outbox.ts'

/** While a run waits for Postgres, it is due again after this, in case it is lost with its isolate. */
const guardMs = 15_000
/** The time between two looks whether the flush has written what was sent before a purge. */
const waitForFlushMs = 2_000

type Uses = {
  purges: Purges
  outbox: Outbox
  archive: Pick<ModerationArchive, 'purge'>
  clock: Clock
  alarm: Pick<Alarm, 'set'>
}

export class PurgeWriter {
  readonly #uses: Uses
  #isRunning = false
  #dueAt: number | null = null

  constructor(uses: Uses) {
    this.#uses = uses
    if (uses.purges.nextUndone()) this.#setDue(uses.clock.now())
  }

  /** Must be called when a purge was recorded: rows of the log were rewritten without own events. */
  begin(): void {
    const { purges, outbox, clock } = this.#uses
    outbox.noteRewrite()
    this.#setDue(purges.nextUndone() ? clock.now() : null)
  }

  /** Must be called when the alarm fires. @returns whether it is time to run */
  alarmFired(now: number): boolean {
    if (this.#isRunning) this.#setDue(now + guardMs)
    return !this.#isRunning && this.#dueAt !== null && this.#dueAt <= now
  }

  /** Deletes what the purges cover. An error of Postgres is thrown, and the next run goes on from there. */
  async run(): Promise<void> {
    const { purges, outbox, archive, clock } = this.#uses
    this.#isRunning = true
    this.#setDue(clock.now() + guardMs)
    try {
      for (let purge = purges.nextUndone(); purge; purge = purges.nextUndone()) {
        // A flush may still bring a message of the range.
        if (outbox.flushedSeq < purge.seq) break
        while (await archive.purge(purge));
        purges.markDone(purge, clock.now())
      }
    } finally {
      this.#isRunning = false
      const soonest = clock.now() + waitForFlushMs
      // While Postgres is away, the flush waits longer and longer, and so does this.
      const dueAt = Math.max(soonest, outbox.nextDue ?? soonest)
      this.#setDue(purges.nextUndone() ? dueAt : null)
    }
  }

  #setDue(at: number | null): void {
    this.#dueAt = at
    this.#uses.alarm.set('purge_archive', at)
  }
}
