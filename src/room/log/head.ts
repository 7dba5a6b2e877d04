// Numbers the events of the log. The head never goes back: it is stored before any row is deleted,
// so that no restart gives a number twice.

import type { Meta } from './meta.ts'

export class Head {
  readonly #meta: Meta
  #seq: number

  constructor(meta: Meta) {
    this.#meta = meta
    this.#seq = meta.number('head_seq')
  }

  /** The number of the latest event; 0: there is none. */
  get seq(): number {
    return this.#seq
  }

  /** Must be called by a kind for the rows that it has at its start, and for each that it writes. */
  raiseTo(seq: number): void {
    this.#seq = Math.max(this.#seq, seq)
  }

  get next(): number {
    return this.#seq + 1
  }

  /** Must be called before any row is deleted. */
  store(): void {
    this.#meta.set('head_seq', this.#seq)
  }

  snapshot(): () => void {
    const seq = this.#seq
    return () => {
      this.#seq = seq
    }
  }
}
