// The room's reflection in Redis, for when the room can't be asked: who is here, and the send
// windows. Written behind everyone's back; a failure costs nothing but freshness.

import { journalFault, traits } from '../../journal.ts'
import type { Clock } from '../clock/clock.ts'
import type { Mirror } from '../ports.ts'
import type { Presence } from './presence.ts'

/** Who is here is written at most so often, and a little after the first change. */
const everyMs = 5_000
const collectMs = 1_000
/** So many sends wait at most: a long flight of the outbox holds them up, and the latest count. */
const sendsMax = 50_000

export class MirrorWriter {
  readonly #mirror: Mirror
  readonly #presence: Presence
  readonly #clock: Clock
  #dueAt: number | null = null
  #writtenAt = 0
  #inFlight = false
  #sends: { user_id: string; id: string }[] = []

  constructor(mirror: Mirror, presence: Presence, clock: Clock) {
    this.#mirror = mirror
    this.#presence = presence
    this.#clock = clock
  }

  get nextDue(): number | null {
    return this.#inFlight ? null : this.#dueAt
  }

  isDue(now: number): boolean {
    const due = this.nextDue
    return due !== null && due <= now
  }

  /** Who is here has changed. */
  expect(now: number): void {
    this.#dueAt ??= Math.max(now + collectMs, this.#writtenAt + everyMs)
  }

  /** The lease has to be renewed. */
  renew(now: number): void {
    this.#dueAt = now
  }

  noteSend(userId: string, id: string): void {
    if (this.#sends.length === sendsMax) this.#sends.splice(0, sendsMax / 2)
    this.#sends.push({ user_id: userId, id })
  }

  async writePresence(): Promise<void> {
    this.#dueAt = null
    this.#inFlight = true
    const written = await this.#attempt('presence', () =>
      this.#mirror.writePresence(this.#presence.everyone()),
    )
    this.#inFlight = false
    this.#writtenAt = this.#clock.now()
    if (!written) this.#dueAt ??= this.#writtenAt + everyMs
  }

  /** Whatever was sent meanwhile. */
  async writeSends(): Promise<void> {
    const sends = this.#sends
    this.#sends = []
    if (sends.length > 0)
      await this.#attempt('sends', () => this.#mirror.writeSends(sends, this.#clock.wall()))
  }

  /** What a log that was lost knew of the latest sends; nothing if Redis can't say. */
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
      journalFault('mirror_away', { what, ...traits(error) })
      return false
    }
  }
}
