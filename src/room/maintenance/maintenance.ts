// What the room does unasked, from its one alarm: people leave, the log goes to Postgres, Redis is
// told, and once a minute while anyone is in the room looks after itself.

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

/** How often the room looks after itself while anyone is here, in milliseconds. */
export const tickMs = 60_000
/** If there is more to prune than one step, the next beat is near. */
const hurriedTickMs = 1_000
/** The log is pruned at the beat: a minute of a full room comes on top of `eventsMax`. */
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
    const beatAt = meta.number('beat_at')
    if (beatAt !== 0) meta.set('beat_at', dueWithin(tickMs, beatAt, clock.now()))
    this.#duties = new Duties(meta, clock)
  }

  /** Arms the alarm for what is due next. To be called whenever that may have changed. */
  arm(): void {
    const { alarm, outbox, mirrorWriter, presence, drain, meta } = this.#uses
    const duties = this.#duties
    alarm.arm([
      duties.nextDue('flush', outbox.nextDue),
      duties.nextDue('mirror_presence', mirrorWriter.nextDue),
      duties.nextDue('dismiss', presence.nextDismissal),
      duties.nextDue('close_stayed', drain.nextDue),
      meta.number('beat_at') || null,
    ])
  }

  /** Something goes on in the room: from now on it looks after itself. */
  keepTicking(): void {
    const { meta, clock } = this.#uses
    if (meta.number('beat_at') === 0) meta.set('beat_at', clock.now() + tickMs)
  }

  /**
   * Due duties first, synchronously; what asks Postgres or Redis is started, never awaited. Whatever
   * fails, the others are run and the alarm is armed again.
   */
  ring(): void {
    const { alarm, meta, joinLeave, drain, outbox, mirrorWriter } = this.#uses
    const duties = this.#duties
    const now = alarm.rang()
    try {
      duties.run('close_stayed', now, () => drain.rang(now))
      duties.run('dismiss', now, () => joinLeave.dismiss(now))
      if (duties.mayRun('flush', now) && outbox.rang(now)) {
        this.#start('flush', () => outbox.flush())
        this.#start('mirror_sends', () => mirrorWriter.writeSends())
      }
      const beatAt = meta.number('beat_at')
      if (beatAt !== 0 && beatAt <= now) this.#beat(now)
      if (duties.mayRun('mirror_presence', now) && mirrorWriter.isDue(now))
        this.#start('mirror_presence', () => mirrorWriter.writePresence())
    } finally {
      this.arm()
    }
    duties.demandStorage(now)
  }

  #start(duty: Duty, work: () => Promise<void>): void {
    this.#uses.ctx.waitUntil(this.#duties.runAsync(duty, work).finally(() => this.arm()))
  }

  #beat(now: number): void {
    const { clock, meta, log, outbox, idempotencyKeys, revocations, rateLimits, mirrorWriter } =
      this.#uses
    const { presence, joinLeave, slowConsumers, tokenRenewal } = this.#uses
    const wall = clock.wallAt(now)
    let isUnfinished = false
    const run = (duty: Duty, work: () => void) => this.#duties.run(duty, now, work)
    run('reconcile_presence', () => joinLeave.reconcile(now))
    run('sweep_readers', () => slowConsumers.sweep(now))
    run('end_expired_tokens', () => tokenRenewal.beat(wall))
    run('prune_log', () => {
      isUnfinished = log.prune(wall, outbox.flushedSeq, retention)
    })
    run('forget_client_ids', () => idempotencyKeys.forgetOld(now))
    run('forget_revocations', () => revocations.forgetOld(wall))
    run('forget_limits', () => rateLimits.forgetIdle(now))
    const isAnyoneHere = presence.count > 0
    if (isAnyoneHere) run('renew_mirror', () => mirrorWriter.renew(now))
    if (isUnfinished) meta.set('beat_at', now + hurriedTickMs)
    else meta.set('beat_at', isAnyoneHere ? now + tickMs : 0)
  }
}
