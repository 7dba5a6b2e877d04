// The lines that say how many messages moderators removed at once, between the messages that are left.

import type { ChatMessage } from '../../client/state.ts'
import type { Row } from './rows.ts'

export type NoticeRow = { readonly key: string; readonly removed: number }
export type ListRow = Row | NoticeRow

export const isNotice = (row: ListRow): row is NoticeRow => 'removed' in row

type Notice = { readonly row: NoticeRow; readonly afterId: string }

export class PurgeNotices {
  #notices: readonly Notice[] = []
  #made = 0

  /**
   * To be called when messages have left the list. Two purges without a message between them are one line.
   * @param messages that are left
   */
  add(removed: number, messages: readonly ChatMessage[]): void {
    const afterId = messages.findLast(({ state }) => state === 'sent')?.id ?? ''
    const last = this.#notices.at(-1)
    const joined = last?.afterId === afterId ? last : null
    const row = { key: `purge-${++this.#made}`, removed: removed + (joined?.row.removed ?? 0) }
    this.#notices = [...this.#notices.filter((notice) => notice !== joined), { row, afterId }]
  }

  /** The ids of the messages above the lines. Some of these messages may be gone. */
  get idsAbove(): readonly string[] {
    return this.#notices.map(({ afterId }) => afterId)
  }

  /** @param rows of all messages, the pending ones last */
  insertInto(rows: readonly Row[]): readonly ListRow[] {
    if (this.#notices.length === 0) return rows
    const all: ListRow[] = []
    const left = [...this.#notices]
    for (const row of rows) {
      while (left[0] && isBelow(row, left[0])) all.push((left.shift() as Notice).row)
      all.push(row)
    }
    return [...all, ...left.map(({ row }) => row)]
  }
}

const isBelow = ({ message: { id } }: Row, { afterId }: Notice) => id === null || id > afterId
