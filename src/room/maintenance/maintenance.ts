// Runs the room's background work from its one alarm: it removes absent users, flushes the log, writes
// the mirror, and runs the remaining duties at a tick every minute while users are online.

import type { Drain } from '../access/drain.ts'
import type { Revocations } from '../access/revocations.ts'
import type { TokenRenewal } from '../access/token-renewal.ts'
import type { Alarm } from '../clock/alarm.ts'
import { atMostNow, type Clock, dueWithin } from '../clock/clock.ts'
import type { SlowConsumers } from '../connections/slow-consumers.ts'
import type { Expiry } from '../expiry/expiry.ts'
import type { RateLimits } from '../limits/rate-limits.ts'
import type { Retention } from '../log/event-kind.ts'
import type { IdempotencyKeys } from '../log/idempotency-keys.ts'
import type { Log } from '../log/log.ts'
import type { Meta } from '../log/meta.ts'
import type { ModerationUpkeep } from '../moderation/moderation-upkeep.ts'
import type { AccountEndings } from '../outbox/account-endings.ts'
import type { Outbox } from '../outbox/outbox.ts'
import type { PurgeWriter } from '../outbox/purge-writer.ts'
import type { JoinLeave } from '../presence/join-leave.ts'
import type { MirrorWriter } from '../presence/mirror-writer.ts'
import type { Presence } from '../presence/presence.ts'
import type { ReadMarkers } from '../read-markers/read-markers.ts'
import type { ExclusionImport } from '../recovery/exclusion-import.ts'
import { Duties, type Duty } from './duties.ts'

/** The time between two ticks while users are online, in milliseconds. */
export const tickMs = 60_000
/** The time to the next tick when there is more to prune than one step, in milliseconds. */
const pruneAgainMs = 1_000
/** How often revocations are pruned, in milliseconds: they are kept for weeks, and all are read. */
const pruneRevocationsMs = 60 * 60_000

/** When an earlier start of the room last ran a tick, or else now. The next one's time is stored. */
export function lastTickAt(meta: Meta, now: number): number {
  const tickAt = meta.number('beat_at')
  return tickAt === 0 ? now : atMostNow(tickAt - tickMs, now)
}

type Uses = {
  ctx: DurableObjectState
  clock: Clock
  alarm: Alarm
  meta: Meta
  log: Log
  idempotencyKeys: IdempotencyKeys
  revocations: Revocations
  presence: Presence
  joinLeave: JoinLeave
  slowConsumers: SlowConsumers
  tokenRenewal: TokenRenewal
  drain: Drain
  retention: Retention
  expiry: Expiry
  purgeWriter: PurgeWriter
  moderationUpkeep: ModerationUpkeep
  rateLimits: RateLimits
  outbox: Outbox
  accountEndings: AccountEndings
  mirrorWriter: MirrorWriter
  exclusionImport: ExclusionImport
  readMarkers: Pick<ReadMarkers, 'write'>
}

export class Maintenance {
  readonly #uses: Uses
  readonly #duties: Duties

  constructor(uses: Uses) {
    this.#uses = uses
    const { meta, clock, alarm } = uses
    const tickAt = meta.number('beat_at')
    if (tickAt !== 0) this.#tickNextAt(dueWithin(tickMs, tickAt, clock.now()))
    this.#duties = new Duties(meta, clock, alarm)
  }

  /** Starts the ticks. Must be called when users join or the log has grown. */
  startTicking(): void {
    const { meta, clock } = this.#uses
    if (meta.number('beat_at') === 0) this.#tickNextAt(clock.now() + tickMs)
  }

  /**
   * Runs the duties that are due. Work that calls Postgres or Redis is started and never awaited.
   * Whatever fails, the other duties run and the alarm is armed again.
   */
  onAlarm(): void {
    const { alarm, meta, joinLeave, drain, outbox, accountEndings, mirrorWriter, expiry } =
      this.#uses
    const { exclusionImport, purgeWriter, moderationUpkeep } = this.#uses
    const duties = this.#duties
    const now = alarm.fired()
    try {
      duties.run('end_drain', now, () => drain.alarmFired(now))
      duties.run('remove_absent_users', now, () => joinLeave.removeExpired(now))
      if (alarm.mayRun('flush', now) && outbox.alarmFired(now)) {
        this.#start('flush', () => outbox.flush())
        this.#start('mirror_sends', () => mirrorWriter.writeSends())
        // The log has grown, so there will be something to prune.
        this.startTicking()
      }
      if (alarm.mayRun('expire_messages', now) && expiry.isDue(now))
        this.#start('expire_messages', () => expiry.run())
      if (alarm.mayRun('apply_endings', now) && accountEndings.alarmFired(now))
        this.#start('apply_endings', () => accountEndings.run())
      if (alarm.mayRun('purge_archive', now) && purgeWriter.alarmFired(now))
        this.#start('purge_archive', () => purgeWriter.run())
      if (alarm.mayRun('tidy_moderation', now) && moderationUpkeep.isDue(now))
        this.#start('tidy_moderation', () => moderationUpkeep.run())
      const tickAt = meta.number('beat_at')
      if (tickAt !== 0 && tickAt <= now) this.#tick(now)
      if (alarm.mayRun('mirror_presence', now) && mirrorWriter.isDue(now))
        this.#start('mirror_presence', () => mirrorWriter.writePresence())
      if (alarm.mayRun('import_exclusions', now) && exclusionImport.alarmFired(now))
        this.#start('import_exclusions', () => exclusionImport.run())
    } finally {
      alarm.arm()
    }
    duties.probeStorage(now)
  }

  #start(duty: Duty, work: () => Promise<void>): void {
    const { ctx, alarm } = this.#uses
    ctx.waitUntil(this.#duties.runAsync(duty, work).finally(() => alarm.arm()))
  }

  #pruneRevocations(now: number, wall: number): void {
    const { meta, revocations } = this.#uses
    const prunedAt = atMostNow(meta.number('revocations_pruned_at'), now)
    if (now - prunedAt < pruneRevocationsMs) return
    revocations.removeExpired(wall)
    meta.set('revocations_pruned_at', now)
  }

  /** @param at in milliseconds; 0: there is no next tick */
  #tickNextAt(at: number): void {
    const { meta, alarm } = this.#uses
    meta.set('beat_at', at)
    alarm.set('tick', at || null)
  }

  #tick(now: number): void {
    const { clock, log, outbox, idempotencyKeys, rateLimits, mirrorWriter, retention } = this.#uses
    const { presence, joinLeave, slowConsumers, tokenRenewal, readMarkers } = this.#uses
    const wall = clock.wallAt(now)
    let isUnfinished = false
    const run = (duty: Duty, work: () => void) => this.#duties.run(duty, now, work)
    run('reconcile_presence', () => joinLeave.reconcile(now))
    run('sweep_slow_consumers', () => slowConsumers.sweep(now))
    run('end_expired_tokens', () => tokenRenewal.tick(wall))
    run('write_read_markers', () => readMarkers.write())
    run('prune_log', () => {
      isUnfinished = log.prune(wall, outbox.flushedSeq, retention)
    })
    run('prune_idempotency_keys', () => idempotencyKeys.removeExpired(now))
    run('prune_revocations', () => this.#pruneRevocations(now, wall))
    run('prune_rate_limits', () => rateLimits.removeIdle(now))
    const isAnyoneOnline = presence.count > 0
    if (isAnyoneOnline) run('renew_mirror', () => mirrorWriter.renewLease(now))
    if (isUnfinished) this.#tickNextAt(now + pruneAgainMs)
    else this.#tickNextAt(isAnyoneOnline ? now + tickMs : 0)
  }
}
