// The two edges of the list: older messages above, and newer ones below an older part of the history.

import type { ChatClient } from '../../client/chat-client.ts'
import * as strings from '../strings/en.json'
import { createListEdge } from './list-edge.ts'

type ListEdgesOptions = {
  chat: Pick<ChatClient, 'state' | 'history' | 'newer'>
  /** To be called when loading has failed, or is tried again. */
  onChange: () => void
}

export function createListEdges({ chat, onChange }: ListEdgesOptions) {
  const older = createListEdge({
    class: 'older',
    texts: {
      more: strings.loadingEarlierMessages,
      failed: strings.earlierMessagesCouldNotBeLoaded,
      end: strings.thisIsWhereTheConversationBegins,
    },
    load: () => chat.history(),
    onChange,
  })
  const newer = createListEdge({
    class: 'newer',
    texts: {
      more: strings.loadingLaterMessages,
      failed: strings.laterMessagesCouldNotBeLoaded,
      end: '',
    },
    load: () => chat.newer(),
    onChange,
  })
  return {
    older: older.element,
    newer: newer.element,
    /** @param left the pixels that are left to both edges */
    loadIfNear({ abovePx, belowPx }: { abovePx: number; belowPx: number }): void {
      older.loadIfNear(abovePx)
      newer.loadIfNear(belowPx)
    },
    update(): void {
      const { messages, hasOlder } = chat.state.detached ?? chat.state
      older.update(hasOlder ? 'more' : messages.length === 0 ? 'none' : 'end')
      newer.update(chat.state.detached ? 'more' : 'none')
    },
  }
}
