// The room: all parts of the screen, and their updates when the state changes.

import type { ChatClient } from '../client/chat-client.ts'
import type { Member } from '../client/contract.ts'
import type { ChatRest } from '../client/rest.ts'
import { createAccountMenu } from './account/account-menu.ts'
import { createComposer } from './composer/composer.ts'
import { createDraft } from './composer/draft.ts'
import { pendingOf } from './composer/pending-messages.ts'
import { createConnectionBar } from './connection-bar/connection-bar.ts'
import { createAnnouncer } from './conversation/announcer.ts'
import { createConversation } from './conversation/conversation.ts'
import { make } from './elements/dom.ts'
import { createModerationPanel } from './moderation/moderation-panel.ts'
import { createPeoplePanel } from './people/people-panel.ts'
import { createPersonCard } from './person-card/person-card.ts'
import { createPinnedBar } from './pinned/pinned-bar.ts'
import { createRoomViewer } from './room-viewer.ts'
import { accountChangedText, pageTitle, purgeLine } from './text/sentences.ts'

export const appName = 'Edge Chat'

export type RoomScreenOptions = {
  chat: ChatClient
  rest: ChatRest
  user: Member
  /** Runs when the user logs out, with a text for the login page. */
  onLogout: (why: string | null) => void
  /** Runs when the session has ended otherwise. The draft stays stored. */
  onSessionEnd: (why: string) => void
}

export function createRoomScreen({ chat, rest, user, onLogout, onSessionEnd }: RoomScreenOptions) {
  const closing = new AbortController()
  const { signal } = closing
  let isEndingSession = false
  /** A call that ends the session comes after the deletions that still wait. */
  async function endSessionBy<T>(call: () => Promise<T>): Promise<T> {
    await conversation.flush()
    isEndingSession = true
    try {
      return await call()
    } catch (thrown) {
      isEndingSession = false
      if (!signal.aborted) update()
      throw thrown
    }
  }
  const accountChanged = () => onSessionEnd(accountChangedText(user.username))
  const account = createAccountMenu({
    rest,
    user,
    onLogout,
    accountChanged,
    endSessionBy,
    unsent: () => pendingOf(chat.state.messages).length,
    signal,
  })
  const { viewer, roles, roleOf, refusal, slowModeMs } = createRoomViewer({ chat, user })
  const onFocusLost = () => composer.focus()
  const personCard = createPersonCard({ chat, viewer, roleOf, onFocusLost, signal })
  const openPerson = (person: Member) => personCard.open(person)
  const people = createPeoplePanel({
    userId: user.id,
    loadOnline: () => chat.online(),
    openPerson,
    signal,
  })
  const bar = createConnectionBar({
    reconnect: () => void chat.connect().catch(() => {}),
    onFreshness: (freshness) => people.setFreshness(freshness),
    signal,
  })
  const announcer = createAnnouncer()
  const conversation = createConversation({
    chat,
    user,
    viewer,
    roles,
    openPerson,
    focusComposer: () => composer.focus(),
    rewrite: (content) => composer.rewrite(content),
    onUnreadCount: (count) => {
      document.title = pageTitle(appName, document.hidden ? count : 0)
    },
    signal,
  })
  const pinned = createPinnedBar({
    has: conversation.has,
    reveal: conversation.reveal,
    unpin: (id) => chat.moderation.unpin(id),
  })
  const composer = createComposer({
    draft: createDraft({ userId: user.id, signal }),
    send: (content) => {
      // The entry in the list shows the result.
      void chat.send(content).catch(() => {})
      conversation.onSend()
    },
    typing: () => chat.typing(),
    editLast: () => conversation.editLast(),
    signal,
  })
  const moderation = createModerationPanel({
    chat,
    openPerson,
    onFocusLost,
    signal,
  })
  const element = make(
    'div',
    { class: 'room' },
    make('a', { class: 'skip', href: '#message' }, 'Skip to the message field'),
    make(
      'header',
      { class: 'top' },
      make('h1', { class: 'brand' }, appName),
      make(
        'div',
        { class: 'top-end' },
        moderation.button,
        people.button,
        account.button,
        account.menu,
      ),
    ),
    make(
      'main',
      { class: 'main' },
      bar.element,
      pinned.element,
      conversation.element,
      composer.element,
    ),
    people.panel,
    people.sheet,
    account.dialog,
    moderation.dialog,
    personCard.dialog,
    announcer.element,
  )

  const update = () => {
    const { state } = chat
    // The socket may report the end of the session before the call is answered.
    if (isEndingSession) return
    if (state.stopped === 'signed_out') return onSessionEnd('Your session has ended. Log in again.')
    if (state.stopped === 'account_changed') return accountChanged()
    // A service of an older release may accept another account. Its messages are not shown here.
    if (state.user && state.user.id !== user.id) return accountChanged()
    bar.update(state)
    pinned.update(state.room, viewer())
    conversation.update()
    composer.update({ ...state, refusal: refusal(), slowModeMs: slowModeMs() })
    people.update({ ...state, roles: roles() })
    personCard.update()
    moderation.update(state)
  }
  const unsubscribes = [
    chat.subscribe(update),
    chat.on('message', (message) => {
      if (message.user_id !== user.id) announcer.announce(message)
      else if (chat.state.status === 'online') composer.onAccepted()
    }),
    chat.on('purge', ({ count }) => {
      conversation.addPurge(count)
      announcer.announceLine(purgeLine(count))
    }),
    chat.on('restricted', (person) => personCard.onRestricted(person)),
  ]
  signal.addEventListener('abort', () => {
    for (const stop of unsubscribes) stop()
    document.title = appName
  })
  return {
    element,
    /** To be called when the element is in the document. */
    begin(): void {
      update()
      // On a phone, the focus opens the keyboard, which covers half of the messages.
      if (matchMedia('(pointer: fine)').matches) composer.focus()
    },
    close: () => closing.abort(),
  }
}
