// Imports bans and erasures, once, into a log of the release before, which remembered them for a while
// only. The room is open meanwhile.

import type { Revocations } from '../access/revocations.ts'
import type { Alarm } from '../clock/alarm.ts'
import type { Clock } from '../clock/clock.ts'
import type { OpenedLog } from '../log/create-log.ts'
import type { RestoreSource } from '../ports.ts'
import { importExclusions } from './apply-state.ts'
import { readState } from './restored-state.ts'

/** In case the import is lost with its isolate, in milliseconds. */
const guardMs = 60_000
const accountsMax = 1_000

type Uses = Pick<OpenedLog, 'log' | 'meta' | 'erasures'> & {
  revocations: Revocations
  archive: Pick<RestoreSource, 'readForRestore' | 'readRevisions' | 'readReactionRevisions'>
  clock: Clock
  alarm: Pick<Alarm, 'set'>
}

export class ExclusionImport {
  readonly #uses: Uses
  #dueAt: number | null = null

  constructor(uses: Uses) {
    this.#uses = uses
    const { meta, clock } = uses
    if (meta.text('restored_at') === null) this.#setDue(clock.now())
  }

  #setDue(at: number | null): void {
    this.#dueAt = at
    this.#uses.alarm.set('import_exclusions', at)
  }

  /** Must be called when the alarm fires. @returns whether it is time to run */
  alarmFired(now: number): boolean {
    if (this.#dueAt === null || this.#dueAt > now) return false
    this.#setDue(now + guardMs)
    return true
  }

  /** Throws if Postgres does not answer. */
  async run(): Promise<void> {
    const { log, revocations, archive, clock } = this.#uses
    try {
      const { unbans } = revocations
      const { excluded } = await readState(archive, {
        kept: [],
        keptReactions: [],
        limit: accountsMax,
      })
      // A ban that was lifted since may be among these, so they are read again.
      if (revocations.unbans !== unbans) return this.#setDue(clock.now())
      log.transaction(() =>
        importExclusions(this.#uses, revocations, { excluded, now: clock.wall() }),
      )
      this.#setDue(null)
    } catch (error) {
      this.#setDue(clock.now())
      throw error
    }
  }
}
