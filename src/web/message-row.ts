// Draws one message: the day it opens, its author, its text and state, and what can be done with it.

import { avatar } from './avatar.ts'
import { icon, iconButton, make, nameOf, setAttribute } from './dom.ts'
import { piecesOf } from './links.ts'
import { hueOf } from './person.ts'
import type { Row } from './rows.ts'
import { isFewEmoji, isTall } from './shape.ts'
import { clockOf, dayLabel, momentOf } from './times.ts'

/** What the buttons of a row ask for, in their `data-act`. */
export type Act = 'edit' | 'remove' | 'undo' | 'retry' | 'discard' | 'unfold'

export type RowParts = {
  /** Today, as `dayOf` gives it. */
  today: () => number
  /** The field in which this message is changed. */
  editor: (row: Row) => HTMLElement
  /** What had the focus is gone, and nothing took its place. */
  focusLost: () => void
}

const classes = ['own', 'opens', 'closes'] as const
/** The button that stands where this one was. */
const successors: Partial<Record<Act, Act>> = { remove: 'undo', undo: 'remove' }

export function drawRow(element: HTMLElement, row: Row, parts: RowParts): void {
  const { message, mark } = row
  const focused = element.contains(document.activeElement) ? document.activeElement : null
  element.className = ['row', ...classes.filter((name) => row[name])].join(' ')
  setAttribute(element, 'data-message-id', message.id)
  setAttribute(element, 'data-state', message.state)
  setAttribute(element, 'data-mode', mark.mode)
  element.style.setProperty('--hue', String(hueOf(message.user_id)))
  // The field is being written in: moving it would take the focus away.
  if (mark.mode === 'editing' && element.querySelector('.editor')) return
  element.replaceChildren(...partings(row, parts), line(row, parts))
  if (focused instanceof HTMLElement) keepFocus(element, focused.dataset.act as Act, parts)
}

function keepFocus(element: HTMLElement, act: Act | undefined, { focusLost }: RowParts): void {
  const wanted = [act, act && successors[act]].filter((name) => name !== undefined)
  const heir = wanted
    .map((name) => element.querySelector<HTMLElement>(`[data-act="${name}"]`))
    .find((button) => button !== null)
  if (heir) heir.focus()
  else focusLost()
}

function partings({ day, unread }: Row, { today }: RowParts): HTMLElement[] {
  const found: HTMLElement[] = []
  if (day !== null)
    found.push(make('div', { class: 'parting day' }, make('span', {}, dayLabel(day, today()))))
  if (unread) found.push(make('div', { class: 'parting unread' }, make('span', {}, 'New messages')))
  return found
}

function line(row: Row, parts: RowParts): HTMLElement {
  const { message, own, opens, mark } = row
  const face = own ? null : make('span', { class: 'face' })
  if (face && opens) face.append(avatar(message.user_id, message.username))
  const author = make(
    'div',
    { class: own || !opens ? 'author unseen' : 'author' },
    own ? 'You' : nameOf(message.username),
    make('span', { class: 'unseen' }, ':'),
  )
  const body =
    mark.mode === 'editing'
      ? parts.editor(row)
      : mark.mode === 'plain'
        ? bubble(row)
        : make('div', { class: 'bubble gone' }, ...goneParts(row))
  return make(
    'div',
    { class: 'line' },
    face,
    make(
      'div',
      { class: 'stack' },
      author,
      make('div', { class: 'said' }, body, actions(row)),
      notice(row),
    ),
  )
}

function bubble({ message, time, own, mark }: Row): HTMLElement {
  const words = message.content
  const folded = isTall(words) && !mark.unfolded
  const shapes = ['text', isFewEmoji(words) && 'large', folded && 'folded'].filter(Boolean)
  const content = make('span', { class: 'content' })
  for (const { text, href } of piecesOf(words))
    content.append(href === null ? text : linkTo(href, text))
  const unfold = make(
    'button',
    { type: 'button', class: 'plain', 'data-act': 'unfold' },
    'Show all',
  )
  const meta = make(
    'span',
    { class: 'meta' },
    message.updated_at === null ? null : editedAt(message.updated_at),
    make('time', { datetime: message.created_at, title: momentOf(time) }, clockOf(time)),
    own ? stateOf(message.state) : null,
  )
  const text = make(
    'div',
    { class: shapes.join(' '), dir: 'auto' },
    content,
    folded ? unfold : null,
    meta,
  )
  return make('div', { class: 'bubble' }, text)
}

const editedAt = (time: string): HTMLElement =>
  make('span', { title: momentOf(Date.parse(time)) }, 'edited')

function linkTo(href: string, words: string): HTMLElement {
  const rel = 'noopener noreferrer nofollow'
  return make('a', { href, rel, target: '_blank', title: href, dir: 'ltr' }, words)
}

const stateWords = { sending: 'Sending', sent: 'Sent', failed: 'Not sent' } as const

function stateOf(state: keyof typeof stateWords): HTMLElement {
  const sign = icon(state === 'sending' ? 'clock' : state)
  return make(
    'span',
    { class: `state ${state}` },
    sign,
    make('span', { class: 'unseen' }, stateWords[state]),
  )
}

function goneParts({ mark }: Row): HTMLElement[] {
  if (mark.mode === 'leaving') return [make('span', {}, 'Deleting…')]
  const undo = make('button', { type: 'button', class: 'plain', 'data-act': 'undo' }, 'Undo')
  return [make('span', {}, 'Message deleted'), undo]
}

function actions({ message, own, mark }: Row): HTMLElement | null {
  if (!own || message.state !== 'sent' || mark.mode !== 'plain') return null
  return make(
    'div',
    { class: 'actions' },
    iconButton('edit', 'Edit message', { 'data-act': 'edit' }),
    iconButton('remove', 'Delete message', { 'data-act': 'remove' }),
  )
}

function notice({ message, mark }: Row): HTMLElement | null {
  if (message.state === 'failed')
    return make(
      'div',
      { class: 'notice' },
      make('span', {}, `Not sent. ${message.problem?.message ?? ''}`),
      make('button', { type: 'button', class: 'plain', 'data-act': 'retry' }, 'Retry'),
      make('button', { type: 'button', class: 'plain', 'data-act': 'discard' }, 'Discard'),
    )
  return mark.note === null ? null : make('div', { class: 'notice' }, mark.note)
}

/** Pixels of a row, before it was ever drawn. */
export function guessRow(
  { message, opens, own, day, unread }: Row,
  { lines, widthPx }: { lines: (text: string, charactersALine: number) => number; widthPx: number },
): number {
  const charactersALine = Math.max(16, Math.min(widthPx * 0.72, 560) / 7.4)
  const head = (opens ? (own ? 8 : 28) : 0) + (day === null ? 0 : 48) + (unread ? 42 : 0)
  const long = message.content.length > charactersALine - 10 ? 18 : 0
  return head + 18 + long + 22 * lines(message.content, charactersALine)
}
