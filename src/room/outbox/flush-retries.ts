// Remembers the failures of flushes, and when to try again. Stored, because a room that hibernates
// between two tries would begin anew each time.

import { isStoreFault, storeFaultDetail } from '../../contract/store-faults.ts'
import { backOff, longestWaitMs } from '../../domain/pacing.ts'
import { logError } from '../../logger.ts'
import { dueWithin } from '../clock/clock.ts'
import type { Meta } from '../log/meta.ts'

export class FlushRetries {
  readonly #meta: Meta

  constructor(meta: Meta) {
    this.#meta = meta
  }

  /** The code of the last flush that failed; null: it went through. */
  get error(): string | null {
    return this.#meta.text('flush_error') || null
  }

  /** When a start of the room tries first. It keeps the retry time that an earlier one chose. */
  firstTryAt(now: number): number {
    const meta = this.#meta
    const retryAt = dueWithin(longestWaitMs, meta.number('flush_retry_at'), now)
    meta.set('flush_retry_at', retryAt)
    return meta.number('flush_failures') > 0 && retryAt > 0 ? retryAt : now
  }

  /** Must be called when rows were written: the waits begin again with the shortest. */
  recordProgress(): void {
    this.#meta.set('flush_failures', 0)
  }

  /** @returns how long to wait until the next try, in milliseconds; null: the flush went through */
  record(outage: string | null, now: number): number | null {
    const meta = this.#meta
    meta.set('flush_error', outage ?? '')
    const failures = outage === null ? 0 : meta.number('flush_failures') + 1
    meta.set('flush_failures', failures)
    if (outage === null) return null
    const waitMs = backOff(failures, Math.random())
    meta.set('flush_retry_at', now + waitMs)
    const detail = isStoreFault(outage) ? `${storeFaultDetail(outage)}.` : undefined
    logError('archive_unavailable', { code: outage, failures, wait_ms: waitMs, detail })
    return waitMs
  }
}
