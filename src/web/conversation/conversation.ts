// The list of messages. Scrolling up loads older messages, a new message scrolls the list only if its
// end is visible, and a divider marks the first unread message.

import type { ChatClient } from '../../client/chat-client.ts'
import type { Member, Role, Room } from '../../client/contract.ts'
import { storedReadId, storeReadId } from '../browser-storage.ts'
import { memoizeLast, setAttribute, setText } from '../elements/dom.ts'
import type { Viewer } from '../permissions.ts'
import { newMessagesLabel } from '../text/sentences.ts'
import { charactersPerLine, estimateLines } from '../text/text-shape.ts'
import { VirtualList } from '../virtual-list/virtual-list.ts'
import { createListElements } from './list-elements.ts'
import { MessageActions } from './message-actions.ts'
import { createMessageMenu } from './message-menu.ts'
import { createMessageRow, estimateRowHeight, type MessageAction } from './message-row.ts'
import { createNoticeRow, noticeHeightPx } from './notice-row.ts'
import { createOlderMessages } from './older-messages.ts'
import { isNotice, type ListRow, PurgeNotices } from './purge-notices.ts'
import { revealRow } from './reveal-row.ts'
import { type Row, RowBuilder } from './rows.ts'
import { watchDay } from './today.ts'
import { UnreadTracker } from './unread.ts'

export type ConversationOptions = {
  chat: Pick<
    ChatClient,
    'state' | 'history' | 'edit' | 'remove' | 'retry' | 'discard' | 'moderation'
  >
  user: Member
  viewer: () => Viewer
  /** By user id. */
  roles: () => ReadonlyMap<string, Role>
  /** Opens the card of a person. */
  openPerson: (person: Member) => void
  /** To be called when the focus should return to the message field. */
  focusComposer: () => void
  /** Moves a refused text back into the message field. @returns whether it fits */
  rewrite: (content: string) => boolean
  onUnreadCount: (count: number) => void
  signal: AbortSignal
}

/** Above this distance from the end, a button leads back to it. */
const farFromEndPx = 300

export function createConversation(options: ConversationOptions) {
  const { chat, user, focusComposer, onUnreadCount, signal } = options
  const olderMessages = createOlderMessages({ chat, onChange: () => update() })
  const elements = createListElements(olderMessages.element)
  const { element, scroller, list, empty, endButton, endLabel } = elements

  const unread = new UnreadTracker({ userId: user.id, readId: storedReadId(user.id) })
  let rows = new RowBuilder()
  let built: readonly Row[] = []
  const purges = new PurgeNotices()
  const pinnedIds = memoizeLast((pins?: Room['pins']) => new Set(pins?.map(({ id }) => id)))
  /** A copy, because reading it makes the browser lay out the page. */
  let windowWidthPx = innerWidth
  let isFirstUpdate = true

  const actions = new MessageActions({ ...options, onChange: () => update() })
  const menu = createMessageMenu({
    run: (action, { message }) => actions.run(action, message),
    onFocusLost: focusComposer,
  })
  element.append(menu.element)
  const day = watchDay(() => {
    rows = new RowBuilder()
    update()
  }, signal)
  const rowOptions = {
    today: day.today,
    charactersPerLine: () => charactersPerLine(windowWidthPx),
    editor: (row: Row) => actions.editorOf(row),
    onFocusLost: focusComposer,
  }
  const virtualList = new VirtualList<ListRow>({
    scroller,
    list,
    createRow: (row) => (isNotice(row) ? createNoticeRow() : createMessageRow(rowOptions)),
    estimate: (row, widthPx) =>
      isNotice(row) ? noticeHeightPx : estimateRowHeight(row, { lines: estimateLines, widthPx }),
    onScroll: () => {
      trackReading()
      olderMessages.loadIfNear(virtualList.abovePx)
    },
    onFocusLost: focusComposer,
  })

  const trackReading = () => {
    const { messages, loaded } = chat.state
    if (!loaded) return
    const before = unread.readId
    const isReading = document.visibilityState === 'visible' && virtualList.atEnd
    // Messages that came while the page was closed are marked, even if all of them are visible.
    if (isFirstUpdate) unread.update(messages, 'away')
    isFirstUpdate = false
    unread.update(messages, isReading ? 'reading' : 'away')
    if (unread.readId !== null && unread.readId !== before) storeReadId(user.id, unread.readId)
    endButton.hidden =
      virtualList.atEnd || (unread.count === 0 && virtualList.belowPx < farFromEndPx)
    setText(endLabel, newMessagesLabel(unread.count))
    setAttribute(endButton, 'data-count', unread.count || null)
    onUnreadCount(unread.count)
  }

  const update = () => {
    const { messages, loaded, hasOlder, status, room } = chat.state
    // Nothing is loaded for a user who is banned.
    const isWaiting = !loaded && status !== 'stopped'
    setAttribute(element, 'data-loaded', !isWaiting)
    setAttribute(scroller, 'aria-busy', isWaiting)
    if (!loaded) return
    trackReading()
    olderMessages.update()
    built = rows.build(messages, {
      viewer: options.viewer(),
      roles: options.roles(),
      pinnedIds: pinnedIds(room?.pins),
      breaksAfter: purges.idsAbove,
      dividerKey: unread.dividerKey,
      rowStates: actions.rowStates,
    })
    const all = purges.insertInto(built)
    empty.hidden = all.length > 0 || hasOlder
    virtualList.show(all)
    trackReading()
    olderMessages.loadIfNear(virtualList.abovePx)
  }

  list.addEventListener('click', ({ target }) => {
    if (!(target instanceof Element)) return
    const row = target.closest<HTMLElement>('[data-key]')
    const chosen = built.find(({ key }) => key === row?.dataset.key)
    const button = target.closest<HTMLElement>('[data-action]')
    if (chosen && button) {
      const { action } = button.dataset
      if (action === 'menu') return menu.open(button, chosen)
      row?.removeAttribute('data-chosen')
      return actions.run(action as MessageAction, chosen.message)
    }
    // Without a mouse, a tap on the row shows its buttons.
    if (target.closest('a, button, textarea')) return
    for (const other of list.querySelectorAll('[data-chosen]'))
      if (other !== row) other.removeAttribute('data-chosen')
    row?.toggleAttribute('data-chosen')
  })
  endButton.addEventListener('click', () => {
    virtualList.scrollToEnd()
    // On a phone, the focus in the message field opens the keyboard, which covers the messages.
    if (matchMedia('(pointer: fine)').matches) focusComposer()
    else scroller.focus()
  })
  const onVisibilityChange = () => {
    // The browser may end a hidden page without another event.
    if (document.visibilityState === 'hidden') void actions.flush()
    day.check()
    update()
  }
  document.addEventListener('visibilitychange', onVisibilityChange, { signal })
  const onResize = () => {
    windowWidthPx = innerWidth
  }
  addEventListener('resize', onResize, { signal })
  addEventListener('pagehide', () => actions.flush(), { signal })

  return {
    element,
    update,
    /** Sends the deletions that still wait. */
    flush: () => actions.flush(),
    /** To be called when messages of one person have left the list at once. */
    addPurge(count: number): void {
      purges.add(count, chat.state.messages)
      update()
    },
    has: (id: string) => built.some(({ message }) => message.id === id),
    /** Scrolls to a message, and moves the focus to it. */
    reveal(id: string): void {
      const row = built.find(({ message }) => message.id === id)
      if (!row) return
      virtualList.scrollToRow(row.key)
      revealRow(list, row.key)
    },
    /** To be called when the user sends a message: the user has read everything. */
    onSend(): void {
      unread.clearDivider()
      virtualList.scrollToEnd()
    },
    editLast(): void {
      const own = chat.state.messages.findLast(
        ({ state, user_id }) => state === 'sent' && user_id === user.id,
      )
      if (!own || !options.viewer().canWrite) return
      virtualList.scrollToRow(own.key)
      actions.edit(own)
    },
  }
}
