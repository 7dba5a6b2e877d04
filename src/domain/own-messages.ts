// All messages of one person, oldest first, out of two places: what the archive holds page by page,
// overlaid with what the room had not yet written when the reading began.

import type { KeptMessage } from './message.ts'

export type Overlay = {
  /**
   * @param page of the archive, the next in the order of ids
   * @returns the page as it really is, with what belongs before its end
   */
  over(page: KeptMessage[]): KeptMessage[]
  /** What comes after the last page. */
  rest(): KeptMessage[]
}

/** @param unwritten in the order of ids */
export function overlay(unwritten: KeptMessage[]): Overlay {
  let waiting = unwritten
  return {
    over(page) {
      const last = page.at(-1)
      if (!last) return []
      const byId = new Map(page.map((row) => [row.id, row]))
      for (const row of waiting) {
        const archived = byId.get(row.id)
        if (row.id > last.id || (archived && archived.revision > row.revision)) continue
        byId.set(row.id, row)
      }
      waiting = waiting.filter((row) => row.id > last.id)
      return [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
    },
    rest: () => waiting,
  }
}
