// One row of the list: the date above it, the author, the text, and the actions. An update changes
// only what differs, so that the rest keeps the focus and the selection.

import type { PendingMessage } from '../../client/state.ts'
import { avatar } from '../elements/avatar.ts'
import { make, memoizeLast, setAttribute, setChildren } from '../elements/dom.ts'
import { hueOf } from '../elements/initials.ts'
import { type MenuAction, type MessageButton, messageRights } from '../permissions.ts'
import { createChips } from '../reactions/chips.ts'
import * as strings from '../strings/en.json'
import { sendFailure } from '../text/failures.ts'
import { charactersPerLine } from '../text/text-shape.ts'
import { formatDay } from '../text/times.ts'
import type { RowView } from '../virtual-list/mounted-rows.ts'
import { actionButtons, buttonNames } from './action-buttons.ts'
import { createAuthor } from './author.ts'
import { createBubble } from './bubble.ts'
import { focusText } from './reveal-row.ts'
import type { Row, RowState } from './rows.ts'

/** An action on a message that needs no more than the message. */
export type MessageAction =
  | Exclude<MessageButton, 'pick'>
  | MenuAction
  | 'person'
  | 'quote'
  | 'undo'
  | 'retry'
  | 'rewrite'
  | 'discard'
  | 'unfold'

export type MessageRowOptions = {
  /** Today, as `startOfDay` gives it. */
  today: () => number
  /** How many usual characters fit into one line of a bubble. */
  charactersPerLine: () => number
  /** The editor of this message. */
  editor: (row: Row) => HTMLElement
  /** Runs when the element with the focus was removed without a successor. */
  onFocusLost: () => void
}

/** The button that takes the place of another one. */
const successors: Readonly<Record<string, string>> = {
  remove: 'undo',
  undo: 'remove',
  react: 'pick',
}

export function createMessageRow(options: MessageRowOptions): RowView<Row> {
  const { today, editor, onFocusLost } = options
  const avatarSlot = make('span', { class: 'avatar-slot' })
  const bubbleAndActions = make('div', { class: 'bubble-and-actions' })
  const stack = make('div', { class: 'stack' })
  const line = make('div', { class: 'line' })
  const element = make('li')
  const dayDivider = memoizeLast(divider)
  const unreadDivider = memoizeLast(divider)
  const avatarElement = memoizeLast(avatar)
  const author = createAuthor()
  const deletedBubble = memoizeLast(deletedBubbleElement)
  const actions = memoizeLast(actionButtons)
  const problemElement = memoizeLast(noticeElement)
  const bubble = createBubble(options.charactersPerLine)
  const chips = createChips()

  const body = (row: Row): HTMLElement => {
    const { mode } = row.rowState
    if (mode === 'editing') return editor(row)
    return mode === 'plain' ? bubble(row) : deletedBubble(mode)
  }

  const update = (row: Row) => {
    const { message, own, startsGroup, endsGroup, rowState } = row
    const focused = element.contains(document.activeElement) ? document.activeElement : null
    const classes = [
      ...['row', own && 'own', startsGroup && 'starts-group', endsGroup && 'ends-group'],
      row.mentionsUser && 'mentions-user',
    ]
    setAttribute(element, 'class', classes.filter(Boolean).join(' '))
    setAttribute(element, 'data-message-id', message.id)
    setAttribute(element, 'data-state', message.state)
    setAttribute(element, 'data-mode', rowState.mode)
    element.style.setProperty('--hue', String(hueOf(message.user_id)))

    const username = own ? null : message.username
    const name = author({ username, role: row.authorRole, startsGroup })
    setChildren(
      avatarSlot,
      startsGroup && !own ? avatarElement(message.user_id, message.username) : null,
    )
    const hasActions = message.state === 'sent' && rowState.mode === 'plain'
    const names = hasActions ? buttonNames(messageRights(row.viewer, row)) : ''
    setChildren(bubbleAndActions, body(row), names === '' ? null : actions(names))
    setChildren(
      stack,
      name,
      bubbleAndActions,
      message.state === 'sent' && rowState.mode === 'plain'
        ? chips({ message, offered: row.offered, canReact: row.viewer.canReact })
        : null,
      problemElement(message.state === 'failed' ? message : null, rowState.problem),
    )
    setChildren(line, own ? null : avatarSlot, stack)
    setChildren(
      element,
      row.day === null ? null : dayDivider('day', formatDay(row.day, today())),
      row.unread ? unreadDivider('unread', strings.newDivider) : null,
      line,
    )
    if (focused instanceof HTMLElement && focused !== document.activeElement)
      keepFocus(element, focused.dataset.action, onFocusLost)
  }

  return { element, update }
}

function keepFocus(
  element: HTMLElement,
  action: string | undefined,
  onFocusLost: () => void,
): void {
  const candidates = [action, action && successors[action]].filter((name) => name !== undefined)
  const successor = candidates
    .map((name) => element.querySelector<HTMLElement>(`[data-action="${name}"]`))
    .find((button) => button !== null)
  if (successor) successor.focus()
  else if (action === 'unfold') focusText(element)
  else onFocusLost()
}

function divider(kind: 'day' | 'unread', words: string): HTMLElement {
  return make('div', { class: `divider ${kind}` }, make('span', {}, words))
}

function deletedBubbleElement(mode: RowState['mode']): HTMLElement {
  const undo = make(
    'button',
    { type: 'button', class: 'plain', 'data-action': 'undo' },
    strings.undo,
  )
  const parts =
    mode === 'deleting'
      ? [make('span', {}, strings.deleting)]
      : [make('span', {}, strings.willBeDeletedInAMoment), undo]
  return make('div', { class: 'bubble deleted-bubble' }, ...parts)
}

const remedies = { retry: strings.retry, rewrite: strings.edit } as const

function noticeElement(failed: PendingMessage | null, problem: string | null): HTMLElement | null {
  if (failed) {
    const { text, remedy } = sendFailure(failed)
    return make(
      'div',
      { class: 'notice' },
      make('span', {}, text),
      make('button', { type: 'button', class: 'plain', 'data-action': remedy }, remedies[remedy]),
      make('button', { type: 'button', class: 'plain', 'data-action': 'discard' }, strings.discard),
    )
  }
  return problem === null ? null : make('div', { class: 'notice' }, problem)
}

const quoteHeightPx = 50
const chipsHeightPx = 34

/** The height of a row in pixels, before it was ever measured. */
export function estimateRowHeight(
  { message, startsGroup, own, day, unread, isReacted }: Row,
  {
    lines,
    widthPx,
  }: { lines: (text: string, charactersPerLine: number) => number; widthPx: number },
): number {
  const fits = charactersPerLine(widthPx)
  const head = (startsGroup ? (own ? 8 : 28) : 0) + (day === null ? 0 : 48) + (unread ? 42 : 0)
  const long = message.content.length > fits - 10 ? 18 : 0
  const quote = message.reply_to === undefined ? 0 : quoteHeightPx
  const chips = isReacted ? chipsHeightPx : 0
  return head + 18 + quote + long + chips + 22 * lines(message.content, fits)
}
