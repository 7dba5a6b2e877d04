// What the room does unasked, from its one alarm: people leave, the log goes to Postgres, Redis is
// told, and once a minute while anyone is in the room looks after itself.

import type { AlarmClock } from './alarm-clock.ts'
import type { Attendance } from './attendance.ts'
import { type Clock, dueWithin } from './clock.ts'
import { Duties, type Duty } from './duties.ts'
import type { Limiter } from './limiter.ts'
import type { Log } from './log.ts'
import type { Meta } from './meta.ts'
import type { Outbox } from './outbox.ts'
import type { Presence } from './presence.ts'
import type { Retention } from './pruning.ts'
import type { Readers } from './readers.ts'
import type { Reconnection } from './reconnection.ts'
import type { Reflection } from './reflection.ts'
import type { Renewal } from './renewal.ts'
import type { Retries } from './retries.ts'
import type { Revocations } from './revocations.ts'

/** How often the room looks after itself while anyone is here, in milliseconds. */
export const beatMs = 60_000
/** If there is more to prune than one step, the next beat is near. */
const hurriedBeatMs = 1_000
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
  alarmClock: AlarmClock
  meta: Meta
  log: Log
  retries: Retries
  revocations: Revocations
  presence: Presence
  attendance: Attendance
  readers: Readers
  renewal: Renewal
  reconnection: Reconnection
  limiter: Limiter
  outbox: Outbox
  reflection: Reflection
}

export class Upkeep {
  readonly #uses: Uses
  readonly #duties: Duties

  constructor(uses: Uses) {
    this.#uses = uses
    const { meta, clock } = uses
    const beatAt = meta.number('beat_at')
    if (beatAt !== 0) meta.set('beat_at', dueWithin(beatMs, beatAt, clock.now()))
    this.#duties = new Duties(meta, clock)
  }

  /** Arms the alarm for what is due next. To be called whenever that may have changed. */
  arm(): void {
    const { alarmClock, outbox, reflection, presence, reconnection, meta } = this.#uses
    const duties = this.#duties
    alarmClock.arm([
      duties.nextDue('flush', outbox.nextDue),
      duties.nextDue('mirror_presence', reflection.nextDue),
      duties.nextDue('dismiss', presence.nextDismissal),
      duties.nextDue('close_stayed', reconnection.nextDue),
      meta.number('beat_at') || null,
    ])
  }

  /** Something goes on in the room: from now on it looks after itself. */
  keepBeating(): void {
    const { meta, clock } = this.#uses
    if (meta.number('beat_at') === 0) meta.set('beat_at', clock.now() + beatMs)
  }

  /**
   * Due duties first, synchronously; what asks Postgres or Redis is started, never awaited. Whatever
   * fails, the others are run and the alarm is armed again.
   */
  ring(): void {
    const { alarmClock, meta, attendance, reconnection, outbox, reflection } = this.#uses
    const duties = this.#duties
    const now = alarmClock.rang()
    try {
      duties.run('close_stayed', now, () => reconnection.rang(now))
      duties.run('dismiss', now, () => attendance.dismiss(now))
      if (duties.mayRun('flush', now) && outbox.rang(now)) {
        this.#start('flush', () => outbox.flush())
        this.#start('mirror_sends', () => reflection.writeSends())
      }
      const beatAt = meta.number('beat_at')
      if (beatAt !== 0 && beatAt <= now) this.#beat(now)
      if (duties.mayRun('mirror_presence', now) && reflection.isDue(now))
        this.#start('mirror_presence', () => reflection.writePresence())
    } finally {
      this.arm()
    }
    duties.demandStorage(now)
  }

  #start(duty: Duty, work: () => Promise<void>): void {
    this.#uses.ctx.waitUntil(this.#duties.runAsync(duty, work).finally(() => this.arm()))
  }

  #beat(now: number): void {
    const { clock, meta, log, outbox, retries, revocations, limiter, reflection } = this.#uses
    const { presence, attendance, readers, renewal } = this.#uses
    const wall = clock.wallAt(now)
    let isUnfinished = false
    const run = (duty: Duty, work: () => void) => this.#duties.run(duty, now, work)
    run('reconcile_presence', () => attendance.reconcile(now))
    run('sweep_readers', () => readers.sweep(now))
    run('end_expired_tokens', () => renewal.beat(wall))
    run('prune_log', () => {
      isUnfinished = log.prune(wall, outbox.flushedSeq, retention)
    })
    run('forget_client_ids', () => retries.forgetOld(now))
    run('forget_revocations', () => revocations.forgetOld(wall))
    run('forget_limits', () => limiter.forgetIdle(now))
    const isAnyoneHere = presence.count > 0
    if (isAnyoneHere) run('renew_mirror', () => reflection.renew(now))
    if (isUnfinished) meta.set('beat_at', now + hurriedBeatMs)
    else meta.set('beat_at', isAnyoneHere ? now + beatMs : 0)
  }
}
