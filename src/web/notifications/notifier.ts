// Tells the user about new messages while nobody looks at the page. It waits a moment, because the user may be
// reading them on another device or in another tab.

import type { ChatClient } from '../../client/chat-client.ts'
import type { Member } from '../../client/contract.ts'
import type { SentMessage } from '../../client/state.ts'
import { hasAttention, watchAttention } from '../conversation/watch-attention.ts'
import type { SettingsStore } from '../settings/settings.ts'
import { newMessagesLabel } from '../text/sentences.ts'
import { createNotificationOffer } from './offer.ts'
import { permission } from './permission.ts'
import { closeNotifications, showNotification } from './show-notification.ts'
import { isWorthTelling } from './worth-telling.ts'

const waitMs = 1_000
const bodyMax = 300

export type NotifierOptions = {
  chat: Pick<ChatClient, 'state'>
  user: Member
  settings: SettingsStore
  /** Shows a message in the conversation. */
  openMessage: (id: string) => void
  /** Runs when the user has answered the question whether to be notified. */
  onFocusLost: () => void
  signal: AbortSignal
}

export function createNotifier(options: NotifierOptions) {
  const { chat, user, settings, openMessage, signal } = options
  const { id: userId } = user
  const offer = createNotificationOffer({ userId, settings, onAnswered: options.onFocusLost })
  let waiting: SentMessage[] = []
  let timer: ReturnType<typeof setTimeout> | undefined

  const tell = () => {
    timer = undefined
    const readId = chat.state.readMarker?.lastReadId ?? ''
    waiting = hasAttention() ? [] : waiting.filter(({ id }) => id > readId)
    const newest = waiting.at(-1)
    if (!newest || permission() !== 'granted') return
    const { username, content, id } = newest
    const others = waiting.length - 1
    const title = others === 0 ? username : `${username} (${newMessagesLabel(waiting.length)})`
    const silent = settings.current.sound === 'off'
    const body = content.slice(0, bodyMax)
    showNotification({ title, body, messageId: id, silent }, openMessage).catch(() => {})
  }
  watchAttention({
    onHide() {},
    onChange() {
      if (!hasAttention()) return
      waiting = []
      void closeNotifications()
    },
    signal,
  })
  // The service worker tells which notification was chosen.
  navigator.serviceWorker?.addEventListener(
    'message',
    ({ data }) => typeof data?.messageId === 'string' && openMessage(data.messageId),
    { signal },
  )
  signal.addEventListener('abort', () => clearTimeout(timer))

  return {
    /** The question whether to be notified. */
    offer: offer.element,
    onMessage(message: SentMessage): void {
      offer.onMessage(message)
      if (hasAttention() || !isWorthTelling(message, { userId, notify: settings.current.notify }))
        return
      waiting.push(message)
      timer ??= setTimeout(tell, waitMs)
    },
  }
}
