// Runs the room's background work from its one alarm: users leave, the log goes to Postgres, the
// mirror goes to Redis, and the remaining duties run at a tick every minute while users are here.

import type { Drain } from '../access/drain.ts'
import type { Revocations } from '../access/revocations.ts'
import type { TokenRenewal } from '../access/token-renewal.ts'
import { type Clock, dueWithin } from '../clock/clock.ts'
import type { SlowConsumers } from '../connections/slow-consumers.ts'
import type { RateLimits } from '../limits/rate-limits.ts'
import type { IdempotencyKeys } from '../log/idempotency-keys.ts'
import type { Log } from '../log/log.ts'
import type { Meta } from '../log/meta.ts'
import type { Retention } from '../log/retention.ts'
import type { Outbox } from '../outbox/outbox.ts'
import type { JoinLeave } from '../presence/join-leave.ts'
import type { MirrorWriter } from '../presence/mirror-writer.ts'
import type { Presence } from '../presence/presence.ts'
import type { Alarm } from './alarm.ts'
import { Duties, type Duty } from './duties.ts'

/** The time between two ticks while users are here, in milliseconds. */
export const tickMs = 60_000
/** The time to the next tick when there is more to prune than one step, in milliseconds. */
const pruneAgainMs = 1_000
/** The log is pruned at each tick, so a minute of a full room comes on top of `eventsMax`. */
const retention: Retention = {
  messagesMin: 2_000,
  ageMinMs: 10 * 60_000,
  eventsMax: 38_000,
  stepMax: 20_000,
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
  rateLimits: RateLimits
  outbox: Outbox
  mirrorWriter: MirrorWriter
}

export class Maintenance {
  readonly #uses: Uses
  readonly #duties: Duties

  constructor(uses: Uses) {
    this.#uses = uses
    const { meta, clock } = uses
    const tickAt = meta.number('beat_at')
    if (tickAt !== 0) meta.set('beat_at', dueWithin(tickMs, tickAt, clock.now()))
    this.#duties = new Duties(meta, clock)
  }

  /** Arms the alarm for the next duty. Must be called whenever the next duty may have changed. */
  arm(): void {
    const { alarm, outbox, mirrorWriter, presence, drain, meta } = this.#uses
    const duties = this.#duties
    alarm.arm([
      duties.nextDue('flush', outbox.nextDue),
      duties.nextDue('mirror_presence', mirrorWriter.nextDue),
      duties.nextDue('dismiss', presence.nextExpiry),
      duties.nextDue('close_stayed', drain.nextDue),
      meta.number('beat_at') || null,
    ])
  }

  /** Starts the ticks. Must be called when something happens in the room. */
  startTicking(): void {
    const { meta, clock } = this.#uses
    if (meta.number('beat_at') === 0) meta.set('beat_at', clock.now() + tickMs)
  }

  /**
   * Runs the duties that are due. Work that calls Postgres or Redis is started and never awaited.
   * Whatever fails, the other duties run and the alarm is armed again.
   */
  onAlarm(): void {
    const { alarm, meta, joinLeave, drain, outbox, mirrorWriter } = this.#uses
    const duties = this.#duties
    const now = alarm.fired()
    try {
      duties.run('close_stayed', now, () => drain.alarmFired(now))
      duties.run('dismiss', now, () => joinLeave.removeExpired(now))
      if (duties.mayRun('flush', now) && outbox.alarmFired(now)) {
        this.#start('flush', () => outbox.flush())
        this.#start('mirror_sends', () => mirrorWriter.writeSends())
      }
      const tickAt = meta.number('beat_at')
      if (tickAt !== 0 && tickAt <= now) this.#tick(now)
      if (duties.mayRun('mirror_presence', now) && mirrorWriter.isDue(now))
        this.#start('mirror_presence', () => mirrorWriter.writePresence())
    } finally {
      this.arm()
    }
    duties.probeStorage(now)
  }

  #start(duty: Duty, work: () => Promise<void>): void {
    this.#uses.ctx.waitUntil(this.#duties.runAsync(duty, work).finally(() => this.arm()))
  }

  #tick(now: number): void {
    const { clock, meta, log, outbox, idempotencyKeys, revocations, rateLimits, mirrorWriter } =
      this.#uses
    const { presence, joinLeave, slowConsumers, tokenRenewal } = this.#uses
    const wall = clock.wallAt(now)
    let isUnfinished = false
    const run = (duty: Duty, work: () => void) => this.#duties.run(duty, now, work)
    run('reconcile_presence', () => joinLeave.reconcile(now))
    run('sweep_readers', () => slowConsumers.sweep(now))
    run('end_expired_tokens', () => tokenRenewal.tick(wall))
    run('prune_log', () => {
      isUnfinished = log.prune(wall, outbox.flushedSeq, retention)
    })
    run('forget_client_ids', () => idempotencyKeys.forgetOld(now))
    run('forget_revocations', () => revocations.forgetOld(wall))
    run('forget_limits', () => rateLimits.forgetIdle(now))
    const isAnyoneHere = presence.count > 0
    if (isAnyoneHere) run('renew_mirror', () => mirrorWriter.renewLease(now))
    if (isUnfinished) meta.set('beat_at', now + pruneAgainMs)
    else meta.set('beat_at', isAnyoneHere ? now + tickMs : 0)
  }
}
