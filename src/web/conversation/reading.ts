// Marks as read what the user can see, while the page has the attention of the user, and keeps what is new.

import type { ChatClient } from '../../client/chat-client.ts'
import type { ChatMessage } from '../../client/state.ts'
import type { VirtualList } from '../virtual-list/virtual-list.ts'
import { isNotice, type ListRow } from './purge-notices.ts'
import { NewMessages } from './unread.ts'
import { hasAttention } from './watch-attention.ts'

export type ReadingOptions = {
  chat: Pick<ChatClient, 'state' | 'markRead'>
  virtualList: () => Pick<VirtualList<ListRow>, 'atEnd' | 'visibleRows' | 'heightPx'>
}

export class Reading {
  readonly #options: ReadingOptions
  readonly news = new NewMessages()
  #hasBegun = false
  /** The newest message of the first list; null: there was none. */
  #newestAtFirst: string | null | undefined

  constructor(options: ReadingOptions) {
    this.#options = options
  }

  /**
   * Begins when the marker is known. What came before that is marked only after the list has shown it.
   * @returns whether it began just now
   */
  begin(): boolean {
    const { chat } = this.#options
    const { loaded, messages, readMarker } = chat.state
    if (this.#hasBegun || !loaded) return false
    if (this.#newestAtFirst === undefined) this.#newestAtFirst = newestId(messages) ?? null
    if (!readMarker) return false
    this.#hasBegun = true
    // Nothing that is there counts as new on the first visit, wherever it begins.
    if (readMarker.lastReadId === null && this.#newestAtFirst) chat.markRead(this.#newestAtFirst)
    this.news.follow(chat.state.readMarker ?? readMarker)
    return true
  }

  /** To be called when the list, its position or the attention of the user may have changed. */
  track(): void {
    const { chat } = this.#options
    if (!this.#hasBegun || !chat.state.readMarker) return
    const seenId = hasAttention() ? this.#seenId() : undefined
    if (seenId && seenId > (chat.state.readMarker.lastReadId ?? '')) chat.markRead(seenId)
    this.news.follow(chat.state.readMarker)
  }

  #seenId(): string | null | undefined {
    const { chat, virtualList } = this.#options
    const { atEnd, visibleRows, heightPx } = virtualList()
    const { detached, messages } = chat.state
    if (atEnd && !detached) return newestId(messages)
    const seen = visibleRows.findLast(
      ({ row, endPx }) => endPx <= heightPx + 1 && !isNotice(row) && row.message.state === 'sent',
    )
    return seen && !isNotice(seen.row) ? seen.row.message.id : undefined
  }
}

const newestId = (messages: readonly ChatMessage[]) =>
  messages.findLast(({ state }) => state === 'sent')?.id
