// The list of messages: the newest ones, or an older part of the history around one message. A new message
// scrolls the list only if its end is visible, and a divider marks the first unread message.

import type { Room } from '../../client/contract.ts'
import { memoizeLast, setAttribute } from '../elements/dom.ts'
import type { ConversationOptions } from './conversation-options.ts'
import { createCopy } from './copy-text.ts'
import { createJumpButtons } from './jump-buttons.ts'
import { createJumps } from './jumps.ts'
import { createListEdges } from './list-edges.ts'
import { createListElements } from './list-elements.ts'
import { MessageActions } from './message-actions.ts'
import { createMessageMenu } from './message-menu.ts'
import { createPassingNote } from './passing-note.ts'
import { createReacting } from './reacting.ts'
import { Reading } from './reading.ts'
import { createRenderedList } from './rendered-list.ts'
import { handleRowClicks } from './row-clicks.ts'
import { firstNew } from './unread.ts'
import { watchAttention } from './watch-attention.ts'

export function createConversation(options: ConversationOptions) {
  const { chat, user, focusComposer, onReading, signal } = options
  const edges = createListEdges({ chat, onChange: () => update() })
  const { element, scroller, list, empty } = createListElements(edges)
  const offered = memoizeLast((emoji: string) => emoji.split(' ').filter(Boolean))
  const pinnedIds = memoizeLast((pins?: Room['pins']) => new Set(pins?.map(({ id }) => id)))

  const note = createPassingNote(signal)
  const jumps = createJumps({
    chat,
    list,
    rendered: () => rendered,
    update: () => update(),
    note: note.show,
    setBusy: (isBusy) => setAttribute(element, 'data-jumping', isBusy),
  })
  const copy = createCopy(note.show)
  const actions = new MessageActions({
    ...options,
    onChange: () => update(),
    jump: (id) => void jumps.jump(id),
    showWho: (message) => reacting.showWho(message, null),
    copy,
  })
  const reacting = createReacting({
    ...{ ...options, list, note: note.show, onFocusLost: focusComposer },
    rowOf: (key) => rendered.rowOf(key),
  })
  const menu = createMessageMenu({
    ...options,
    stripFor: reacting.stripFor,
    run: (action, { message }) => actions.run(action, message),
  })
  const buttons = createJumpButtons({
    toFirstNew() {
      const { afterId } = reading.news
      if (afterId !== null && !revealFirstNew()) void jumps.jump(afterId)
    },
    toEnd() {
      jumps.backToNow()
      // On a phone, the focus in the message field opens the keyboard, which covers the messages.
      if (matchMedia('(pointer: fine)').matches) focusComposer()
      else scroller.focus()
    },
  })
  element.append(buttons.firstNew, buttons.end, note.element, menu.element, ...reacting.elements)
  const rendered = createRenderedList({
    scroller,
    list,
    editorOf: (row) => actions.editorOf(row),
    onOutdated: () => update(),
    onScroll: () => {
      track()
      edges.loadIfNear(virtualList)
    },
    onFocusLost: focusComposer,
    signal,
  })
  const { virtualList } = rendered
  const reading = new Reading({ chat, virtualList: () => virtualList })

  /** What the list shows now. */
  const shown = () => chat.state.detached ?? chat.state
  const firstNewMessage = () =>
    firstNew(shown(), { afterId: reading.news.afterId, userId: user.id })
  const firstNewKey = () => firstNewMessage()?.key ?? null

  const track = () => {
    const { loaded, detached, readMarker } = chat.state
    if (!loaded) return
    reading.track()
    const { atEnd, belowPx } = virtualList
    if (rendered.sideOf(firstNewMessage()) === 'visible') reading.news.onBeginningSeen()
    buttons.update({
      newAbove:
        !detached && rendered.sideOf(firstNewMessage()) === 'above' ? reading.news.count : 0,
      belowPx: detached ? Number.POSITIVE_INFINITY : atEnd ? 0 : belowPx,
      marker: readMarker,
    })
    onReading()
  }

  const update = () => {
    const { loaded, status, room, detached } = chat.state
    // Nothing is loaded for a user who is banned.
    const isWaiting = !loaded && status !== 'stopped'
    setAttribute(element, 'data-loaded', !isWaiting)
    setAttribute(scroller, 'aria-busy', isWaiting)
    if (!loaded) return
    const hasBegun = reading.begin()
    if (!hasBegun) track()
    edges.update()
    reacting.update()
    const { messages, hasOlder } = shown()
    const count = rendered.show(
      { messages, part: detached ? 'older' : 'newest' },
      {
        viewer: options.viewer(),
        roles: options.roles(),
        nameOf: options.nameOf,
        pinnedIds: pinnedIds(room?.pins),
        offered: offered(room?.reactions?.join(' ') ?? ''),
        dividerKey: firstNewKey(),
        rowStates: actions.rowStates,
      },
    )
    empty.hidden = count > 0 || hasOlder
    if (hasBegun && virtualList.atEnd && !detached) revealFirstNew()
    track()
    edges.loadIfNear(virtualList)
  }

  /** Scrolls to the divider, without moving the focus. @returns false if it is not in the list */
  const revealFirstNew = () => {
    const key = firstNewKey()
    if (key !== null) virtualList.scrollToRow(key)
    return key !== null
  }
  handleRowClicks({
    list,
    rowOf: rendered.rowOf,
    onButton: {
      menu: menu.open,
      pick: reacting.pick,
      react: reacting.toggle,
      code: (button) =>
        void copy(button.closest('.code')?.querySelector('code')?.textContent ?? '', 'text'),
    },
    run: (action, { message }) => actions.run(action, message),
    openByPress: menu.openByPress,
    showWho: (emoji, { message }) => reacting.showWho(message, emoji),
  })
  watchAttention({
    // The browser may end a hidden page without another event.
    onHide() {
      void actions.flush()
      chat.flushMark()
    },
    onChange() {
      rendered.checkDay()
      update()
    },
    signal,
  })

  return {
    element,
    update,
    /** Sends the deletions that still wait. */
    flush: () => actions.flush(),
    /** To be called when messages of one person have left the list at once. */
    addPurge(count: number): void {
      rendered.addPurge(count, chat.state.messages)
      update()
    },
    jump: jumps.jump,
    checkTimes: rendered.checkDay,
    /** To be called when the user sends a message: the user has read everything. */
    onSend(): void {
      reading.news.clear()
      jumps.backToNow()
    },
    editLast(): void {
      const own = shown().messages.findLast(
        ({ state, user_id }) => state === 'sent' && user_id === user.id,
      )
      if (own?.state !== 'sent' || !options.viewer().canWrite) return
      virtualList.scrollToRow(own.key)
      actions.edit(own)
    },
  }
}
