// Decides at each start whether the room's log can go on. A log that is new, was set back or has to
// be replaced is restored from Postgres before the room opens. All of it can be killed at any time:
// each change of state is one transaction, and a restore that was not finished begins again.

import { isSetBack } from '../../domain/fence.ts'
import { backOff } from '../../domain/pacing.ts'
import { logError, logEvent } from '../../logger.ts'
import { late, type SystemClock, within } from '../../system-clock.ts'
import { Revocations } from '../access/revocations.ts'
import { atMostNow, Clock } from '../clock/clock.ts'
import { createLog, type OpenedLog } from '../log/create-log.ts'
import { keptRevisions } from '../log/messages/kept-messages.ts'
import type { Meta, MetaKey } from '../log/meta.ts'
import { maybeWrittenBefore } from '../outbox/outbox-fence.ts'
import type { RoomPorts } from '../ports.ts'
import type { ClosedReason } from '../rpc.ts'
import { applyState } from './apply-state.ts'
import { type RestoredRoom, readState } from './restored-state.ts'

/** How long a start waits for the fence. A flush that finds it later restarts the room. */
const fenceWaitMs = 1_000
/** How long a start waits for its restore, which then goes on while calls are refused. */
const restoreWaitMs = 5_000
/** The least time between two tries that calls cause. */
const retryMs = 1_000
/** Accounts in one page. After a failure there are half as many. */
const accountsMax = { first: 4_000, least: 100 }

/** What a log of a former epoch knew of Postgres, and why it was closed. */
const keysOfOneEpoch: MetaKey[] = [
  ...(['fence_seq', 'fence_unchecked_at', 'replace_due', 'restored_at', 'sealed_at'] as const),
  ...(['flush_failures', 'flush_retry_at', 'flush_error'] as const),
]

/**
 * Tokens that were issued before this are refused, in milliseconds. A time in the future is from
 * before the clock was set back.
 */
export function tokensValidFrom(meta: Meta, now: number): number {
  const validFrom = atMostNow(meta.number('tokens_valid_from'), now - (now % 1_000))
  if (validFrom > 0) meta.set('tokens_valid_from', validFrom)
  return validFrom
}

type Uses = {
  storage: DurableObjectStorage
  clock: SystemClock
  archive: RoomPorts['archive']
  generation: number
  sessionLifeMs: number
  /** Runs when a restore has succeeded. */
  onRestored: () => Promise<void>
}

export class Recovery {
  readonly #uses: Uses
  #opened: OpenedLog
  #restoring: Promise<void> | null = null
  #failures = 0
  #retryAt = 0
  #hasNewEpoch = false

  constructor(uses: Uses) {
    this.#uses = uses
    const { storage, generation } = uses
    this.#opened = storage.transactionSync(() => {
      const opened = createLog(storage)
      if (opened.log.isNew) {
        opened.meta.set('restore_due', 1)
        opened.meta.set('generation', generation)
      }
      return opened
    })
    const { meta } = this.#opened
    const why = generation > meta.number('generation') ? 'generation' : meta.text('replace_due')
    if (why !== null) this.#replace(why)
  }

  get opened(): OpenedLog {
    return this.#opened
  }

  /** null: the room is open. */
  get closed(): ClosedReason | null {
    const { meta } = this.#opened
    if (meta.text('sealed_at') !== null) return 'sealed'
    return meta.text('restore_due') === null ? null : 'restoring'
  }

  /** This start has restored the log, so sends of a while ago are in none of its rows. */
  get wasRestored(): boolean {
    return this.#hasNewEpoch
  }

  /** At a start without sockets, which no hibernation has. Ends after a bounded time. */
  async checkFence(): Promise<void> {
    if (this.closed === null && (await this.#isSetBack())) this.#replace('room_set_back')
  }

  /** Waits for one restore. Ends after a bounded time. */
  async start(): Promise<void> {
    if (this.closed === 'restoring') await within(this.#uses.clock, restoreWaitMs, this.#restore())
  }

  /** Begins another try, if the last one is long enough ago. @returns null: it is not */
  retry(): Promise<void> | null {
    return this.#uses.clock.now() < this.#retryAt ? null : this.retryNow()
  }

  /** @returns null: the room waits for no restore */
  retryNow(): Promise<void> | null {
    return this.closed === 'restoring' ? this.#restore() : null
  }

  async #isSetBack(): Promise<boolean> {
    const { archive, clock } = this.#uses
    const { meta, log } = this.#opened
    const maybeWrittenSeq = maybeWrittenBefore(this.#opened)
    const read = archive.readFence().catch((): typeof late => late)
    const fence = await within(clock, fenceWaitMs, read)
    if (fence === late) {
      meta.set('fence_unchecked_at', maybeWrittenSeq)
      return false
    }
    if (isSetBack(fence, { epoch: log.epoch, maybeWrittenSeq })) return true
    meta.delete('fence_unchecked_at')
    return false
  }

  #replace(why: string): void {
    const { storage, clock, generation } = this.#uses
    const { meta, log } = this.#opened
    storage.transactionSync(() => {
      log.endEpoch(clock.now(), meta.number('flushed_seq'))
      for (const key of keysOfOneEpoch) meta.delete(key)
      meta.set('generation', Math.max(generation, meta.number('generation')))
      meta.set('restore_due', 1)
    })
    this.#opened = createLog(storage)
    logEvent('log_replaced', { why })
  }

  /** One at a time. */
  #restore(): Promise<void> {
    this.#restoring ??= this.#restoreOnce().finally(() => {
      this.#restoring = null
    })
    return this.#restoring
  }

  async #restoreOnce(): Promise<void> {
    const { clock, onRestored } = this.#uses
    const startedAt = clock.now()
    this.#retryAt = startedAt + retryMs
    const state = await this.#read()
    if (!state) return
    this.#apply(state)
    this.#hasNewEpoch = true
    const { newestId, excluded } = state
    const ms = clock.now() - startedAt
    logEvent('room_restored', { newest_id: newestId, excluded: excluded.length, ms })
    await onRestored()
  }

  /** @returns null: Postgres does not answer, and the alarm tries again */
  async #read(): Promise<RestoredRoom | null> {
    const { storage, archive, clock } = this.#uses
    const limit = Math.max(accountsMax.least, accountsMax.first >> this.#failures)
    const { log, reactionTotals } = this.#opened
    const kept = keptRevisions(storage.sql, log.prunedSeq)
    const keptReactions = reactionTotals.revisions()
    try {
      // First: a flush of a former epoch that was still on its way would not be in what is read.
      const epochs = await archive.claimFence(log.epoch)
      const state = {
        epochs,
        ...(await readState(archive, { kept, keptReactions, limit })),
        moderation: await archive.readModeration(),
      }
      this.#failures = 0
      return state
    } catch (error) {
      this.#failures++
      const waitMs = backOff(this.#failures, Math.random())
      void storage.setAlarm(clock.now() + waitMs)
      const fields = { failures: this.#failures, wait_ms: waitMs }
      logError('restore_failed', { code: archive.faultCode(error), ...fields })
      return null
    }
  }

  #apply(state: RestoredRoom): void {
    const { storage, clock, sessionLifeMs } = this.#uses
    const { sql } = storage
    storage.transactionSync(() => {
      const revocations = new Revocations(sql, new Clock(clock), sessionLifeMs)
      applyState({ sql, revocations, now: clock.now() }, this.#opened, state)
    })
    this.#opened = createLog(storage)
  }
}
