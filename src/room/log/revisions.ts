// Numbers the changes of everything that is moderated. One counter for all of them never goes back, also
// when a row is deleted and made anew, so in the archive the higher revision is always the newer state.

import type { Meta } from './meta.ts'

export class Revisions {
  readonly #meta: Meta

  constructor(meta: Meta) {
    this.#meta = meta
  }

  /** Must be called in the transaction that writes the row. */
  next(): number {
    const revision = this.#meta.number('moderation_revision') + 1
    this.#meta.set('moderation_revision', revision)
    return revision
  }

  /** Revisions up to this one were given before the log was restored. */
  raiseTo(revision: number): void {
    if (revision > this.#meta.number('moderation_revision'))
      this.#meta.set('moderation_revision', revision)
  }
}
