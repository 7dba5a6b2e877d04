// Deletions that can be undone for some seconds. The service gets a deletion when this time is over,
// or when the page is closed. Nothing is stored: a page that crashes has deleted nothing.

import { changeFailure } from '../text/failures.ts'

export type DeletionOptions = {
  remove: (id: string) => Promise<void>
  /** Runs a function once after so many milliseconds. Returns a function that cancels it. */
  after: (ms: number, run: () => void) => () => void
  /** `problem` says why the message was not deleted. */
  onPhase: (id: string, phase: 'undoable' | 'deleting' | 'kept', problem: string | null) => void
}

const undoWithinMs = 5_000

export class Deletions {
  readonly #options: DeletionOptions
  /** By message id, cancels the timer. */
  readonly #timers = new Map<string, () => void>()

  constructor(options: DeletionOptions) {
    this.#options = options
  }

  start(id: string): void {
    if (this.#timers.has(id)) return
    this.#timers.set(
      id,
      this.#options.after(undoWithinMs, () => void this.#remove(id)),
    )
    this.#options.onPhase(id, 'undoable', null)
  }

  /** Deletes at once, without a way back. */
  async removeNow(id: string): Promise<void> {
    await this.#remove(id)
  }

  undo(id: string): void {
    if (this.#cancelTimer(id)) this.#options.onPhase(id, 'kept', null)
  }

  /** Sends all deletions that still wait. */
  async flush(): Promise<void> {
    await Promise.all([...this.#timers.keys()].map((id) => this.#remove(id)))
  }

  async #remove(id: string): Promise<void> {
    this.#cancelTimer(id)
    this.#options.onPhase(id, 'deleting', null)
    try {
      await this.#options.remove(id)
    } catch (problem) {
      this.#options.onPhase(id, 'kept', changeFailure('deleted', null, problem))
    }
  }

  #cancelTimer(id: string): boolean {
    this.#timers.get(id)?.()
    return this.#timers.delete(id)
  }
}
