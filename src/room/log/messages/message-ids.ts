// Gives messages their ids, which strictly rise over all starts of the room and after every deletion.

import { idTime, nextId } from '../../../domain/ids.ts'
import type { Meta } from '../meta.ts'

export class MessageIds {
  readonly #meta: Meta
  #last: string | null

  /** @param newest the highest id of all rows */
  constructor(meta: Meta, newest: string | undefined) {
    this.#meta = meta
    const ids = [newest, meta.text('last_id')].filter((id) => typeof id === 'string')
    this.#last = ids.sort().at(-1) ?? null
  }

  /** When the newest message was created, by its id, in milliseconds; 0: there is none. */
  get newestAt(): number {
    return this.#last === null ? 0 : idTime(this.#last)
  }

  /** The newest id that was given; null: there is none. */
  get last(): string | null {
    return this.#last
  }

  next(now: number): string {
    return nextId(this.#last, now, crypto.getRandomValues(new Uint8Array(8)))
  }

  /** Must be called when a message with this id was added. */
  used(id: string): void {
    this.#last = id
  }

  /** Must be called before rows are deleted, so that no id is given twice. */
  store(): void {
    if (this.#last !== null) this.#meta.set('last_id', this.#last)
  }

  snapshot(): () => void {
    const last = this.#last
    return () => {
      this.#last = last
    }
  }
}
