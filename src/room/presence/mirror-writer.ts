// Mirrors presence and the send windows to Redis, for times when the room cannot be asked. It
// writes in the background, and a failure costs nothing but freshness.

import { errorFields, logError } from '../../logger.ts'
import type { Alarm } from '../clock/alarm.ts'
import type { Clock } from '../clock/clock.ts'
import type { Mirror } from '../ports.ts'
import type { Presence } from './presence.ts'

/** Presence is written at most once per `presenceIntervalMs`, and `firstDelayMs` after a change. */
const presenceIntervalMs = 5_000
const firstDelayMs = 1_000
/** The most sends that wait, while a long flush delays them. The latest ones count. */
const pendingSendsMax = 50_000

type Uses = { mirror: Mirror; presence: Presence; clock: Clock; alarm: Pick<Alarm, 'set'> }

export class MirrorWriter {
  readonly #mirror: Mirror
  readonly #presence: Presence
  readonly #clock: Clock
  readonly #alarm: Pick<Alarm, 'set'>
  #dueAt: number | null = null
  #writtenAt = 0
  #inFlight = false
  #sends: { user_id: string; id: string }[] = []

  constructor({ mirror, presence, clock, alarm }: Uses) {
    this.#mirror = mirror
    this.#presence = presence
    this.#clock = clock
    this.#alarm = alarm
  }

  isDue(now: number): boolean {
    return !this.#inFlight && this.#dueAt !== null && this.#dueAt <= now
  }

  /** Schedules a write of presence, which has changed. */
  schedule(now: number): void {
    if (this.#dueAt === null)
      this.#setDue(Math.max(now + firstDelayMs, this.#writtenAt + presenceIntervalMs))
  }

  /** Makes a write of presence due at once, to renew its lease. */
  renewLease(now: number): void {
    this.#setDue(now)
  }

  #setDue(at: number | null): void {
    this.#dueAt = at
    this.#alarm.set('mirror_presence', this.#inFlight ? null : at)
  }

  recordSend(userId: string, id: string): void {
    if (this.#sends.length === pendingSendsMax) this.#sends.splice(0, pendingSendsMax / 2)
    this.#sends.push({ user_id: userId, id })
  }

  async writePresence(): Promise<void> {
    this.#inFlight = true
    this.#setDue(null)
    const written = await this.#attempt('presence', () =>
      this.#mirror.writePresence(this.#presence.members()),
    )
    this.#inFlight = false
    this.#writtenAt = this.#clock.now()
    this.#setDue(this.#dueAt ?? (written ? null : this.#writtenAt + presenceIntervalMs))
  }

  /** Writes the sends since the last write. */
  async writeSends(): Promise<void> {
    const sends = this.#sends
    this.#sends = []
    if (sends.length > 0)
      await this.#attempt('sends', () => this.#mirror.writeSends(sends, this.#clock.wall()))
  }

  /** Reads the latest sends, for a room whose log was lost. Empty if Redis does not answer. */
  async readSends(): Promise<{ user_id: string; at: number }[]> {
    let sends: { user_id: string; at: number }[] = []
    await this.#attempt('sends', async () => {
      sends = await this.#mirror.readSends(this.#clock.wall())
    })
    return sends
  }

  async #attempt(what: string, call: () => Promise<void>): Promise<boolean> {
    try {
      await call()
      return true
    } catch (error) {
      logError('mirror_unavailable', { what, ...errorFields(error) })
      return false
    }
  }
}
