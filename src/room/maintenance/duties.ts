// Runs what the room does unasked. One that fails costs neither the others nor the alarm: it is
// logged, and tried again after a wait that grows. Only a storage that is broken is thrown.

import { backOff } from '../../domain/pace.ts'
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
  /** Of those that failed last: how often in a row, and when the next try is, in milliseconds. */
  readonly #failed = new Map<Duty, { times: number; retryAt: number }>()

  constructor(meta: Meta, clock: Clock) {
    this.#meta = meta
    this.#clock = clock
  }

  /** Not while it waits after a failure. */
  mayRun(duty: Duty, now: number): boolean {
    return (this.#failed.get(duty)?.retryAt ?? 0) <= now
  }

  /** When it is to be run next. @param due when it would be without failures; null: never */
  nextDue(duty: Duty, due: number | null): number | null {
    return due === null ? null : Math.max(due, this.#failed.get(duty)?.retryAt ?? 0)
  }

  run(duty: Duty, now: number, work: () => void): void {
    if (!this.mayRun(duty, now)) return
    try {
      work()
      this.#failed.delete(duty)
    } catch (error) {
      this.#note(duty, now, error)
    }
  }

  /** Of work that waits for Postgres or Redis. */
  async runAsync(duty: Duty, work: () => Promise<void>): Promise<void> {
    try {
      await work()
      this.#failed.delete(duty)
    } catch (error) {
      const now = this.#clock.now()
      this.#note(duty, now, error)
      this.demandStorage(now)
    }
  }

  /**
   * Throws if the storage is broken. An error does not tell whether it is the duty's own or the
   * storage's: a write that has nothing to do with any duty does.
   */
  demandStorage(now: number): void {
    if (this.#failed.size > 0) this.#meta.set('duty_failed_at', now)
  }

  #note(duty: Duty, now: number, error: unknown): void {
    const times = (this.#failed.get(duty)?.times ?? 0) + 1
    const waitMs = backOff(times, Math.random())
    this.#failed.set(duty, { times, retryAt: now + waitMs })
    journalFault('duty_failed', { duty, times, wait_ms: waitMs, ...traits(error) })
  }
}
