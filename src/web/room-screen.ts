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
import { followLinks } from './conversation/follow-links.ts'
import { drawChanges } from './draw-changes.ts'
import { setAttribute } from './elements/dom.ts'
import type { AddDialog } from './elements/load-part.ts'
import { createKnownPeople } from './known-people.ts'
import { createModerationPanel } from './moderation/moderation-panel.ts'
import { createNotifier } from './notifications/notifier.ts'
import { createPageSignals } from './page-signals.ts'
import { createPeoplePanel } from './people/people-panel.ts'
import { isStaff } from './permissions.ts'
import { createPinnedBar } from './pinned/pinned-bar.ts'
import { createRoomDialogs } from './room-dialogs.ts'
import { roomLayout } from './room-layout.ts'
import { createRoomViewer } from './room-viewer.ts'
import { createSearchPanel } from './search/search-panel.ts'
import { createSessionEnd } from './session-end.ts'
import { enterSends, type SettingsStore } from './settings/settings.ts'
import * as strings from './strings/en.json'
import { appName } from './strings/en.json'
import { accountChangedText, purgeLine } from './text/sentences.ts'
import { setHours } from './text/times.ts'

export type RoomScreenOptions = {
  chat: ChatClient
  rest: ChatRest
  user: Member
  settings: SettingsStore
  /** Runs when the user logs out, with a text for the login page. */
  onLogout: (why: string | null) => void
  /** Runs when the session has ended otherwise. The draft stays stored. */
  onSessionEnd: (why: string) => void
}

export function createRoomScreen(options: RoomScreenOptions) {
  const { chat, rest, user, settings, onLogout, onSessionEnd } = options
  const closing = new AbortController()
  const { signal } = closing
  const sessionEnd = createSessionEnd({
    flush: () => conversation.flush(),
    onFailed: () => signal.aborted || update(),
  })
  const accountChanged = () => onSessionEnd(accountChangedText(user.username))
  const addDialog: AddDialog = (part) => {
    element.append(part.dialog)
    return part
  }
  const { viewer, roles, roleOf, refusal, slowModeMs } = createRoomViewer({ chat, user })
  const onFocusLost = () => composer.focus()
  const { openSettings, personCard } = createRoomDialogs({
    ...{ chat, viewer, roleOf, onFocusLost, settings, addDialog, signal },
  })
  const account = createAccountMenu({
    ...{ rest, user, openSettings, addDialog, onLogout, accountChanged, signal },
    endSessionBy: sessionEnd.by,
    unsent: () => pendingOf(chat.state.messages).length,
  })
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
  const announcer = createAnnouncer(user.id)
  const knownPeople = createKnownPeople({ chat, user })
  const signals = createPageSignals(appName, settings)
  const showSignals = () => signals.update(chat.state.readMarker)
  const conversation = createConversation({
    chat,
    user,
    viewer,
    roles,
    openPerson,
    focusComposer: () => composer.focus(),
    enterSends: () => enterSends(settings.current),
    nameOf: knownPeople.nameOf,
    rewrite: (message) => composer.rewrite(message),
    reply: (message) => composer.reply(message),
    onReading: () => signal.aborted || showSignals(),
    addDialog,
    signal,
  })
  const openMessage = (id: string) => void conversation.jump(id)
  const notifier = createNotifier({ chat, user, settings, openMessage, onFocusLost, signal })
  const links = followLinks({ open: openMessage, signal })
  const search = createSearchPanel({
    chat,
    people: () => [user, ...knownPeople.others()],
    openMessage,
    onToggle: (isOpen) => setAttribute(element, 'data-searching', isOpen),
    signal,
  })
  const pinned = createPinnedBar({ open: openMessage, unpin: (id) => chat.moderation.unpin(id) })
  const composer = createComposer({
    draft: createDraft({ userId: user.id, signal }),
    people: {
      others: knownPeople.others,
      loadEveryone: knownPeople.loadEveryone,
      mayMentionRoom: () => isStaff(viewer().role),
    },
    findMessage: (id) => chat.message(id),
    send: ({ content, ...references }) => {
      // The entry in the list shows the result.
      void chat.send(content, references).catch(() => {})
      conversation.onSend()
    },
    typing: () => chat.typing(),
    enterSends: () => enterSends(settings.current),
    editLast: () => conversation.editLast(),
    signal,
  })
  const moderation = createModerationPanel({
    chat,
    openPerson,
    onFocusLost,
    signal,
  })
  const element = roomLayout({
    name: appName,
    topButtons: [search.button, moderation.button, people.button, account.button, account.menu],
    main: [bar.element, pinned.element, conversation.element, notifier.offer, composer.element],
    others: [
      ...[people.panel, people.sheet, search.panel, search.dialog],
      ...[moderation.dialog, announcer.element],
    ],
  })

  const update = () => {
    const { state } = chat
    if (sessionEnd.isEnding) return
    if (state.stopped === 'signed_out') return onSessionEnd(strings.yourSessionHasEndedLogInAgain)
    if (state.stopped === 'account_changed') return accountChanged()
    // A service of an older release may accept another account. Its messages are not shown here.
    if (state.user && state.user.id !== user.id) return accountChanged()
    bar.update(state)
    pinned.update(state.room, viewer())
    conversation.update()
    if (state.loaded) links.onLoaded()
    composer.update({ ...state, refusal: refusal(), slowModeMs: slowModeMs() })
    people.update({ ...state, roles: roles() })
    personCard.update()
    moderation.update(state)
  }
  settings.follow(() => {
    composer.updateEnterKey()
    setHours(settings.current.hours)
    conversation.checkTimes()
    showSignals()
  }, signal)
  const unsubscribes = [
    drawChanges(chat, update),
    chat.on('message', (message) => {
      notifier.onMessage(message)
      if (message.user_id !== user.id) announcer.announce(message)
      else if (chat.state.status === 'online') composer.onAccepted()
    }),
    chat.on('mutation', (mutation) => {
      composer.follow(mutation)
      announcer.follow(mutation)
      if (mutation.event === 'user_erased') personCard.onErased(mutation.data)
    }),
    chat.on('purge', ({ count }) => {
      conversation.addPurge(count)
      announcer.announceLine(purgeLine(count))
    }),
    chat.on('restricted', (person) => personCard.onRestricted(person)),
  ]
  signal.addEventListener('abort', () => {
    for (const stop of unsubscribes) stop()
    signals.update(null)
  })
  return {
    element,
    /** To be called when the element is in the document. */
    begin(): void {
      signals.update(null)
      update()
      // On a phone, the focus opens the keyboard, which covers half of the messages.
      if (matchMedia('(pointer: fine)').matches) composer.focus()
    },
    close: () => closing.abort(),
  }
}
