// Deleting with time to think again: the service hears of it only after a while, or when the page
// goes away. Nothing of this is kept: a page that crashes has deleted nothing.

import { changeFailure } from './failure.ts'

export type DeletionParts = {
  remove: (id: string) => Promise<void>
  /** Runs something once after so many milliseconds. Returns what cancels it. */
  after: (ms: number, run: () => void) => () => void
  /** `problem` says why the message is still there. */
  told: (id: string, phase: 'undoable' | 'leaving' | 'kept', problem: string | null) => void
}

const undoWithinMs = 5_000

export class Deletions {
  readonly #parts: DeletionParts
  readonly #waiting = new Map<string, () => void>()

  constructor(parts: DeletionParts) {
    this.#parts = parts
  }

  begin(id: string): void {
    if (this.#waiting.has(id)) return
    this.#waiting.set(
      id,
      this.#parts.after(undoWithinMs, () => void this.#go(id)),
    )
    this.#parts.told(id, 'undoable', null)
  }

  undo(id: string): void {
    if (this.#end(id)) this.#parts.told(id, 'kept', null)
  }

  /** Now or never. */
  async hurry(): Promise<void> {
    await Promise.all([...this.#waiting.keys()].map((id) => this.#go(id)))
  }

  async #go(id: string): Promise<void> {
    this.#end(id)
    this.#parts.told(id, 'leaving', null)
    try {
      await this.#parts.remove(id)
    } catch (problem) {
      this.#parts.told(id, 'kept', changeFailure('deleted', null, problem))
    }
  }

  #end(id: string): boolean {
    this.#waiting.get(id)?.()
    return this.#waiting.delete(id)
  }
}
