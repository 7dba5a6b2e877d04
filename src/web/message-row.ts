// One message in the document: the day it opens, its author, its text and state, and what can be
// done with it. An update touches only what differs: the rest keeps the focus and the selection.

import type { PendingMessage } from '../client/state.ts'
import { avatar } from './avatar.ts'
import { icon, iconButton, make, nameOf, remembered, setAttribute, setChildren } from './dom.ts'
import { sendFailure } from './failure.ts'
import { piecesOf } from './links.ts'
import type { View } from './mounted-rows.ts'
import { hueOf } from './person.ts'
import type { Mark, Row } from './rows.ts'
import { charactersALine, isFewEmoji, isTall } from './shape.ts'
import { clockOf, dayLabel, momentOf } from './times.ts'

/** What the buttons of a row ask for, in their `data-act`. */
export type Act = 'edit' | 'remove' | 'undo' | 'retry' | 'rewrite' | 'discard' | 'unfold'

export type RowParts = {
  /** Today, as `dayOf` gives it. */
  today: () => number
  /** How many usual characters fit into one line of a bubble. */
  charactersALine: () => number
  /** The field in which this message is changed. */
  editor: (row: Row) => HTMLElement
  /** What had the focus is gone, and nothing took its place. */
  focusLost: () => void
}

const classes = ['own', 'opens', 'closes'] as const
/** The button that stands where this one was. */
const successors: Partial<Record<Act, Act>> = { remove: 'undo', undo: 'remove' }

export function openRow({
  today,
  charactersALine: perLine,
  editor,
  focusLost,
}: RowParts): View<Row> {
  const face = make('span', { class: 'face' })
  const said = make('div', { class: 'said' })
  const stack = make('div', { class: 'stack' })
  const line = make('div', { class: 'line' })
  const element = make('li')
  const day = remembered(parting)
  const unread = remembered(parting)
  const picture = remembered(avatar)
  const author = remembered(authorOf)
  const gone = remembered(goneBubble)
  const actions = remembered(actionButtons)
  const notice = remembered(noticeOf)
  const bubble = openBubble(perLine)

  const body = (row: Row): HTMLElement => {
    const { mode } = row.mark
    if (mode === 'editing') return editor(row)
    return mode === 'plain' ? bubble(row) : gone(mode)
  }

  const update = (row: Row) => {
    const { message, own, opens, mark } = row
    const focused = element.contains(document.activeElement) ? document.activeElement : null
    setAttribute(element, 'class', ['row', ...classes.filter((name) => row[name])].join(' '))
    setAttribute(element, 'data-message-id', message.id)
    setAttribute(element, 'data-state', message.state)
    setAttribute(element, 'data-mode', mark.mode)
    element.style.setProperty('--hue', String(hueOf(message.user_id)))

    const name = author(own ? null : message.username)
    setAttribute(name, 'class', own || !opens ? 'author unseen' : 'author')
    setChildren(face, opens && !own ? picture(message.user_id, message.username) : null)
    const changeable = own && message.state === 'sent' && mark.mode === 'plain'
    setChildren(said, body(row), changeable ? actions() : null)
    setChildren(stack, name, said, notice(message.state === 'failed' ? message : null, mark.note))
    setChildren(line, own ? null : face, stack)
    setChildren(
      element,
      row.day === null ? null : day('day', dayLabel(row.day, today())),
      row.unread ? unread('unread', 'New messages') : null,
      line,
    )
    if (focused instanceof HTMLElement && focused !== document.activeElement)
      keepFocus(element, focused.dataset.act as Act, focusLost)
  }

  return { element, update }
}

function keepFocus(element: HTMLElement, act: Act | undefined, focusLost: () => void): void {
  const wanted = [act, act && successors[act]].filter((name) => name !== undefined)
  const heir = wanted
    .map((name) => element.querySelector<HTMLElement>(`[data-act="${name}"]`))
    .find((button) => button !== null)
  if (heir) heir.focus()
  else focusLost()
}

function parting(kind: 'day' | 'unread', words: string): HTMLElement {
  return make('div', { class: `parting ${kind}` }, make('span', {}, words))
}

/** @param username null: this person */
function authorOf(username: string | null): HTMLElement {
  const name = username === null ? 'You' : nameOf(username)
  return make('div', {}, name, make('span', { class: 'unseen' }, ':'))
}

/** @param perLine how many usual characters fit into one line */
function openBubble(perLine: () => number): (row: Row) => HTMLElement {
  const meta = make('span', { class: 'meta' })
  const text = make('div', { dir: 'auto' })
  const element = make('div', { class: 'bubble' }, text)
  // Once for each text: no text is folded while it is read, as after a change of the width.
  const tall = remembered((words: string) => isTall(words, perLine()))
  const content = remembered(contentOf)
  const unfold = remembered(unfoldButton)
  const edited = remembered(editedAt)
  const clock = remembered(timeOf)
  const sign = remembered(stateOf)

  return ({ message, time, own, mark }) => {
    const { content: words, created_at, updated_at, state } = message
    const folded = tall(words) && !mark.unfolded
    const shapes = ['text', isFewEmoji(words) && 'large', folded && 'folded'].filter(Boolean)
    setAttribute(text, 'class', shapes.join(' '))
    setChildren(
      meta,
      updated_at === null ? null : edited(momentOf(Date.parse(updated_at))),
      clock(created_at, momentOf(time), clockOf(time)),
      own ? sign(state) : null,
    )
    setChildren(text, content(words), folded ? unfold() : null, meta)
    return element
  }
}

function contentOf(words: string): HTMLElement {
  const content = make('span', { class: 'content' })
  for (const { text, href } of piecesOf(words))
    content.append(href === null ? text : linkTo(href, text))
  return content
}

const unfoldButton = (): HTMLElement =>
  make('button', { type: 'button', class: 'plain', 'data-act': 'unfold' }, 'Show all')

const editedAt = (moment: string): HTMLElement =>
  make('span', { title: moment, dir: 'auto' }, 'edited')

const timeOf = (datetime: string, moment: string, clock: string): HTMLElement =>
  make('time', { datetime, title: moment, dir: 'auto' }, clock)

function linkTo(href: string, words: string): HTMLElement {
  const rel = 'noopener noreferrer nofollow'
  return make('a', { href, rel, target: '_blank', title: href, dir: 'ltr' }, words)
}

const stateWords = { sending: 'Not sent yet', sent: 'Sent', failed: 'Not sent' } as const

function stateOf(state: keyof typeof stateWords): HTMLElement {
  const sign = icon(state === 'sending' ? 'clock' : state)
  return make(
    'span',
    { class: `state ${state}` },
    sign,
    make('span', { class: 'unseen' }, stateWords[state]),
  )
}

function goneBubble(mode: Mark['mode']): HTMLElement {
  const undo = make('button', { type: 'button', class: 'plain', 'data-act': 'undo' }, 'Undo')
  const parts =
    mode === 'leaving'
      ? [make('span', {}, 'Deleting…')]
      : [make('span', {}, 'Will be deleted in a moment.'), undo]
  return make('div', { class: 'bubble gone' }, ...parts)
}

const actionButtons = (): HTMLElement =>
  make(
    'div',
    { class: 'actions' },
    iconButton('edit', 'Edit message', { 'data-act': 'edit' }),
    iconButton('remove', 'Delete message', { 'data-act': 'remove' }),
  )

const remedies = { retry: 'Retry', rewrite: 'Edit' } as const

function noticeOf(failed: PendingMessage | null, note: string | null): HTMLElement | null {
  if (failed) {
    const { text, remedy } = sendFailure(failed)
    return make(
      'div',
      { class: 'notice' },
      make('span', {}, text),
      make('button', { type: 'button', class: 'plain', 'data-act': remedy }, remedies[remedy]),
      make('button', { type: 'button', class: 'plain', 'data-act': 'discard' }, 'Discard'),
    )
  }
  return note === null ? null : make('div', { class: 'notice' }, note)
}

/** Pixels of a row, before it was ever drawn. */
export function guessRow(
  { message, opens, own, day, unread }: Row,
  { lines, widthPx }: { lines: (text: string, charactersALine: number) => number; widthPx: number },
): number {
  const fits = charactersALine(widthPx)
  const head = (opens ? (own ? 8 : 28) : 0) + (day === null ? 0 : 48) + (unread ? 42 : 0)
  const long = message.content.length > fits - 10 ? 18 : 0
  return head + 18 + long + 22 * lines(message.content, fits)
}
