// Deletes messages that are older than the retention, from the log and from the archive. It works in
// small steps, so that neither the room nor Postgres is busy with it for long.

import type { Alarm } from '../clock/alarm.ts'
import type { Clock } from '../clock/clock.ts'
import type { ExpiryFloor } from '../log/expiry-floor.ts'
import type { Log } from '../log/log.ts'
import type { Revisions } from '../log/revisions.ts'
import { recordRoom } from '../log/room-settings/record-room.ts'
import type { RoomSettings } from '../log/room-settings/room-settings.ts'
import type { Outbox } from '../outbox/outbox.ts'
import type { Archive } from '../ports.ts'
import { accepted } from '../sequencer/command.ts'
import type { Sequencer } from '../sequencer/sequencer.ts'

/** Rows of one step, in the log and in the archive each. */
const stepMax = 1_000
const nextStepMs = 1_000
const nextCheckMs = 60 * 60_000

type Uses = {
  clock: Clock
  alarm: Pick<Alarm, 'set'>
  log: Log
  outbox: Outbox
  archive: Pick<Archive, 'expire'>
  floor: ExpiryFloor
  roomSettings: RoomSettings
  revisions: Revisions
  sequencer: Pick<Sequencer, 'now'>
  /** 0: messages are kept for ever. */
  retentionDays: number
}

export class Expiry {
  readonly #uses: Uses
  #dueAt: number | null = null

  constructor(uses: Uses) {
    this.#uses = uses
    if (uses.retentionDays > 0) this.#setDue(uses.clock.now())
  }

  isDue(now: number): boolean {
    return this.#dueAt !== null && this.#dueAt <= now
  }

  /** Runs one step and sets the time of the next. A fault of the archive is thrown. */
  async run(): Promise<void> {
    const { clock, log, outbox, archive, floor, retentionDays } = this.#uses
    this.#setDue(clock.now() + nextCheckMs)
    floor.raise(retentionDays, clock.wall())
    this.#unpin()
    // A flush that began before may carry what has expired. Later ones leave it out.
    await outbox.idle()
    const removed = log.expire(floor.id, stepMax)
    outbox.dropDeadLetters(removed)
    const isMoreInArchive = (await archive.expire(floor.id, stepMax)) === stepMax
    if (removed.length > 0 || isMoreInArchive) this.#setDue(clock.now() + nextStepMs)
  }

  /** A pin is a copy of its message. */
  #unpin(): void {
    const { floor, roomSettings, sequencer } = this.#uses
    const { pins } = roomSettings.current
    const kept = pins.filter(({ id }) => !floor.isExpired(id))
    if (kept.length === pins.length) return
    sequencer.now(() => ({
      ...accepted(null),
      events: [recordRoom(this.#uses, { pins: kept })],
    }))
  }

  #setDue(at: number): void {
    this.#dueAt = at
    this.#uses.alarm.set('expire_messages', at)
  }
}
