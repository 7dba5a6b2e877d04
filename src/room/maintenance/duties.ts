// Runs the room's background duties. A duty that fails affects neither the others nor the alarm: it
// is logged, and tried again after growing waits. Only an error of a broken storage is thrown.

import { backOff } from '../../domain/pacing.ts'
import { errorFields, logError } from '../../logger.ts'
import type { Alarm, TimedDuty } from '../clock/alarm.ts'
import type { Clock } from '../clock/clock.ts'
import type { Meta } from '../log/meta.ts'

export type Duty =
  | Exclude<TimedDuty, 'tick'>
  | 'reconcile_presence'
  | 'sweep_slow_consumers'
  | 'end_expired_tokens'
  | 'write_read_markers'
  | 'prune_log'
  | 'prune_idempotency_keys'
  | 'prune_revocations'
  | 'prune_rate_limits'
  | 'renew_mirror'
  | 'mirror_sends'

export class Duties {
  readonly #meta: Meta
  readonly #clock: Clock
  readonly #alarm: Alarm
  /** Failures in a row, of the duties whose last run failed. */
  readonly #failures = new Map<Duty, number>()

  constructor(meta: Meta, clock: Clock, alarm: Alarm) {
    this.#meta = meta
    this.#clock = clock
    this.#alarm = alarm
  }

  run(duty: Duty, now: number, work: () => void): void {
    if (!this.#alarm.mayRun(duty, now)) return
    try {
      work()
      this.#recordSuccess(duty)
    } catch (error) {
      this.#recordFailure(duty, now, error)
    }
  }

  /** The same for work that waits for Postgres or Redis. */
  async runAsync(duty: Duty, work: () => Promise<void>): Promise<void> {
    try {
      await work()
      this.#recordSuccess(duty)
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
    if (this.#failures.size > 0) this.#meta.set('duty_failed_at', now)
  }

  #recordSuccess(duty: Duty): void {
    if (this.#failures.delete(duty)) this.#alarm.holdBack(duty, null)
  }

  #recordFailure(duty: Duty, now: number, error: unknown): void {
    const times = (this.#failures.get(duty) ?? 0) + 1
    const waitMs = backOff(times, Math.random())
    this.#failures.set(duty, times)
    this.#alarm.holdBack(duty, now + waitMs)
    logError('duty_failed', { duty, times, wait_ms: waitMs, ...errorFields(error) })
  }
}
