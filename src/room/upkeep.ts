// What the room does unasked, from its one alarm: people leave, the log goes to Postgres, Redis is
// told, and once a minute while anyone is in the room looks after itself.

import type { AlarmClock } from './alarm-clock.ts'
import type { Attendance } from './attendance.ts'
import { type Clock, dueWithin } from './clock.ts'
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

  constructor(uses: Uses) {
    this.#uses = uses
    const { meta, clock } = uses
    const beatAt = meta.number('beat_at')
    if (beatAt !== 0) meta.set('beat_at', dueWithin(beatMs, beatAt, clock.now()))
  }

  /** Arms the alarm for what is due next. To be called whenever that may have changed. */
  arm(): void {
    const { alarmClock, outbox, reflection, presence, reconnection, meta } = this.#uses
    alarmClock.arm([
      outbox.nextDue,
      reflection.nextDue,
      presence.nextDismissal,
      reconnection.nextDue,
      meta.number('beat_at') || null,
    ])
  }

  /** Something goes on in the room: from now on it looks after itself. */
  keepBeating(): void {
    const { meta, clock } = this.#uses
    if (meta.number('beat_at') === 0) meta.set('beat_at', clock.now() + beatMs)
  }

  /** Due duties first, synchronously; what asks Postgres or Redis is started, never awaited. */
  ring(): void {
    const { ctx, alarmClock, meta, attendance, reconnection, outbox, reflection } = this.#uses
    const now = alarmClock.rang()
    reconnection.rang(now)
    attendance.dismiss(now)
    const beatAt = meta.number('beat_at')
    if (beatAt !== 0 && beatAt <= now) this.#beat(now)
    if (outbox.rang(now)) {
      ctx.waitUntil(this.#thenArm(outbox.flush()))
      ctx.waitUntil(reflection.writeSends())
    }
    if (reflection.isDue(now)) ctx.waitUntil(this.#thenArm(reflection.writePresence()))
    this.arm()
  }

  async #thenArm(work: Promise<void>): Promise<void> {
    try {
      await work
    } finally {
      this.arm()
    }
  }

  #beat(now: number): void {
    const { clock, meta, log, outbox, retries, revocations, limiter, reflection } = this.#uses
    const { presence, attendance, readers, renewal } = this.#uses
    const wall = clock.wallAt(now)
    attendance.reconcile(now)
    readers.sweep(now)
    renewal.beat(wall)
    const unfinished = log.prune(wall, outbox.flushedSeq, retention)
    retries.forgetOld(now)
    revocations.forgetOld(wall)
    limiter.forgetIdle(now)
    const isAnyoneHere = presence.count > 0
    if (isAnyoneHere) reflection.renew(now)
    if (unfinished) meta.set('beat_at', now + hurriedBeatMs)
    else meta.set('beat_at', isAnyoneHere ? now + beatMs : 0)
  }
}
