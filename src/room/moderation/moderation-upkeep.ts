// Removes once a day what moderation need not keep any longer: restrictions that are over, closed reports,
// texts of reports, and old entries of the audit log.

import type { Alarm } from '../clock/alarm.ts'
import { atMostNow, type Clock } from '../clock/clock.ts'
import type { Meta } from '../log/meta.ts'
import type { AuditLog } from '../log/private/audit-log.ts'
import type { ReportTable } from '../log/private/reports.ts'
import type { RestrictionTable } from '../log/private/restrictions.ts'
import type { ModerationArchive } from '../ports.ts'
import { accepted } from '../sequencer/command.ts'
import type { Sequencer } from '../sequencer/sequencer.ts'

const dayMs = 24 * 60 * 60_000
/** How long the room keeps closed reports, and entries of the audit log that the archive has too. */
const keptDays = 30

type Uses = {
  clock: Clock
  alarm: Pick<Alarm, 'set'>
  meta: Meta
  restrictions: RestrictionTable
  reports: ReportTable
  auditLog: AuditLog
  sequencer: Sequencer
  archive: Pick<ModerationArchive, 'tidyModeration'>
  snapshotDays: number
}

export class ModerationUpkeep {
  readonly #uses: Uses
  #dueAt = 0

  constructor(uses: Uses) {
    this.#uses = uses
    const { meta, clock } = uses
    const now = clock.now()
    const last = meta.number('moderation_tidied_at')
    // Stored at the first start, because each wake of the room is another one.
    const countFrom = last === 0 ? now : atMostNow(last, now)
    meta.set('moderation_tidied_at', countFrom)
    this.#setDue(countFrom + dayMs)
  }

  isDue(now: number): boolean {
    return this.#dueAt <= now
  }

  /** An error of Postgres is thrown. What it did not remove is removed on the next day. */
  async run(): Promise<void> {
    const { meta, clock, sequencer, archive } = this.#uses
    const now = clock.now()
    this.#setDue(now + dayMs)
    meta.set('moderation_tidied_at', now)
    const wall = clock.wall()
    sequencer.now(() => {
      this.#removeOld(wall)
      return accepted(null)
    })
    await archive.tidyModeration(wall)
  }

  #removeOld(wall: number): void {
    const { restrictions, reports, auditLog, snapshotDays } = this.#uses
    restrictions.removeOver(wall)
    reports.removeOldTexts(wall - snapshotDays * dayMs)
    reports.removeClosed(wall - keptDays * dayMs)
    auditLog.removeOld(wall - keptDays * dayMs)
  }

  #setDue(at: number): void {
    this.#dueAt = at
    this.#uses.alarm.set('tidy_moderation', at)
  }
}
