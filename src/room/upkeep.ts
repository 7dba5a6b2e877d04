// What the room does unasked, from its one alarm: people leave, the log goes to Postgres, Redis is
// told, and once a minute while anyone is in the room looks after itself.

import type { CloseCode } from '../contract/close-codes.ts'
import type { AlarmClock } from './alarm-clock.ts'
import type { FanOut } from './fan-out.ts'
import type { Limiter } from './limiter.ts'
import type { Log, Retention } from './log.ts'
import type { Meta } from './meta.ts'
import type { Outbox } from './outbox.ts'
import type { Presence } from './presence.ts'
import type { Readers } from './readers.ts'
import type { Reflection } from './reflection.ts'
import type { Retries } from './retries.ts'
import type { Seat, Seats } from './seats.ts'

const beatMs = 60_000
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
  alarmClock: AlarmClock
  meta: Meta
  log: Log
  retries: Retries
  presence: Presence
  seats: Seats
  readers: Readers
  limiter: Limiter
  fanOut: FanOut
  outbox: Outbox
  reflection: Reflection
  /** A socket is gone; or we end it. */
  leave: (seat: Seat) => void
  expel: (seat: Seat, code: CloseCode) => void
}

export class Upkeep {
  readonly #uses: Uses

  constructor(uses: Uses) {
    this.#uses = uses
  }

  /** Arms the alarm for what is due next. To be called whenever that may have changed. */
  arm(): void {
    const { alarmClock, outbox, reflection, presence, meta } = this.#uses
    alarmClock.arm([
      outbox.nextDue,
      reflection.nextDue,
      presence.nextDismissal(),
      meta.number('beat_at') || null,
    ])
  }

  /** Something goes on in the room: from now on it looks after itself. */
  keepBeating(): void {
    const { meta } = this.#uses
    if (meta.number('beat_at') === 0) meta.set('beat_at', Date.now() + beatMs)
  }

  /** Due duties first, synchronously; what asks Postgres or Redis is started, never awaited. */
  ring(): void {
    const { ctx, alarmClock, meta, outbox, reflection } = this.#uses
    const now = alarmClock.rang(Date.now())
    this.#dismiss(now)
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

  #dismiss(now: number): void {
    const { presence, fanOut, reflection, outbox } = this.#uses
    for (const { id, username } of presence.dismiss(now)) {
      fanOut.tellOfPerson({ event: 'user_left', data: { user_id: id, username } }, id)
      reflection.expect(now)
      outbox.expect(now)
    }
  }

  #beat(now: number): void {
    const { meta, log, retries, presence, seats, readers, limiter, outbox, reflection } = this.#uses
    for (const seat of seats.deserted()) this.#uses.leave(seat)
    readers.sweep(now)
    for (const seat of [...seats.all()])
      if (seat.tokenExpiresAt * 1000 <= now) this.#uses.expel(seat, 4401)
    presence.reconcile((userId) => seats.ofUser(userId).size > 0, now)
    const unfinished = log.prune(now, outbox.flushedSeq, retention)
    retries.forgetOld(now)
    limiter.forgetIdle(now)
    const isAnyoneHere = presence.count > 0
    if (isAnyoneHere) reflection.renew(now)
    if (unfinished) meta.set('beat_at', now + hurriedBeatMs)
    else meta.set('beat_at', isAnyoneHere ? now + beatMs : 0)
  }
}
