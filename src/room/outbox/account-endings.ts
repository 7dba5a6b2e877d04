// Applies bans, ended sessions and erasures to a Postgres that lost them, in small batches. How far it
// has come is stored, so it goes on after a restart.

import type { Endings } from '../../domain/endings.ts'
import type { Alarm } from '../clock/alarm.ts'
import type { Clock } from '../clock/clock.ts'
import type { Erasures } from '../log/erasures/erasures.ts'
import type { Meta, MetaKey } from '../log/meta.ts'
import type { ArchiveRepair } from '../ports.ts'

/** Bans and ended sessions of one request. */
const batchMax = 500
/** While a run waits for Postgres, it is due again after this, in case it is lost with its isolate. */
const guardMs = 15_000
/** Stored when nothing is left. It sorts after every key. */
const endOfKeys = '~'

/** Bans and ended sessions as the room remembers them, in the order of their keys. */
export type RememberedEndings = {
  /** @returns null: there are none after this key */
  endingsAfter(key: string, max: number): (Endings & { lastKey: string }) | null
  countEndingsAfter(key: string): number
}

type Uses = {
  meta: Meta
  erasures: Pick<Erasures, 'afterUser' | 'countAfterUser'>
  revocations: RememberedEndings
  repair: ArchiveRepair
  clock: Clock
  alarm: Pick<Alarm, 'set'>
}

export class AccountEndings {
  readonly #uses: Uses
  #isRunning = false
  /** How often it was begun: a run that began before settles nothing. */
  #begun = 0

  constructor(uses: Uses) {
    this.#uses = uses
    this.#setAlarm(uses.clock.now())
  }

  /** How many are still to be applied. */
  get left(): number {
    const { erasures, revocations } = this.#uses
    return (
      revocations.countEndingsAfter(this.#doneTo('rearchive_endings_after')) +
      erasures.countAfterUser(this.#doneTo('rearchive_erasures_after'))
    )
  }

  /** Stores that all are to be applied. Part of a transaction; `schedule` must follow it. */
  begin(): void {
    const { meta } = this.#uses
    meta.set('rearchive_endings_after', '')
    meta.set('rearchive_erasures_after', '')
    this.#begun++
  }

  schedule(): void {
    this.#setAlarm(this.#uses.clock.now())
  }

  /** Must be called when the alarm fires. @returns whether it is time to run */
  alarmFired(now: number): boolean {
    if (this.#isRunning) this.#setAlarm(now + guardMs)
    return !this.#isRunning && this.#isPending
  }

  /** Applies all that are left. An error of Postgres is thrown, and the next run goes on from there. */
  async run(): Promise<void> {
    this.#isRunning = true
    this.#setAlarm(this.#uses.clock.now() + guardMs)
    try {
      while (this.#isPending) {
        await this.#applyNextBatch()
        await this.#eraseNextAccount()
      }
    } finally {
      this.#isRunning = false
      this.schedule()
    }
  }

  async #applyNextBatch(): Promise<void> {
    const { revocations, repair } = this.#uses
    const next = revocations.endingsAfter(this.#doneTo('rearchive_endings_after'), batchMax)
    const settle = this.#settles('rearchive_endings_after', next?.lastKey)
    if (next) await repair.endAccounts(next)
    settle()
  }

  async #eraseNextAccount(): Promise<void> {
    const { erasures, repair } = this.#uses
    const next = erasures.afterUser(this.#doneTo('rearchive_erasures_after'))
    const settle = this.#settles('rearchive_erasures_after', next?.user_id)
    if (next) while (await repair.eraseAccount(next.user_id, next.remains, next.at));
    settle()
  }

  /** @returns a function that stores how far it has come, unless everything was begun anew */
  #settles(key: MetaKey, doneTo = endOfKeys): () => void {
    const begun = this.#begun
    return () => {
      if (begun === this.#begun) this.#uses.meta.set(key, doneTo)
    }
  }

  #doneTo(key: MetaKey): string {
    return this.#uses.meta.text(key) ?? endOfKeys
  }

  get #isPending(): boolean {
    return (['rearchive_endings_after', 'rearchive_erasures_after'] as const).some(
      (key) => this.#doneTo(key) !== endOfKeys,
    )
  }

  #setAlarm(at: number): void {
    this.#uses.alarm.set('apply_endings', this.#isPending ? at : null)
  }
}
