// The room as one screen: its parts, each told of the state when it changes.

import type { ChatClient } from '../client/chat-client.ts'
import type { ChatRest } from '../client/rest.ts'
import type { Member } from '../client/wire.ts'
import { openAccount } from './account.ts'
import { openAnnouncer } from './announcer.ts'
import { openComposer } from './composer.ts'
import { openConnectionBar } from './connection-bar.ts'
import { openConversation } from './conversation.ts'
import { make } from './dom.ts'
import { openDraft } from './draft.ts'
import { pendingOf } from './pending.ts'
import { openPeople } from './people.ts'
import { accountChangedText, titleOf } from './words.ts'

export const appName = 'Edge Chat'

export type RoomParts = {
  chat: ChatClient
  rest: ChatRest
  user: Member
  /** Out of the room by their own wish, with what they should know. */
  leave: (why: string | null) => void
  /** Out of the room against their wish: what they were writing is kept. */
  putOut: (why: string) => void
}

export function openRoom({ chat, rest, user, leave, putOut }: RoomParts) {
  const end = new AbortController()
  const { signal } = end
  let ending = false
  /** A call that ends the session comes after what the service must still hear. */
  async function endBy<T>(call: () => Promise<T>): Promise<T> {
    await conversation.settle()
    ending = true
    try {
      return await call()
    } catch (thrown) {
      ending = false
      if (!signal.aborted) update()
      throw thrown
    }
  }
  const accountChanged = () => putOut(accountChangedText(user.username))
  const account = openAccount({
    rest,
    user,
    leave,
    accountChanged,
    endBy,
    unsent: () => pendingOf(chat.state.messages).length,
    signal,
  })
  const people = openPeople({ userId: user.id, everyone: () => chat.online(), signal })
  const bar = openConnectionBar({
    reconnect: () => void chat.connect().catch(() => {}),
    others: (known) => people.known(known),
    signal,
  })
  const announcer = openAnnouncer()
  const conversation = openConversation({
    chat,
    user,
    done: () => composer.focus(),
    rewrite: (content) => composer.rewrite(content),
    unseen: (count) => {
      document.title = titleOf(appName, document.hidden ? count : 0)
    },
    signal,
  })
  const composer = openComposer({
    draft: openDraft({ userId: user.id, signal }),
    send: (content) => {
      // The entry in the list tells how it goes.
      void chat.send(content).catch(() => {})
      conversation.said()
    },
    typing: () => chat.typing(),
    editLast: () => conversation.editLast(),
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
      make('div', { class: 'top-end' }, people.button, account.button, account.menu),
    ),
    make('main', { class: 'main' }, bar.element, conversation.element, composer.element),
    people.panel,
    people.sheet,
    account.dialog,
    announcer.element,
  )

  const update = () => {
    const { state } = chat
    // The answer of the call says how they leave. The socket may hear of the end before that.
    if (ending) return
    if (state.stopped === 'signed_out') return putOut('Your session has ended. Log in again.')
    if (state.stopped === 'account_changed') return accountChanged()
    // A service of an older release may let another account in: nothing of theirs is shown here.
    if (state.user && state.user.id !== user.id) return accountChanged()
    bar.update(state)
    conversation.update()
    composer.update(state)
    people.update(state)
  }
  const endings = [
    chat.subscribe(update),
    chat.on('message', (message) => {
      if (message.user_id !== user.id) announcer.tell(message)
    }),
  ]
  signal.addEventListener('abort', () => {
    for (const stop of endings) stop()
    document.title = appName
  })
  return {
    element,
    /** It stands in the document. */
    begin(): void {
      update()
      // On a phone the keyboard would cover half of what there is to read.
      if (matchMedia('(pointer: fine)').matches) composer.focus()
    },
    close: () => end.abort(),
  }
}
