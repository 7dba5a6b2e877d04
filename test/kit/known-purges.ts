// The purges that clients were told of, and those that somebody has asked for and that may come.

import type { Message, Purge } from './protocol.ts'

type Written = Pick<Message, 'id' | 'user_id'>
export type PurgedRange = Pick<Purge, 'user_id' | 'from_id' | 'to_id'>

/** Sorts after every id. */
const endOfIds = '~'

export function isInRange({ id, user_id }: Written, range: PurgedRange): boolean {
  return range.user_id === user_id && range.from_id <= id && id <= range.to_id
}

export class KnownPurges {
  readonly #told = new Map<number, { purge: Purge; at: number }>()
  readonly #asked: PurgedRange[] = []

  /** All that were told, by revision. */
  get all(): Purge[] {
    return [...this.#told.values()].map(({ purge }) => purge)
  }

  /**
   * From now on these messages may be gone, also those that are still to be sent.
   * @returns to be called with the highest id that the purge can cover
   */
  ask({ user_id, from_id }: Pick<Purge, 'user_id' | 'from_id'>): (to_id: string) => void {
    const range = { user_id, from_id, to_id: endOfIds }
    this.#asked.push(range)
    return (to_id) => {
      range.to_id = to_id
    }
  }

  /** @returns whether it is new */
  tell(purge: Purge, at: number): boolean {
    if (this.#told.has(purge.revision)) return false
    this.#told.set(purge.revision, { purge, at })
    return true
  }

  /** Whether the message is gone, or may be. */
  mayCover(message: Written): boolean {
    const covers = (range: PurgedRange) => isInRange(message, range)
    return this.#asked.some(covers) || this.all.some(covers)
  }

  /** When a client was told that the message is gone; infinite: nobody was. */
  toldAt(message: Written): number {
    const times = [...this.#told.values()].map(({ purge, at }) =>
      isInRange(message, purge) ? at : Number.POSITIVE_INFINITY,
    )
    return Math.min(...times)
  }

  clear(): void {
    this.#told.clear()
    this.#asked.length = 0
  }
}
