// Runs the room's background duties. A duty that fails affects neither the others nor the alarm: it
// is logged, and tried again after growing waits. Only an error of a broken storage is thrown.

import { backOff } from '../../domain/pacing.ts'
import { journalFault, traits } from '../../journal.ts'
import type { Clock } from '../clock/clock.ts'
import type { Meta } from '../log/meta.ts'

export type Duty =
  | 'close_stayed'
  | 'dismiss'
  | 'reconcile_presence'
  | 'sweep_readers'
  | 'end_expired_tokens'
  | 'prune_log'
  | 'forget_client_ids'
  | 'forget_revocations'
  | 'forget_limits'
  | 'renew_mirror'
  | 'flush'
  | 'mirror_sends'
  | 'mirror_presence'

export class Duties {
  readonly #meta: Meta
  readonly #clock: Clock
  /** For duties whose last run failed: failures in a row, and the next try in milliseconds. */
  readonly #failed = new Map<Duty, { times: number; retryAt: number }>()

  constructor(meta: Meta, clock: Clock) {
    this.#meta = meta
    this.#clock = clock
  }

  /** Whether the duty does not wait after a failure. */
  mayRun(duty: Duty, now: number): boolean {
    return (this.#failed.get(duty)?.retryAt ?? 0) <= now
  }

  /** When the duty runs next. @param due when it would run without failures; null: never */
  nextDue(duty: Duty, due: number | null): number | null {
    return due === null ? null : Math.max(due, this.#failed.get(duty)?.retryAt ?? 0)
  }

  run(duty: Duty, now: number, work: () => void): void {
    if (!this.mayRun(duty, now)) return
    try {
      work()
      this.#failed.delete(duty)
    } catch (error) {
      this.#recordFailure(duty, now, error)
    }
  }

  /** The same for work that waits for Postgres or Redis. */
  async runAsync(duty: Duty, work: () => Promise<void>): Promise<void> {
    try {
      await work()
      this.#failed.delete(duty)
    } catch (error) {
      const now = this.#clock.now()
      this.#recordFailure(duty, now, error)
      this.probeStorage(now)
    }
  }

  /**
   * Throws if the storage is broken. The error of a duty does not show whether the storage caused
   * it, but a write that has nothing to do with any duty does.
   */
  probeStorage(now: number): void {
    if (this.#failed.size > 0) this.#meta.set('duty_failed_at', now)
  }

  #recordFailure(duty: Duty, now: number, error: unknown): void {
    const times = (this.#failed.get(duty)?.times ?? 0) + 1
    const waitMs = backOff(times, Math.random())
    this.#failed.set(duty, { times, retryAt: now + waitMs })
    journalFault('duty_failed', { duty, times, wait_ms: waitMs, ...traits(error) })
  }
}
