// Loads older messages while the user scrolls up, and shows above the list what it is doing.

import type { ChatClient } from '../../client/chat-client.ts'
import { make } from '../elements/dom.ts'

/** The next page is loaded when fewer pixels than this are left above. */
const loadBelowPx = 1_500

type OlderMessagesOptions = {
  chat: Pick<ChatClient, 'state' | 'history'>
  /** To be called when loading has failed, or is tried again. */
  onChange: () => void
}

export function createOlderMessages({ chat, onChange }: OlderMessagesOptions) {
  const element = make('div', { class: 'older' })
  let hasFailed = false

  const retryButton = () => {
    const button = make('button', { type: 'button', class: 'plain' }, 'Try again')
    button.addEventListener('click', () => {
      hasFailed = false
      onChange()
    })
    return button
  }

  return {
    element,

    /** @param abovePx pixels that are left above the visible part */
    loadIfNear(abovePx: number): void {
      const { loaded, hasOlder, loadingOlder } = chat.state
      if (!loaded || !hasOlder || loadingOlder || hasFailed || abovePx > loadBelowPx) return
      chat.history().catch(() => {
        hasFailed = true
        onChange()
      })
    },

    update(): void {
      const { messages, hasOlder } = chat.state
      element.hidden = messages.length === 0 && !hasOlder
      const state = hasFailed ? 'failed' : hasOlder ? 'more' : 'begun'
      if (element.dataset.state === state) return
      element.dataset.state = state
      const content = {
        more: ['Loading earlier messages…'],
        begun: ['This is where the conversation begins.'],
        failed: ['Earlier messages could not be loaded. ', retryButton()],
      }
      element.replaceChildren(...content[state])
    },
  }
}
