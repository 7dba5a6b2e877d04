// The messages on the screen: older ones come as one scrolls up, new ones push the end along only
// for who is there, and a line marks where the unread begin.

import type { ChatClient } from '../client/chat-client.ts'
import type { Member } from '../client/wire.ts'
import { Changes } from './changes.ts'
import { icon, make, setAttribute, setText } from './dom.ts'
import { type Act, guessRow, openRow } from './message-row.ts'
import { Reading } from './reading.ts'
import { type Row, Rows } from './rows.ts'
import { charactersALine, linesOf } from './shape.ts'
import { dayOf, followZone } from './times.ts'
import { VirtualList } from './virtual-list.ts'
import { lastSeen, rememberSeen } from './visitor.ts'
import { newMessages } from './words.ts'

export type ConversationParts = {
  chat: Pick<ChatClient, 'state' | 'history' | 'edit' | 'remove' | 'retry' | 'discard'>
  user: Member
  /** A change has ended, and the person goes on writing. */
  done: () => void
  /** A text goes back to where it was written. @returns whether there is room for it */
  rewrite: (content: string) => boolean
  /** So many messages are unseen. */
  unseen: (count: number) => void
  signal: AbortSignal
}

/** How near the oldest message one is when the ones before are fetched. */
const fetchBelowPx = 1_500
/** Further from the end than this, the way back is offered. */
const farFromEndPx = 300
/** How late a new day may be seen. */
const dayTickMs = 30_000

export function openConversation({ chat, user, done, rewrite, unseen, signal }: ConversationParts) {
  const older = make('div', { class: 'older' })
  const list = make('ol', { class: 'messages', role: 'list', 'aria-label': 'Messages' })
  const empty = make(
    'div',
    { class: 'empty', hidden: true },
    make('p', { class: 'empty-title' }, 'It is quiet in here.'),
    make('p', {}, 'Say the first word: everyone who comes will read it.'),
  )
  const waiting = make('div', { class: 'waiting', 'aria-hidden': 'true' })
  for (let i = 0; i < 6; i++) waiting.append(make('div', { class: 'ghost' }))
  const scroller = make(
    'div',
    { class: 'scroller', tabindex: 0, role: 'region', 'aria-label': 'Conversation' },
    make('div', { class: 'pile' }, older, list),
  )
  const jumpText = make('span')
  const jump = make(
    'button',
    { type: 'button', class: 'jump', hidden: true },
    jumpText,
    icon('down'),
  )
  const element = make('div', { class: 'conversation' }, scroller, waiting, empty, jump)

  const reading = new Reading({ userId: user.id, seenId: lastSeen(user.id) })
  let rows = new Rows()
  let today = dayOf(Date.now())
  let zone = followZone()
  /** Kept here, as to ask for it makes the browser lay out the page. */
  let windowWidthPx = innerWidth
  let opened = false
  let olderFailed = false

  const changes = new Changes({
    chat,
    changed: () => update(),
    done,
    rewrite,
  })
  const rowParts = {
    today: () => today,
    charactersALine: () => charactersALine(windowWidthPx),
    editor: (row: Row) => changes.editorOf(row),
    focusLost: done,
  }
  const virtual = new VirtualList<Row>({
    scroller,
    list,
    open: () => openRow(rowParts),
    guess: (row, widthPx) => guessRow(row, { lines: linesOf, widthPx }),
    moved: () => {
      look()
      fetchOlder()
    },
    focusLost: done,
  })

  /** Takes note of what is seen by now. */
  const look = () => {
    const { messages, loaded } = chat.state
    if (!loaded) return
    const before = reading.seenId
    const here = document.visibilityState === 'visible' && virtual.atEnd
    // What came while the page was closed is marked even if it is all in sight.
    if (!opened) reading.read(messages, 'elsewhere')
    opened = true
    reading.read(messages, here ? 'here' : 'elsewhere')
    if (reading.seenId !== null && reading.seenId !== before) rememberSeen(user.id, reading.seenId)
    jump.hidden = virtual.atEnd || (reading.count === 0 && virtual.belowPx < farFromEndPx)
    setText(jumpText, newMessages(reading.count))
    setAttribute(jump, 'data-count', reading.count || null)
    unseen(reading.count)
  }

  const fetchOlder = () => {
    const { loaded, hasOlder, loadingOlder } = chat.state
    if (!loaded || !hasOlder || loadingOlder || olderFailed || virtual.abovePx > fetchBelowPx)
      return
    chat.history().catch(() => {
      olderFailed = true
      update()
    })
  }

  const drawOlder = () => {
    const { hasOlder, loaded } = chat.state
    const state = !loaded ? 'none' : olderFailed ? 'failed' : hasOlder ? 'more' : 'begun'
    if (older.dataset.state === state) return
    older.dataset.state = state
    const again = make('button', { type: 'button', class: 'plain' }, 'Try again')
    again.addEventListener('click', () => {
      olderFailed = false
      update()
    })
    const words = {
      none: [],
      more: ['Loading earlier messages…'],
      begun: ['This is where the conversation begins.'],
      failed: ['Earlier messages could not be loaded. ', again],
    }
    older.replaceChildren(...words[state])
  }

  const update = () => {
    const { messages, loaded, hasOlder } = chat.state
    setAttribute(element, 'data-loaded', loaded)
    setAttribute(scroller, 'aria-busy', !loaded)
    if (!loaded) return
    look()
    drawOlder()
    empty.hidden = messages.length > 0 || hasOlder
    older.hidden = messages.length === 0 && !hasOlder
    const { marks } = changes
    virtual.show(rows.arrange(messages, { userId: user.id, unreadKey: reading.markedKey, marks }))
    look()
    fetchOlder()
  }

  const keepTheDay = () => {
    const zoneNow = followZone()
    const day = dayOf(Date.now())
    if (day === today && zoneNow === zone) return
    today = day
    zone = zoneNow
    rows = new Rows()
    update()
  }

  list.addEventListener('click', ({ target }) => {
    if (!(target instanceof Element)) return
    const row = target.closest<HTMLElement>('[data-key]')
    const message = chat.state.messages.find(({ key }) => key === row?.dataset.key)
    const act = target.closest<HTMLElement>('[data-act]')?.dataset.act as Act | undefined
    if (message && act) {
      row?.removeAttribute('data-chosen')
      return changes.act(act, message)
    }
    // Where nothing hovers, a tap brings the buttons.
    if (target.closest('a, button, textarea')) return
    for (const other of list.querySelectorAll('[data-chosen]'))
      if (other !== row) other.removeAttribute('data-chosen')
    row?.toggleAttribute('data-chosen')
  })
  jump.addEventListener('click', () => {
    virtual.toEnd()
    done()
  })
  const lookAgain = () => {
    keepTheDay()
    update()
  }
  document.addEventListener('visibilitychange', lookAgain, { signal })
  const remeasure = () => {
    windowWidthPx = innerWidth
  }
  addEventListener('resize', remeasure, { signal })
  addEventListener('pagehide', () => changes.hurry(), { signal })
  // Not one timer for midnight: the clock may be set, and the device may sleep.
  const ticking = setInterval(keepTheDay, dayTickMs)
  signal.addEventListener('abort', () => clearInterval(ticking))

  return {
    element,
    update,
    /** Tells the service what it does not know yet. */
    settle: () => changes.hurry(),
    /** Own words are on their way: whoever speaks has read, and is at the end. */
    said(): void {
      reading.answer()
      virtual.toEnd()
    },
    editLast(): void {
      const own = chat.state.messages.findLast(
        ({ state, user_id }) => state === 'sent' && user_id === user.id,
      )
      if (!own) return
      virtual.reveal(own.key)
      changes.edit(own)
    },
  }
}
